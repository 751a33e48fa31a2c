"""The effect before and after adjustment, and what is said where the arms can't be compared."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import posthaz as ph
from posthaz.analyses.adjust.effects import (
    CRUDE,
    EFFECT_COLUMNS,
    OF_COVARIATE,
    Asked,
    frequentist_effects,
)
from posthaz.analyses.adjust.plan import normalised
from posthaz.analyses.adjust.samples import adjusted_samples
from posthaz.analyses.adjust.spec import AdjustSpec
from posthaz.arms.arm_model import cox_of
from posthaz.baselines import rmst, survival_difference
from tests.unit.adjust.cohorts import chosen_cohort, cohort_of

QUICK = ph.Sampling(chains=2, draws=200, tune=200, seed=3)
SPEC = AdjustSpec("x + site", ("match", "weight"), "bayesian", draws=3)


@pytest.fixture(scope="module")
def cohort():
    return chosen_cohort(300)


@pytest.fixture(scope="module")
def answers(cohort):
    fit = ph.fit(ph.ModelSpec("m", ph.Exponential(), "arm"), cohort, QUICK)
    return ph.adjusted_answers(
        fit, cohort, SPEC, times=[5.0], horizon=8.0, described=["x", "site"], sampling=QUICK
    )


def test_every_sample_has_both_kinds_of_answer(answers):
    effects = answers.effects
    assert list(effects.columns) == list(EFFECT_COLUMNS)
    ratios = effects[effects["quantity"] == "hazard_ratio"].groupby("sample")["analysis"].agg(set)
    assert ratios[CRUDE] == {"Cox", "posterior"}
    assert ratios["matched"] == {
        "Cox, robust", "Cox, stratified by set", "Cox, score drawn", "posterior",
        "posterior, frailty of the set",
    }  # fmt: skip
    assert ratios["weighted"] == {"Cox, robust", "Cox, score drawn", "posterior"}
    standardised = effects[effects["analysis"] == "posterior, standardised"]
    assert set(standardised["target"]) == {"ATE", "ATT"}
    assert set(standardised["quantity"]) == {
        "marginal_hazard_ratio", "survival_difference", "rmst_difference",
    }  # fmt: skip
    given = effects.dropna(subset=["value", "lower", "upper"])
    assert ((given["lower"] < given["value"]) & (given["value"] < given["upper"])).all()


def test_posteriors_lie_near_cox(answers):
    ratios = answers.effects[answers.effects["quantity"] == "hazard_ratio"]
    for _, rows in ratios.groupby("sample"):
        by_analysis = rows.set_index("analysis")["value"]
        cox = by_analysis.filter(regex=r"^Cox(, robust)?$").iloc[0]
        # exponential against free baseline, and priors: close, not equal
        assert by_analysis["posterior"] == pytest.approx(cox, rel=0.2)


def test_adjusted_models_tell_of_their_covariates_too(cohort):
    fit = ph.fit(ph.ModelSpec("m", ph.Exponential(), "arm"), cohort, QUICK)
    spec = AdjustSpec("x + site", ("match",), adjusted=("x", "site"))
    effects = ph.adjusted_answers(fit, cohort, spec, horizon=8.0, sampling=QUICK).effects
    own = effects[effects["quantity"] == OF_COVARIATE]
    terms = {"x", *(f"site[{level}]" for level in cohort.covariates["site"].cat.categories[1:])}
    for sample in (CRUDE, "matched"):
        table = own[own["sample"] == sample].pivot_table("value", "term", "analysis")
        assert set(table.index) == terms
        assert set(table.columns) == {"Cox, adjusted", "posterior, adjusted"}
        assert (np.log(table).diff(axis=1).iloc[:, 1].abs() < 0.3).all()
    # the treatment has one row a model, as without covariates
    ratios = effects[(effects["quantity"] == "hazard_ratio") & (effects["sample"] == "matched")]
    assert ratios["analysis"].is_unique
    part = adjusted_samples(cohort, spec).samples["matched"].cohort
    cox = cox_of(part, "arm + x + site", 0.95).table.set_index("term")["hr"]
    ours = own[(own["sample"] == "matched") & (own["analysis"] == "Cox, adjusted")]
    assert ours.set_index("term")["value"].to_dict() == pytest.approx(
        cox.loc[list(terms)].to_dict()
    )


def test_tables_of_the_samples(answers):
    assert set(answers.balance["sample"]) == {"before", "matched", "weighted"}
    assert set(answers.table_one["sample"]) == {"before", "matched", "weighted"}
    assert set(answers.curves["sample"]) == {"before", "matched", "weighted"}
    assert answers.sizes["effective"].le(answers.sizes["n"] + 1e-9).all()


def test_weights_add_up_to_the_effective_size(cohort):
    sample = adjusted_samples(cohort, replace(SPEC, method=("weight",))).samples["weighted"]
    part, note = normalised(sample)
    for arm in cohort.arms:
        own = sample.weight[cohort.arm == arm]
        effective = own.sum() ** 2 / (own**2).sum()
        assert part.weight[part.arm == arm].sum() == pytest.approx(effective)
    assert "not calibrated" in note


def separated():
    treated = np.arange(80) < 40
    time = np.arange(80) % 17 + 1.0
    return cohort_of(
        time, np.arange(80) % 3 > 0, treated, dose=np.where(treated, 66, 50) + time / 10
    )


def test_separation_is_said_and_firth_stands_in():
    made = adjusted_samples(separated(), AdjustSpec("dose", ("match", "overlap")))
    assert made.score is not None
    assert made.score.estimate == "firth"
    text = " ".join(made.remarks)
    assert "'dose' separates the arms" in text
    assert "do not overlap" in text
    assert "the caliper leaves nobody" in text
    assert set(made.samples) == {"overlap"}


def test_a_changing_treatment_has_no_score_but_crude_answers():
    table = pd.DataFrame(
        {"time": np.arange(1, 41.0), "event": np.arange(40) % 4 > 0, "arm": ["C", "T"] * 20,
         "start": [np.nan, 0.5] * 20, "x": np.arange(40) % 5}
    )  # fmt: skip
    whole = ph.read_cohort(
        table, time="time", event="event", treatment="arm", treatment_reference="C"
    )
    made = adjusted_samples(ph.split_at_treatment(whole, "start"), AdjustSpec("x"))
    assert made.score is None
    assert "several rows" in made.remarks[0]


def test_an_arm_without_events_has_no_finite_ratio():
    """What the last step of a diverging Cox model reached is no number to print."""
    cohort = chosen_cohort(120)
    quiet = (cohort.arm == "C") & cohort.event
    cohort = replace(
        cohort,
        cause=np.where(quiet, 0, cohort.cause),
        upper=np.where(quiet, np.inf, cohort.upper),
    )
    made = adjusted_samples(cohort, AdjustSpec("x", ("match", "overlap")))
    effects = frequentist_effects(cohort, made.samples, Asked((5.0,), 8.0, 0.95))
    ratios = effects[effects["quantity"] == "hazard_ratio"]
    assert set(ratios["sample"]) == {CRUDE, "matched", "overlap"}
    assert np.isinf(ratios["value"].astype(float)).all()
    assert ratios[["lower", "upper", "p"]].isna().all(axis=None)
    assert ratios["note"].str.contains("no finite estimate").all()
    gains = effects[effects["quantity"] == "rmst_difference"]
    assert np.isfinite(gains[["value", "lower", "upper"]].astype(float)).all(axis=None)


@pytest.mark.parametrize("method", ["match", "weight", "overlap"])
def test_weighted_means_have_robust_intervals(method):
    cohort = chosen_cohort(300)
    made = adjusted_samples(cohort, AdjustSpec("x + site", (method,), ratio=2))
    (name,) = made.samples
    effects = frequentist_effects(cohort, made.samples, Asked((5.0,), 8.0, 0.95))
    rows = effects[(effects["sample"] == name) & (effects["analysis"] == "Kaplan-Meier")]
    part = made.samples[name].cohort
    for quantity, table in (
        ("rmst_difference", rmst(part, 8.0, robust=True).query("quantity == 'difference'")),
        ("survival_difference", survival_difference(part, [5.0], robust=True)),
    ):
        row = rows[rows["quantity"] == quantity].iloc[0]
        assert row[["value", "lower", "upper"]].tolist() == pytest.approx(
            table[["value", "lower", "upper"]].iloc[0].tolist()
        )

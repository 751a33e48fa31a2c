"""Checks of fit: closed forms of the exponential model, what is found, and what is refused."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2

import posthaz as ph
from posthaz.analyses.checks.answer import check_fits
from posthaz.analyses.checks.section import PART
from posthaz.analyses.checks.spec import ChecksSpec, check_faults, read_checks
from posthaz.checks import (
    check_fit,
    compare_models,
    leave_one_out,
    predicted,
    residuals,
    unlimited_effects,
)
from posthaz.checks.expected_events import expected_events_of, thirds
from posthaz.checks.transform import pit_limits, pit_table
from posthaz.cohort import CohortSpec
from posthaz.errors import PosthazError
from posthaz.priors import Prior
from posthaz.report.blocks import FigureBlock
from tests.laws.split_follow_up import cut_rows
from tests.recovery.fit_checks import SCENARIOS, simulated
from tests.shared_data import plain_cohort
from tests.unit.spec.reading import problems, toml_table

LAPLACE = {"method": "laplace", "draws": 500, "chains": 2}
VAGUE = ph.ModelSpec(
    "constant", ph.Exponential(), "1", priors={"log_rate": Prior("normal", (-3.0, 10.0))}
)


@pytest.fixture(scope="module")
def constant():
    """A cohort whose hazard rises, and a constant one fitted to it."""
    cohort = simulated(SCENARIOS["exponential for Weibull (1.8)"], 96, 1)
    return cohort, ph.fit(VAGUE, cohort, **LAPLACE)


@pytest.fixture(scope="module")
def crossed():
    """A cohort whose hazards cross, and proportional ones fitted to it."""
    cohort = simulated(SCENARIOS["hazards cross (0.4, then 2.2)"], 300, 2)
    fit = ph.fit(SCENARIOS["true model"].spec, cohort, **LAPLACE)
    return cohort, fit, check_fit(cohort, fit)


def test_the_test_over_time_is_the_closed_form_of_a_constant_hazard(constant):
    cohort, fit = constant
    events = expected_events_of(predicted(fit, cohort))
    periods = len(events.seen)
    over = np.repeat(np.eye(periods)[:, None, :], len(cohort), axis=1)
    statistic, df, p = events.test(over)
    # at the maximum of the likelihood observed and expected have the same sum, and the score
    # statistic is that of Pearson
    seen = events.seen.sum(axis=1)
    time = [
        (np.clip(cohort.exit, low, high) - low).sum()
        for low, high in zip(events.bounds[:-1], events.bounds[1:], strict=True)
    ]
    expected = seen.sum() * np.array(time) / np.sum(time)
    pearson = ((seen - expected) ** 2 / expected).sum()
    assert df == periods - 1
    assert statistic == pytest.approx(pearson, rel=0.1)
    assert p == pytest.approx(chi2.sf(statistic, df))


def test_directions_that_a_model_has_drop_out(crossed):
    cohort, fit, _ = crossed
    events = expected_events_of(predicted(fit, cohort))
    arm = np.repeat((cohort.arm == "RT")[None, :, None], len(events.seen), axis=0).astype(float)
    assert events.test(arm)[1] == 0
    assert events.seen.sum() == cohort.event.sum()


def test_times_are_transformed_by_the_survival_of_the_model(constant):
    cohort, fit = constant
    own = predicted(fit, cohort)
    rate = np.exp(own.values["log_rate"])
    lower, upper = pit_limits(own)
    true = 1.0 - np.exp(-rate[:, None] * cohort.exit).mean(axis=0)
    assert lower == pytest.approx(true, abs=1e-9)
    assert upper == pytest.approx(np.where(cohort.event, true, 1.0), abs=1e-9)
    out_lower, _ = pit_limits(own, left_out=True)
    # without an early event the hazard is lower, and its time the less expected
    early = np.argmin(np.where(cohort.event, cohort.exit, np.inf))
    assert out_lower[early] < lower[early]


def test_late_entry_is_respected(constant):
    cohort, _ = constant
    late = replace(cohort, entry=np.minimum(2.0, cohort.exit / 2.0))
    fit = ph.fit(VAGUE, late, **LAPLACE)
    own = predicted(fit, late)
    lower, _ = pit_limits(own)
    rate = np.exp(own.values["log_rate"])
    passed = rate[:, None] * (late.exit - late.entry)
    assert lower == pytest.approx(1.0 - np.exp(-passed).mean(axis=0), abs=1e-9)
    checks = check_fit(late, fit, along=["gtv_cc"], times=[6.0])
    assert "brier" not in set(checks.scores["score"])
    assert checks.found["check"].isin(["time"]).any()


def test_uniform_times_stay_in_the_band_and_others_leave_it():
    uniform = (np.arange(100) + 0.5) / 100.0
    everybody = {"": np.ones(100, dtype=bool)}
    _, found = pit_table((uniform, uniform), everybody)
    assert found["outside"].item() == 0.0
    _, found = pit_table((uniform**2, uniform**2), everybody)
    assert found["outside"].item() == 1.0
    _, found = pit_table((uniform * 0, uniform * 0 + 1), everybody)  # all censored at once
    assert found["outside"].item() < 0.2
    few = {"few": np.arange(100) < 5}
    assert pit_table((uniform, uniform), few)[1].empty


def test_residuals_are_those_of_the_hazard(constant):
    cohort, fit = constant
    table = residuals(predicted(fit, cohort))
    rate = np.exp(predicted(fit, cohort).values["log_rate"]).mean()
    assert table["cox_snell"].to_numpy() == pytest.approx(rate * cohort.exit)
    assert abs(table["martingale"].sum()) < 0.05 * cohort.event.sum()
    assert (np.sign(table["deviance"]) == np.sign(table["martingale"])).all()


def test_hazards_that_cross_are_found_with_what_to_try(crossed):
    _, _, checks = crossed
    row = checks.found[checks.found["check"] == "arm over time"].iloc[0]
    assert row["found"] and row["p"] < 1e-4
    assert "let the effect change with time" in row["fix"]
    assert checks.misfit and all(one.fix for one in checks.misfit)
    nothing = checks.found[~checks.found["found"]]
    assert len(nothing) and (nothing["fix"] == "").all()
    assert (checks.expected["lower"] <= checks.expected["expected"]).all()
    total = checks.expected[checks.expected["check"] == "time"]
    assert total["observed"].sum() == checks.expected[
        checks.expected["check"] == "covariate"]["observed"].sum()  # fmt: skip
    assert set(checks.overlay["group"]) == set(
        checks.expected["group"][checks.expected["check"] == "covariate"]
    )


def test_a_bend_is_found_and_named():
    scenario = SCENARIOS["volume bends (missing square)"]
    cohort = simulated(scenario, 300, 3)
    checks = check_fit(cohort, ph.fit(scenario.spec, cohort, **LAPLACE))
    found = checks.found[checks.found["found"]]
    assert "bend(gtv_cc" in found[found["check"] == "covariate"]["fix"].item()


def test_cut_follow_up_changes_nothing(constant):
    cohort, fit = constant
    cut = cut_rows(cohort, [(end / 3.0, end / 2.0) for end in cohort.exit])
    refit = ph.fit(VAGUE, cut, **LAPLACE)
    whole, parts = (pit_limits(predicted(f, c))[0] for f, c in ((fit, cohort), (refit, cut)))
    assert parts == pytest.approx(whole, abs=0.01)


def test_intervals_between_visits_leave_the_distribution_of_times(constant):
    cohort, _ = constant
    lower = np.where(cohort.event, np.floor(cohort.exit), cohort.exit)
    upper = np.where(cohort.event, np.floor(cohort.exit) + 1.0, np.inf)
    seen = replace(cohort, lower=lower, upper=upper)
    fit = ph.fit(VAGUE, seen, **LAPLACE)
    checks = check_fit(seen, fit)
    assert set(checks.found["check"]) == {"PIT", "LOO-PIT"}
    assert any("between two visits" in note for note in checks.lost)


def test_what_cannot_be_checked_is_refused(constant):
    cohort, fit = constant
    with pytest.raises(PosthazError, match="no covariate 'nonsense'"):
        check_fit(cohort, fit, along=["nonsense"])
    with pytest.raises(PosthazError, match="rows have weights"):
        check_fit(replace(cohort, weight=np.full(len(cohort), 2.0)), fit)
    with pytest.raises(PosthazError, match="every event counts"):
        check_fit(cohort, replace(fit, recurrent=True))
    with pytest.raises(PosthazError, match="fitted to 96 rows"):
        check_fit(cohort.where(np.arange(96) < 50), fit)
    with pytest.raises(PosthazError, match="are no numbers from 0"):
        check_fit(cohort, fit, times=[3.0, "soon"])
    with pytest.raises(PosthazError, match="nobody is under observation any more"):
        check_fit(cohort, fit, times=1e6)
    known = replace(fit.spec, background=ph.Background("rate"))
    with pytest.raises(PosthazError, match="as a rate at the end of follow-up alone"):
        check_fit(cohort, replace(fit, spec=known))
    lost = check_fits(replace(cohort, weight=np.full(96, 2.0)), {"constant": fit}).lost
    assert "weights" in lost[0]


def test_the_table_is_read_and_refused(constant):
    cohort, _ = constant
    columns = {"gtv_cc": ph.Column("gtv_cc")}
    spec = CohortSpec(columns=columns)
    toml = toml_table('[checks]\nalong = ["gtv_cc"]\ntimes = [6, 12]\nevery_model = true', "checks")
    asked = read_checks(toml, spec)
    assert asked == ChecksSpec(("gtv_cc",), (6.0, 12.0), 0.01, True)
    for text, words in (
        ('along = ["age"]', "not described"),
        ("times = [0]", "above 0"),
        ("threshold = 0.9", "0.5"),
        ("tims = [1]", "unknown key"),
    ):
        bad = toml_table(f"[checks]\n{text}", "checks")
        assert read_checks(bad, spec) is None
        assert words in " ".join(problems(bad))
    assert not list(check_faults(ChecksSpec(times=(6.0,)), cohort))
    (late,) = check_faults(ChecksSpec(times=(600.0,)), cohort)
    assert "nobody is under observation" in late.what
    (weights,) = check_faults(ChecksSpec(), replace(cohort, weight=cohort.weight * 2))
    assert "weights" in weights.what


def test_thirds_of_a_number_with_ties_and_gaps():
    values = np.array([1.0, 1.0, 1.0, 1.0, 2.0, np.nan])
    groups = thirds(values)
    assert list(groups) == ["up to 1", "above 1"]
    assert sum(inside.sum() for inside in groups.values()) == 5


@pytest.mark.slow
def test_the_report_says_what_to_try(crossed, tmp_path):
    cohort, _, _ = crossed
    frame = cohort.covariates.assign(months=cohort.exit, dead=cohort.event.astype(int))
    frame.to_csv(tmp_path / "x.csv", index=False)
    (tmp_path / "x.toml").write_text(
        """
[analysis]
title = "Checks"
question = "Does radiotherapy prolong survival?"
endpoint = "overall survival"
[cohort]
table = "x.csv"
time = "months"
event = "dead"
unit = "months"
[cohort.columns.arm]
role = "treatment"
levels = { "none" = "No radiotherapy", "RT" = "Radiotherapy" }
[cohort.columns.gtv_cc]
unit = "cm3"
role = "gtv"
[treatment]
column = "arm"
[models.weibull]
baseline = "weibull"
formula = "arm + log(gtv_cc)"
[estimands]
survival_at = [6, 12]
[sampling]
method = "laplace"
draws = 200
chains = 2
[checks]
"""
    )
    results = ph.run_analysis(ph.load_analysis(tmp_path / "x.toml"))
    answer = results.clinical["checks"]
    section = PART.section(results, answer)
    assert section is not None and not PART.missing(answer)
    text = " ".join(str(block) for block in section.blocks if not isinstance(block, FigureBlock))
    assert "What to try" in text and "let the effect change with time" in text
    figures = [block for block in section.blocks if isinstance(block, FigureBlock)]
    assert len(figures) == 4 and all("imulated" not in figure.caption for figure in figures)
    assert PART.tables(answer)["checks"]["found"].any()
    assert "Checks of fit" in PART.lead(results, answer)
    assert "fit_check" in set(results.answers["quantity"])


def test_a_level_without_events_has_no_limit(constant):
    cohort, _ = constant
    random = np.random.default_rng(4)
    grade = np.where(~cohort.event & (random.uniform(size=len(cohort)) < 0.6), "low", "high")
    levels = pd.Categorical(grade, ["high", "low"], ordered=True)
    assert (grade == "low").sum() >= 5
    own = replace(
        cohort,
        covariates=cohort.covariates.assign(grade=levels),
        columns={**cohort.columns, "grade": ph.Column("grade", levels=("high", "low"))},
    )
    fit = ph.fit(ph.ModelSpec("m", ph.Exponential(), "arm + grade"), own, **LAPLACE)
    (row,) = unlimited_effects(fit, own).to_dict("records")
    assert row["parameter"].startswith("grade") and row["direction"] == -1.0
    assert 0.0 < row["prior_left"] <= 1.0
    # with one event there is a limit
    one = np.flatnonzero((grade == "low") & ~cohort.event)[0]
    seen = own.cause.copy()
    seen[one] = 1
    upper = own.upper.copy()
    upper[one] = own.lower[one]
    assert unlimited_effects(fit, replace(own, cause=seen, upper=upper)).empty


def test_a_time_of_a_thousand_days_is_a_key_that_reads_back(crossed):
    cohort, *_ = crossed
    size = 2000.0 / float(cohort.exit.max())
    days = replace(cohort, lower=size * cohort.lower, upper=size * cohort.upper, unit="days")
    fit = ph.fit(ph.ModelSpec("m", ph.Exponential(), "arm + gtv_cc"), days, **LAPLACE)
    found = check_fit(days, fit, times=1200.0).found
    row = found[found["check"] == "calibration"].iloc[0]
    assert float(row["of"]) == 1200.0
    assert "1,200" in row["what"]


def test_a_patient_whom_weights_fail_is_left_out_by_a_refit():
    """Exact under a gamma prior: without the patient, rate ~ gamma(1 + deaths, 2 + time)."""
    time = np.append(np.linspace(0.5, 1.5, 12), 12.0)
    cohort = plain_cohort(time, np.ones(13, bool), pd.DataFrame(index=range(13)))
    spec = ph.ModelSpec("m", ph.Exponential(), "1", priors={"rate": Prior("gamma", (1.0, 2.0))})
    fit = ph.fit(spec, cohort, method="auto", draws=2000, seed=1)
    by_weights, left_out = leave_one_out(fit), leave_one_out(fit, cohort=cohort)
    pareto = by_weights.pareto_k.to_numpy()
    assert np.flatnonzero(pareto > by_weights.good_k).tolist() == [12]
    shape, rate = 1.0 + 12, 2.0 + time[:12].sum()
    exact = np.log(shape / (rate + 12.0)) + shape * np.log(rate / (rate + 12.0))
    assert left_out.elpd_i.to_numpy()[12] == pytest.approx(exact, abs=0.03)
    assert abs(by_weights.elpd_i.to_numpy()[12] - exact) > 0.04
    change = left_out.elpd_i.to_numpy()[12] - by_weights.elpd_i.to_numpy()[12]
    assert left_out.elpd - by_weights.elpd == pytest.approx(change)
    assert left_out.p - by_weights.p == pytest.approx(-change)
    table = compare_models({"m": left_out})
    assert table[["bad_k", "refitted"]].to_numpy().tolist() == [[1, 1]]
    assert compare_models({"m": by_weights})["refitted"].tolist() == [0]

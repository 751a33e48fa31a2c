"""Screening, competing risks and subsets with their fits, also on cohorts that hold little."""

from dataclasses import replace
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import posthaz as ph
from posthaz.analyses.adjust.samples import adjusted_samples
from posthaz.analyses.adjust.spec import AdjustSpec
from posthaz.analyses.competing_risks.answer import CompetingRisks, competing_risks
from posthaz.analyses.competing_risks.incidence import (
    AALEN_JOHANSEN,
    NAIVE,
    POSTERIOR,
    posterior_incidence,
)
from posthaz.analyses.competing_risks.spec import CompetingRisksSpec
from posthaz.analyses.screening.answer import Screening, screen_covariates
from posthaz.analyses.screening.spec import ScreeningSpec
from posthaz.analyses.subsets.answer import SubsetSurvival, survival_in_subsets
from posthaz.analyses.subsets.spec import Subset, SubsetsSpec
from posthaz.baselines import logrank, survival_at
from posthaz.cohort import Cohort, Condition, Where
from posthaz.errors import CohortError
from posthaz.estimands import arm_populations
from posthaz.report.blocks import FigureBlock, Report, Table
from posthaz.report.clinical import clinical_sections, clinical_tables
from posthaz.report.markdown import render_markdown
from posthaz.report.results import Results

pytestmark = pytest.mark.slow

SAMPLING = ph.Sampling(seed=4, chains=2, draws=400, tune=300)
CAUSES = CompetingRisksSpec({1: "cancer death", 2: "other death", 3: "accident"}, 1, (12.0, 24.0))


@cache
def cohort() -> Cohort:
    """The simulated example with a third of its events from another cause, and more columns."""
    cohort = ph.simulated_example()
    rng = np.random.default_rng(2)
    other = rng.random(len(cohort)) < 1 / 3
    group = np.where(cohort.covariates["dose_gy"] > 60, "high", "low")
    covariates = cohort.covariates.assign(
        noise=rng.standard_normal(len(cohort)),
        group=pd.Categorical(group, categories=["low", "high"], ordered=True),
        same="x",
    )
    covariates.loc[:4, "noise"] = np.nan
    return replace(
        cohort, cause=np.where((cohort.cause == 1) & other, 2, cohort.cause), covariates=covariates
    )


@cache
def competing() -> CompetingRisks:
    return competing_risks(cohort(), ph.ModelSpec("m", ph.Exponential(), "arm"), CAUSES, SAMPLING)


def test_every_method_answers_for_every_cause_arm_and_time():
    table = competing().at_times
    assert set(table["source"]) == {NAIVE, AALEN_JOHANSEN, POSTERIOR}
    assert len(table) == 3 * 2 * 2 * 2
    assert table["incidence"].between(0, 1).all()
    wide = table.pivot_table(index=["cause", "arm", "time"], columns="source", values="incidence")
    assert (wide[NAIVE] > wide[AALEN_JOHANSEN]).all()
    assert (wide[POSTERIOR] - wide[AALEN_JOHANSEN]).abs().max() < 0.15


def test_a_named_cause_without_events_is_said_and_the_rest_given():
    assert any("accident" in note and "no event" in note for note in competing().notes)
    assert set(competing().fits) == {1, 2}
    counts = competing().counts.groupby("cause")["events"].sum()
    assert counts[3] == 0
    assert counts[1] == cohort().event.sum()


def test_draws_of_exponential_causes_have_their_closed_form():
    fits = competing().fits
    draws = posterior_incidence(fits, [7.0, 30.0], most_draws=200)
    np.testing.assert_allclose(draws.sum("cause"), 1.0, atol=1e-9)
    rates = {}
    for cause, fit in fits.items():
        posterior = fit.draws["posterior"].to_dataset().sel(draw=draws["draw"])
        rate = posterior["rate"] * np.exp(posterior["log_hazard_ratio"].isel(covariate=0))
        rates[cause] = rate.to_numpy()
    total = sum(rates.values())
    for cause, rate in rates.items():
        ours = draws.sel(cause=cause, profile="B", time=30.0).to_numpy()
        np.testing.assert_allclose(ours, rate / total * -np.expm1(-total * 30.0), rtol=1e-9)


def test_populations_may_be_chosen():
    fits = competing().fits
    whole = posterior_incidence(fits, [12.0], arm_populations(fits[1])[:1], most_draws=50)
    assert whole["profile"].to_numpy().tolist() == ["A"]


def test_time_lost_to_causes_and_time_event_free_are_all_the_time():
    lost = competing().time_lost
    horizon = lost["horizon"].iloc[0]
    event_free = posterior_incidence(competing().fits, np.linspace(0.0, horizon, 101)).sel(cause=0)
    free = event_free.integrate("time").mean(("chain", "draw")).to_series()
    of_arms = lost[lost["reference"] == ""].groupby("arm")["mean"].sum()
    np.testing.assert_allclose(free + of_arms, horizon, rtol=1e-9)
    wide = lost.set_index(["cause", "arm", "reference"])["mean"]
    assert wide[1, "B", "A"] == pytest.approx(wide[1, "B", ""] - wide[1, "A", ""])


def test_ratios_of_each_cause_by_every_model():
    ratios = competing().ratios
    assert len(ratios) == 2 * 3
    assert np.isfinite(ratios["hr"]).all()
    assert ratios.groupby("cause")["events"].nunique().eq(1).all()


def test_late_entry_leaves_the_model_and_says_what_is_missing():
    late = replace(cohort(), entry=np.minimum(0.5, cohort().exit / 2))
    answer = competing_risks(late, ph.ModelSpec("m", ph.Exponential(), "arm"), CAUSES, SAMPLING)
    assert set(answer.at_times["source"]) == {POSTERIOR}
    assert any("rows enter late" in note for note in answer.notes)


@cache
def screened() -> Screening:
    asked = ScreeningSpec(
        ("log(gtv_cc)", "noise", "group", "dose_gy", "same", "nothing"), 0.2, ("arm",)
    )
    return screen_covariates(
        cohort(),
        ph.ModelSpec("m", ph.Exponential(), "arm"),
        asked,
        replace(SAMPLING, draws=800),
        times=(12.0, 24.0),
    )


def test_candidates_that_cannot_be_analysed_are_said():
    table = screened().candidates.set_index("candidate")
    assert "one value only" in table.loc["same", "note"]
    assert "not a covariate" in table.loc["nothing", "note"]
    assert not table.loc[["same", "nothing"], "kept"].any()
    assert any("There is no estimate of `same`" in note for note in screened().notes)


def test_each_model_has_the_rows_that_are_complete_in_it():
    assert set(screened().fits) == {"screened", "shrunken"}
    shrunken = screened().estimates.query("analysis == 'bayes_shrunken'")
    assert (shrunken["n"] == len(cohort()) - 5).all()
    assert any("115 of 120 rows" in note for note in screened().notes)
    univariable = screened().estimates.query("analysis == 'univariable'").set_index("term")
    assert univariable.loc["group[high]", "n"] == len(cohort())


def test_the_treatment_is_in_every_model_and_not_shrunken():
    estimates = screened().estimates
    assert (estimates["term"] == "arm[B]").sum() == 5
    shrinkage = screened().fits["shrunken"].spec.shrinkage
    assert "arm" not in shrinkage.terms
    assert set(screened().relevance["candidate"]) == set(shrinkage.terms)


def test_each_candidate_alone_has_a_posterior_beside_cox():
    table = screened().estimates
    cox, bayes = (
        table[table["analysis"] == name].set_index("term")
        for name in ("univariable", "bayes_univariable")
    )
    assert set(bayes.index) == set(cox.index)
    assert (bayes["n"] == cox.loc[bayes.index, "n"]).all()
    near = np.abs(np.log(bayes["hr"]) - np.log(cox.loc[bayes.index, "hr"]))
    error = np.log(cox["upper"] / cox["lower"]) / (2 * 1.96)
    assert (near < error.loc[bayes.index]).all()


def test_survival_by_the_levels_of_factors_and_of_nothing_else():
    table = screened().survival
    assert set(table["candidate"]) == {"arm", "group"}
    assert set(table["source"]) == {"Kaplan-Meier", "posterior"}
    one = table[(table["candidate"] == "group") & (table["quantity"] == "survival")]
    wide = one.pivot_table(index=["level", "time"], columns="source", values="value")
    assert len(wide) == 2 * 2
    expected = survival_at(replace(cohort(), treatment="group"), [12.0, 24.0])
    assert wide["Kaplan-Meier"].tolist() == pytest.approx(
        expected.set_index(["arm", "time"]).loc[list(wide.index), "survival"].tolist()
    )
    assert (wide["Kaplan-Meier"] - wide["posterior"]).abs().max() < 0.15
    row = screened().candidates.set_index("candidate").loc["group"]
    test = logrank(replace(cohort(), treatment="group")).iloc[0]
    assert (row["logrank"], row["logrank_p"]) == pytest.approx((test["chisq"], test["p"]))
    assert np.isnan(screened().candidates.set_index("candidate").loc["dose_gy", "logrank"])


def test_the_matched_patients_alone():
    samples = adjusted_samples(cohort(), AdjustSpec("log(gtv_cc)", ("match",))).samples
    matched = samples["matched"].cohort
    asked = ScreeningSpec(("group",), keep=("arm",), shrinkage="none", sample="matched")
    answer = screen_covariates(matched, ph.ModelSpec("m", ph.Exponential(), "arm"), asked, SAMPLING)
    assert "matched set" in answer.sample_note
    assert "take the members of a set as independent too" in answer.sample_note
    assert (answer.estimates["n"] == len(matched)).all()
    with pytest.raises(CohortError, match="in no matched sets"):
        screen_covariates(cohort(), ph.ModelSpec("m", ph.Exponential(), "arm"), asked, SAMPLING)


def test_few_effective_draws_under_the_shared_prior_are_made_more():
    few = replace(SAMPLING, draws=60, tune=100)
    asked = ScreeningSpec(("log(gtv_cc)", "noise", "group"), 0.2, ("arm",))
    answer = screen_covariates(cohort(), ph.ModelSpec("m", ph.Exponential(), "arm"), asked, few)
    assert answer.fits["shrunken"].draws["posterior"].sizes["draw"] == 240
    assert any("took 240 draws a chain" in note for note in answer.notes)


def test_relevance_orders_candidates_and_ends_at_the_whole_prediction():
    table = screened().relevance.sort_values("rank")
    assert table["rank"].tolist() == list(range(1, len(table) + 1))
    assert table["reached"].is_monotonic_increasing
    assert table["reached"].iloc[-1] == pytest.approx(1.0, abs=1e-6)
    assert table["p_relevant"].between(0, 1).all()
    assert (table["relevance"] >= -1e-9).all()


@cache
def in_subsets() -> tuple[SubsetSurvival, ...]:
    subsets = (
        Subset("high", Where((Condition("group", ("high",)),)), "High dose"),
        Subset("few", Where((Condition("gtv_cc", at_least=350),))),
        Subset("nobody", Where((Condition("gtv_cc", above=1e6),))),
    )
    model = ph.ModelSpec("m", ph.PiecewiseExponential(intervals=4), "arm + group")
    return survival_in_subsets(cohort(), model, SubsetsSpec(subsets), (12.0, 24.0), SAMPLING)


def test_the_whole_cohort_comes_first():
    names = [one.name for one in in_subsets()]
    assert names == ["all", "high", "few", "nobody"]


def test_a_constant_term_is_left_out_and_said():
    high = in_subsets()[1]
    assert high.fit is not None
    assert high.fit.spec.formula == "arm"
    assert any("leaves out group" in note for note in high.notes)
    assert set(high.answers["source"]) == {"Kaplan-Meier", "log-rank", "Cox", "posterior"}


def test_few_patients_get_fewer_intervals_and_a_penalised_cox():
    few = in_subsets()[2]
    assert few.fit is not None
    assert len(few.fit.spec.baseline.cuts) < 3
    assert "Firth's Cox" in set(few.answers["source"])


def test_a_subset_without_patients_says_so():
    nobody = in_subsets()[3]
    assert nobody.notes == ("no patients",)
    assert nobody.answers.empty
    assert nobody.fit is None


def test_an_arm_without_events_is_said():
    quiet = replace(cohort(), cause=np.where(cohort().arm == "B", 0, cohort().cause))
    model = ph.ModelSpec("m", ph.Exponential(), "arm")
    whole, *_ = survival_in_subsets(quiet, model, SubsetsSpec(), (12.0,), SAMPLING)
    assert "no events in arm B" in whole.notes
    cox = whole.answers[whole.answers["source"] == "Firth's Cox"]
    assert np.isfinite(cox["value"]).all()
    assert whole.fit is not None


@cache
def results() -> Results:
    """Results that hold these three clinical analyses, and nothing else."""
    answers = {"screening": screened(), "competing_risks": competing(), "subsets": in_subsets()}
    asked = {
        "screening": ScreeningSpec(("log(gtv_cc)",), 0.2, ("arm",)),
        "competing_risks": CAUSES,
        "subsets": SubsetsSpec(),
    }
    model = ph.ModelSpec("m", ph.Exponential(), "arm")
    analysis = ph.Analysis(
        "check",
        (model,),
        ph.CohortSpec(),
        estimands=ph.EstimandSpec(survival_at=(12.0, 24.0)),
        clinical=asked,
    )
    nothing: Any = None
    posterior: Any = SimpleNamespace(primary=SimpleNamespace(spec=model))
    return Results(analysis, cohort(), nothing, posterior, "", clinical=answers)


def test_the_report_has_a_section_for_each_with_tables_that_name_their_files():
    sections = clinical_sections(results())
    assert [section.anchor for section in sections] == ["screening", "competing-risks", "subsets"]
    files = {f"{name}.csv" for name in clinical_tables(results().clinical)}
    blocks = [block for section in sections for block in section.blocks]
    shown = [block for block in blocks if isinstance(block, Table | FigureBlock)]
    assert len(shown) >= 9
    assert {block.source for block in shown} <= files


def test_the_report_says_what_a_reader_must_know():
    text = render_markdown(Report("Check", sections=tuple(clinical_sections(results()))))
    for said in (
        "makes the estimates that pass too extreme",
        "As a statement about patients it is too high",
        "accident: no event of this cause",
        "nobody: no patients",
        "NR",
        "Firth",
        "Simulated cohort.",
    ):
        assert said in text, said
    assert "nan" not in text.lower()


def test_every_file_has_rows_and_no_index():
    for name, frame in clinical_tables(results().clinical).items():
        assert len(frame), name
        assert not any(str(column).startswith("Unnamed") for column in frame.columns), name

"""Reasons to stop, in the order in which a reader should see them."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from posthaz.adjust import split_at_treatment
from posthaz.cohort import read_cohort
from posthaz.cohort.cohort import Dropped
from posthaz.errors import Finding
from posthaz.hazards import Exponential, PiecewiseExponential
from posthaz.report import Note, Results, write_results
from posthaz.report.blocks import Paragraph
from posthaz.report.concerns import KINDS, Concern, concerns
from posthaz.report.concerns.curves import (
    _unlike_turnbull,
    unlike_cox,
    unreproduced_curves,
)
from posthaz.report.concerns.proportionality import contradictions
from posthaz.report.sections.comparison import comparison_section
from posthaz.report.sections.lead import lead_blocks
from posthaz.report.sections.rows import answer_row
from posthaz.spec import ModelSpec
from tests.unit.report.conftest import gathered


def kinds(results: Results) -> list[str]:
    return [one.kind for one in concerns(results)]


def troubled(results: Results) -> Results:
    """Every kind of trouble at once, made in the reverse of their order."""
    posterior, frequentist = results.posterior, results.frequentist
    check = replace(posterior.convergence[0], failures=("R-hat of shape is 1.050, above 1.01",))
    answers = frequentist.answers.copy()
    tests = answers["quantity"] == "schoenfeld_test"
    answers.loc[tests, "p"] = 0.001
    dropped = Dropped("missing a covariate of the analysis: dose_gy (8)", tuple(range(1, 9)))
    return replace(
        results,
        cohort=replace(
            results.cohort,
            notices=(Finding("a.csv", "a dose of 6600 Gy", "give it in Gy"),),
            dropped=(dropped,),
        ),
        frequentist=replace(frequentist, answers=answers),
        posterior=replace(
            posterior,
            comparison=posterior.comparison.assign(bad_k=1, refitted=0),
            convergence=(check, *posterior.convergence[1:]),
            agreement=posterior.agreement.assign(inside=0.5),
        ),
    )


def test_the_worst_comes_first(two_arms):
    found = kinds(troubled(two_arms))
    assert list(dict.fromkeys(found)) == [
        "convergence",
        "observed_curves",
        "proportional_hazards",
        "patients_lost",
        "influence",
        "cohort",
    ]
    assert found == sorted(found, key=KINDS.index)


def test_a_curve_unlike_turnbulls_is_said(two_arms):
    cohort = two_arms.cohort
    upper = np.where(cohort.event, cohort.lower + 1.0, np.inf)
    visits = replace(cohort, upper=upper, cause=np.zeros(len(cohort), int))
    curves = two_arms.posterior.curves
    mine = curves[curves["model"] == "weibull"].iloc[::10]
    points = mine.assign(survival=mine["median"], at_risk=np.sum(cohort.arm == "A"))
    for off, said in ((0.0, False), (0.2, True)):
        late = (points["arm"] == "B") & (points["time"] > 12.0)
        curve = points.assign(survival=points["survival"] - np.where(late, off, 0.0))
        results = replace(
            two_arms,
            cohort=visits,
            frequentist=replace(two_arms.frequentist, kaplan_meier=curve),
        )
        found = [one.text for one in unreproduced_curves(results)]
        assert bool(found) == said
        assert not said or "lies 20\u00a0points below it with" in found[0]


def test_a_baseline_too_stiff_for_treatment_that_begins_later_is_said():
    rng = np.random.default_rng(4)
    early = rng.exponential(2.0, 160)  # a hazard that falls after a month, and no effect
    time = np.minimum(np.where(early < 1, early, 1 + rng.exponential(30.0, 160)), 24.0)
    wait = rng.uniform(0.2, 3.0, 160)
    table = pd.DataFrame({"t": time, "d": (time < 24).astype(int), "wait": wait, "arm": "RT"})
    table.loc[table["wait"] >= table["t"], ["wait", "arm"]] = [np.nan, "none"]
    cohort = read_cohort(table, time="t", event="d", treatment="arm", unit="months",
                         treatment_reference="none")  # fmt: skip
    split = split_at_treatment(cohort, "wait")
    stiff = gathered(split, ModelSpec("stiff", Exponential(), "arm"))
    (said,) = (one.text for one in unlike_cox(stiff))
    assert "more than its own prior explains" in said
    assert "observed_curves" in kinds(stiff)
    answers = stiff.frequentist.answers
    nothing = answers.assign(value=answers["value"].where(answers["term"] != "arm[RT]", np.inf))
    endless = replace(stiff.frequentist, answers=nothing)
    assert not list(unlike_cox(replace(stiff, frequentist=endless)))
    cuts = (0.25, 0.5, 0.75, 1.0, 6.0)
    assert not list(
        unlike_cox(gathered(split, ModelSpec("free", PiecewiseExponential(cuts), "arm")))
    )


def test_a_sound_analysis_has_none(two_arms):
    assert not set(kinds(two_arms)) & {"convergence", "observed_curves", "proportional_hazards"}


def test_curves_that_cross_contradict_one_hazard_ratio(crossing):
    (one,) = contradictions(crossing)
    assert one.schoenfeld < 0.01
    assert one.crossing is not None
    (said,) = [c.text for c in concerns(crossing) if c.kind == "proportional_hazards"]
    assert "**Proportional hazards are contradicted** for RT v none" in said
    assert "**The Kaplan–Meier curves cross** at about" in said
    gap = answer_row(crossing, "kaplan_meier", "survival", "RT", time=12.0)["value"]
    gap -= answer_row(crossing, "kaplan_meier", "survival", "none", time=12.0)["value"]
    assert f"{100 * gap:+.0f} against".replace("-", "−") in said
    assert "at 12 months" in said
    assert "`landmark = " in said


def test_the_lead_has_survival_by_kaplan_meier_in_place_of_one_ratio(crossing):
    blocks = lead_blocks(crossing)
    answer = " ".join(b.text for b in blocks if not isinstance(b, Note))
    assert "**By Kaplan–Meier, survival with RT is " in answer
    assert "survival time up to 24 months (restricted mean) is " in answer
    assert "is the effect at no time in particular" in answer
    assert "much the same answer" not in answer
    assert "benefit" not in answer
    assert answer.index("By Kaplan–Meier") < answer.index("hazard ratio")


def test_the_posterior_check_alone_can_contradict(crossing):
    answers = crossing.frequentist.answers
    without = answers[answers["quantity"] != "schoenfeld_test"]
    results = replace(crossing, frequentist=replace(crossing.frequentist, answers=without))
    (one,) = contradictions(results)
    assert np.isnan(one.schoenfeld)
    assert one.predictive < 0.01


def test_patients_lost_are_named_with_their_share(two_arms):
    (said,) = [c.text for c in concerns(troubled(two_arms)) if c.kind == "patients_lost"]
    assert "8 rows of 120" in said
    assert "dose_gy (8)" in said


def test_rows_that_nobody_asked_for_are_not_lost(two_arms):
    outside = Dropped("outside the patients asked for (arm = A)", (1, 2, 3))
    results = replace(two_arms, cohort=replace(two_arms.cohort, dropped=(outside,)))
    assert "patients_lost" not in kinds(results)


def test_a_further_fit_that_failed_is_an_error_too(two_arms):
    found = concerns(replace(two_arms, clinical_failures=("subgroups: 3 transitions diverged",)))
    assert found[0].severity == "error"
    assert "subgroups: 3 transitions diverged" in found[0].text


def test_diagnostics_list_them(two_arms, tmp_path):
    write_results(troubled(two_arms), tmp_path)
    listed = json.loads((tmp_path / "diagnostics.json").read_text())["concerns"]
    assert [one["kind"] for one in listed][:2] == ["convergence", "observed_curves"]
    assert set(listed[0]) == {"kind", "severity", "text", "place"}


def test_a_kind_that_has_no_place_in_the_order_is_refused():
    with pytest.raises(ValueError, match="not among"):
        Concern("mood", "info", "It rains.")


@pytest.mark.parametrize(
    ("bad", "again", "said"),
    [
        (0, 0, "here for all patients and models"),
        (2, 0, "for 2 patients over all models, and the comparison above is to be read with care."),
        (1, 1, "for 1 patient over all models. Of these, 1 was left out by fitting the model to"),
        (3, 2, "2 were left out by fitting the model to the others, and for the rest the"),
    ],
)
def test_patients_left_out_by_refits_are_said(two_arms, bad, again, said):
    posterior = two_arms.posterior
    first = np.arange(len(posterior.comparison)) == 0
    table = posterior.comparison.assign(bad_k=bad * first, refitted=again * first)
    section = comparison_section(replace(two_arms, posterior=replace(posterior, comparison=table)))
    assert any(said in block.text for block in section.blocks if isinstance(block, Paragraph))
    found = concerns(replace(two_arms, posterior=replace(posterior, comparison=table)))
    assert any(one.kind == "influence" for one in found) == (bad > again)


@pytest.mark.parametrize(
    ("tail", "said"), [(0.35, "**The prior moves an estimate**"), (0.01, "**Prior and data disag")]
)
def test_a_prior_that_holds_the_estimate_does_not_disagree_with_it(two_arms, tail, said):
    # a hazard ratio of 0.39 under normal(0, 1) is 0.94 of its standard deviations out
    table = two_arms.posterior.prior_influence.copy()
    row = (table["model"] == "weibull") & (table["parameter"] == "arm[B]")
    table.loc[row, ["moved", "prior_tail"]] = (0.3, tail)
    results = replace(two_arms, posterior=replace(two_arms.posterior, prior_influence=table))
    (text,) = [one.text for one in concerns(results) if one.kind == "prior_conflict"]
    assert text.startswith(said)


def test_the_end_of_turnbulls_estimate_is_no_misfit(two_arms):
    # the cosmetic data of Finkelstein (1986): the last event may be anywhere in (36, 48] months,
    # nobody is followed beyond 46, and the estimate falls from 47 % to 0
    curves = two_arms.posterior.curves
    own = curves[curves["model"] == two_arms.posterior.primary.spec.name]
    arms = [str(arm) for arm in own["arm"].unique()]
    rows = []
    for arm in arms:
        mine = own[own["arm"].astype(str) == arm]
        times = np.quantile(mine["time"], [0.2, 0.5, 0.8])
        fit_here = np.interp(times, mine["time"], mine["median"])
        rows += [
            {"arm": arm, "time": time, "survival": one, "at_risk": left}
            for time, one, left in zip(times, [*fit_here[:2], 0.0], [40.0, 20.0, 0.0], strict=True)
        ]
    frequentist = replace(two_arms.frequentist, kaplan_meier=pd.DataFrame(rows))
    assert not list(_unlike_turnbull(replace(two_arms, frequentist=frequentist)))
    rows[-2] |= {"survival": max(rows[-2]["survival"] - 0.45, 0.0)}
    frequentist = replace(two_arms.frequentist, kaplan_meier=pd.DataFrame(rows))
    assert len(list(_unlike_turnbull(replace(two_arms, frequentist=frequentist)))) == 1

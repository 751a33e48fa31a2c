from dataclasses import replace

import numpy as np
import pandas as pd

from posthaz.effects import Cure
from posthaz.errors import Finding
from posthaz.report import Bullets, Note, Results
from posthaz.report.sections.cohort import _flow
from posthaz.report.sections.effect import effect_sentence, frequentist_sentence
from posthaz.report.sections.lead import lead_blocks, studied_sentence
from posthaz.report.sections.rows import coefficient_row, estimand_row
from posthaz.report.sections.wording import duration, percent, ratio


def texts(results: Results) -> list[str]:
    blocks = lead_blocks(results)
    return [text for b in blocks for text in (b.items if isinstance(b, Bullets) else [b.text])]


def with_ratio(results: Results, lower: float, median: float, upper: float) -> Results:
    table = results.posterior.coefficients.copy()
    row = (table["model"] == "weibull") & (table["term"] == "arm[B]")
    table.loc[row, ["hr_lower", "hr_median", "hr_upper"]] = (lower, median, upper)
    return replace(results, posterior=replace(results.posterior, coefficients=table))


def with_events(results: Results, arm: str, events: float) -> Results:
    table = results.frequentist.follow_up.copy()
    table.loc[table["arm"] == arm, "events"] = events
    return replace(results, frequentist=replace(results.frequentist, follow_up=table))


def test_the_answer_has_three_sentences_with_the_numbers_of_the_primary_model(two_arms):
    studied, effect, beside = texts(two_arms)
    assert studied.startswith("**120 simulated patients**")
    assert "50 of 60 with A and 38 of 60 with B" in studied
    row = coefficient_row(two_arms, "weibull", "arm[B]")
    assert f"**{ratio(row['hr_median'])}**" in effect
    assert f"{ratio(row['hr_lower'])} to {ratio(row['hr_upper'])}" in effect
    assert f"of **{percent(row['p_hr_below_1'])}**" in effect
    gain = estimand_row(two_arms, "rmst difference", "B - A")["median"]
    assert f"**{duration(gain, 'months')} months longer**" in effect
    assert "hazard ratio of 0.66" in beside
    assert "log-rank test gives P = 0.052" in beside


def test_an_interval_with_1_is_compatible_with_benefit_and_harm(two_arms):
    text = texts(with_ratio(two_arms, 0.6, 0.9, 1.2))[-1]
    assert "compatible with both benefit and harm" in text
    assert "not proof that there is no difference" in text


def test_an_interval_without_1_claims_neither_later_times_nor_cause(two_arms):
    text = texts(with_ratio(two_arms, 0.5, 0.7, 0.9))[-1]
    assert "excludes a ratio of 1" in text
    assert "compatible" not in text
    assert "after 47.5 months" in text
    assert "assigned at random" in text
    assert "1.01, which includes 1)" in text


def test_where_restricted_means_are_judged_these_are_named(two_arms):
    primary = two_arms.posterior.primary
    cured = replace(primary, spec=replace(primary.spec, cure=Cure("arm")))
    text = frequentist_sentence(with_ratio(two_arms, 0.5, 0.7, 0.9), cured)
    assert "a ratio of restricted means of 1" in text
    said = effect_sentence(two_arms, cured, "B")
    assert "probability of a ratio below 1" in said and "benefit" not in said


def test_a_cox_ratio_on_the_other_side_is_said_to_be(two_arms):
    assert "points the other way" in texts(with_ratio(two_arms, 1.5, 2.0, 2.6))[-1]


def test_an_arm_without_events_rests_on_the_prior(two_arms):
    text = texts(with_events(two_arms, "B", 0.0))[-1].replace("No event", "no event")
    assert "no event was seen with B, so the size of the effect rests on the prior" in text


def test_a_failed_check_comes_first_as_an_error(two_arms):
    first, *rest = two_arms.posterior.convergence
    failed = (replace(first, failures=("R-hat of shape is 1.050, above 1.01",)), *rest)
    blocks = lead_blocks(
        replace(two_arms, posterior=replace(two_arms.posterior, convergence=failed))
    )
    assert isinstance(blocks[0], Note)
    assert blocks[0].kind == "error"
    assert "R-hat of shape is 1.050" in blocks[0].text
    assert "the primary model" in blocks[0].text


def test_doubts_and_bad_pareto_k_are_warnings(two_arms):
    doubt = Finding("a.csv, column 'dose_gy'", "a dose of 6600 Gy", "give it in Gy")
    comparison = two_arms.posterior.comparison.assign(bad_k=[2, 0], refitted=0)
    results = replace(
        two_arms,
        cohort=replace(two_arms.cohort, notices=(doubt,)),
        posterior=replace(two_arms.posterior, comparison=comparison),
    )
    notes = [block for block in lead_blocks(results) if isinstance(block, Note)]
    warnings = [note.text for note in notes if note.kind == "warning"]
    assert "(2 patients)" in warnings[0]
    assert "a dose of 6600 Gy. To do: give it in Gy." in warnings[1]


def test_every_arm_is_compared_with_the_reference(three_arms):
    studied, first, second, beside = texts(three_arms)
    assert studied.startswith("**120 patients**")
    assert "Drug 1 v Control" in first
    assert "Drug 2 v Control" in second
    assert "for Drug 1 and a hazard ratio of" in beside


def test_a_single_arm_has_medians_and_claims_no_effect(one_arm):
    *_, found, beside = texts(one_arm)
    median = estimand_row(one_arm, "median", "all")["median"]
    assert f"**{duration(median, 'months')} months**" in found
    assert "are alive at 24 months" in found
    assert "without a comparison group, no effect can be told" in beside


def test_a_median_beyond_follow_up_is_given_as_a_probability(one_arm):
    table = one_arm.posterior.estimands.copy()
    table.loc[table["estimand"] == "median", ["median", "lower", "upper"]] = (90.0, 60.0, 200.0)
    table.loc[table["estimand"].str.startswith("P(median"), "mean"] = 0.97
    results = replace(one_arm, posterior=replace(one_arm.posterior, estimands=pd.DataFrame(table)))
    assert "lies beyond the longest follow-up, 47.5 months" in texts(results)[-2]
    assert "**97\u00a0%**" in texts(results)[-2]


def test_patients_with_several_observations_are_counted_once(two_arms):
    cohort, spec = two_arms.cohort, two_arms.analysis.cohort
    eyes = np.arange(len(cohort)) // 2
    clusters = len(cohort) // 2
    for name, patients, more in (
        ("id", clusters, f"with {len(cohort)} observations"),
        ("centre_nr", len(cohort), f"in {clusters} clusters of `centre_nr`"),
    ):
        paired = replace(
            two_arms,
            cohort=replace(cohort, cluster=eyes),
            analysis=replace(two_arms.analysis, cohort=replace(spec, cluster=name)),
        )
        assert f"**{patients} simulated patients** {more} were analysed" in studied_sentence(paired)
        assert f"{patients} patients {more} analysed" in " ".join(_flow(paired))


def test_a_median_on_the_last_patients_says_how_few_they_are(one_arm):
    cohort = one_arm.cohort
    table = one_arm.frequentist.answers.copy()
    late = float(np.sort(cohort.exit)[-3])  # three patients are followed to then or longer
    row = (table["analysis"] == "kaplan_meier") & (table["quantity"] == "median")
    table.loc[row, "value"] = late
    results = replace(one_arm, frequentist=replace(one_arm.frequentist, answers=table))
    few = "That median comes when 3 patients are at risk."
    assert any(few in text for text in texts(results))
    assert not any("patients are at risk" in text for text in texts(one_arm))


def test_a_median_follow_up_of_the_last_patients_says_so(two_arms: Results):
    """Reverse Kaplan-Meier falls below a half where hardly anybody is left."""
    assert "follow-up comes when" not in studied_sentence(two_arms)
    cohort = two_arms.cohort
    last = float(np.sort(cohort.exit)[-3])
    table = two_arms.frequentist.follow_up.assign(median=last)
    late = replace(two_arms, frequentist=replace(two_arms.frequentist, follow_up=table))
    left = int((cohort.exit >= last).sum())
    assert f"The median follow-up comes when {left} patients are at risk." in studied_sentence(late)
    cut = late.cohort.at(np.repeat(np.arange(len(cohort)), 2))
    halves = np.tile([True, False], len(cohort))
    rows = replace(
        cut,
        entry=np.where(halves, cut.entry, cut.exit / 2),
        lower=np.where(halves, cut.exit / 2, cut.lower),
        upper=np.where(halves, np.inf, cut.upper),
        cause=np.where(halves, 0, cut.cause),
    )
    assert f"when {left} patients are" in studied_sentence(replace(late, cohort=rows))

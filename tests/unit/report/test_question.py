"""The direction of the question, and what the arms are called."""

import re
from dataclasses import replace

import numpy as np

from posthaz.report import Results
from posthaz.report.concerns.proportionality import contradictions
from posthaz.report.sections.contrast_tables import contrast_table, probability_table
from posthaz.report.sections.effect import effect_sentence
from posthaz.report.sections.lead import disproportionate_sentence, lead_blocks
from posthaz.report.sections.rows import coefficient_row, estimand_row
from posthaz.report.sections.wording import duration, percent


def asking_for(results: Results, arm: str) -> Results:
    return replace(results, analysis=replace(results.analysis, favours=arm))


def as_factor(results: Results) -> Results:
    column = replace(results.cohort.columns["arm"], role="prognostic", label="Stage")
    columns = {**results.cohort.columns, "arm": column}
    return replace(results, cohort=replace(results.cohort, columns=columns))


def of_survival(results: Results, endpoint: str) -> Results:
    return replace(results, analysis=replace(results.analysis, endpoint=endpoint))


def test_the_benefit_of_the_reference_is_told_in_its_direction(two_arms):
    results = asking_for(two_arms, "A")
    text = effect_sentence(results, results.posterior.primary, "B")
    below = coefficient_row(results, "weibull", "arm[B]")["p_hr_below_1"]
    assert f"benefit of A (a ratio above 1) of **{percent(1 - below)}**" in text
    gain = estimand_row(results, "rmst difference", "B - A")
    assert gain["median"] > 0
    assert f"**{duration(gain['median'], 'months')} months shorter** with A than with B" in text
    chance = estimand_row(results, "P(rmst difference > 0)", "B - A")["mean"]
    assert f"longer **{percent(1 - chance)}**" in text


def test_the_other_arm_keeps_its_own_direction(two_arms):
    fit = two_arms.posterior.primary
    assert effect_sentence(asking_for(two_arms, "B"), fit, "B") == effect_sentence(
        two_arms, fit, "B"
    )


def test_tables_of_probabilities_turn_with_the_question(two_arms):
    results = asking_for(two_arms, "A")
    chance = estimand_row(results, "P(survival difference > 0)", "B - A", 12.0)["mean"]
    table = contrast_table(results)
    assert table.frame["better"].iloc[0] == percent(1 - chance)
    assert "posterior probability that A does better" in table.notes[0]
    statements = probability_table(results).frame["what"].tolist()
    assert statements[0].endswith("above 1")
    assert "Restricted mean shorter" in statements


def test_where_hazards_are_not_proportional_the_sentence_turns_too(crossing):
    (one,) = contradictions(crossing)
    as_asked = disproportionate_sentence(crossing, one)
    turned = disproportionate_sentence(asking_for(crossing, "none"), one)
    swap = {"higher": "lower", "lower": "higher", "longer": "shorter", "shorter": "longer"}
    assert "survival with RT is" in as_asked and "than with none" in as_asked
    assert "survival with none is" in turned and "than with RT" in turned
    found = [re.findall("higher|lower|longer|shorter", text) for text in (as_asked, turned)]
    assert found[0][:3] == [swap[word] for word in found[1][:3]]


def test_a_factor_that_patients_have_is_no_treatment(two_arms):
    said = " ".join(block.text for block in lead_blocks(as_factor(two_arms)))
    assert "posterior probability of a lower hazard (a ratio below 1)" in said
    for word in ("benefit", "harm", "the treatment", "at random"):
        assert word not in said
    assert "a lower and a higher hazard" in said


def test_the_file_says_what_the_arms_are(two_arms):
    asked = replace(two_arms, analysis=replace(two_arms.analysis, kind="exposure"))
    said = " ".join(block.text for block in lead_blocks(asked))
    assert "posterior probability of a lower hazard (a ratio below 1)" in said
    assert "benefit" not in said
    factor = as_factor(two_arms)
    again = replace(factor, analysis=replace(factor.analysis, kind="treatment"))
    said = " ".join(block.text for block in lead_blocks(again))
    assert "posterior probability of benefit (a ratio below 1)" in said


def test_time_until_death_is_survival_time_and_other_time_is_event_free(two_arms):
    fit = two_arms.posterior.primary
    assert "survival time up to 24 months" in effect_sentence(two_arms, fit, "B")
    other = of_survival(two_arms, "progression-free survival")
    assert "event-free time up to 24 months" in effect_sentence(other, fit, "B")


def test_unadjusted_numbers_beside_adjusted_answers_say_so(two_arms):
    fits = dict(reversed(two_arms.posterior.fits.items()))
    adjusted = replace(two_arms, posterior=replace(two_arms.posterior, fits=fits))
    assert adjusted.posterior.primary.spec.name == "adjusted"
    last = lead_blocks(adjusted)[-1].text
    assert "Cox regression with the same covariates" in last
    assert "Without any adjustment, the log-rank test gives" in last
    assert ", and the log-rank" not in last
    assert "Kaplan–Meier, unadjusted" in contrast_table(adjusted).columns["km"]
    assert "unadjusted" not in contrast_table(two_arms).columns["km"]


def test_an_adjusted_ratio_is_not_called_the_same_as_an_unadjusted_one(two_arms):
    fits = dict(reversed(two_arms.posterior.fits.items()))
    answers = two_arms.frequentist.answers
    alone = answers[~answers["analysis"].str.startswith("cox: ")]
    adjusted = replace(
        two_arms,
        posterior=replace(two_arms.posterior, fits=fits),
        frequentist=replace(two_arms.frequentist, answers=alone),
    )
    last = lead_blocks(adjusted)[-1].text
    assert "Cox regression without adjustment gives a hazard ratio of 0.66" in last
    assert "much the same" not in last


def test_printed_patients_are_counted_as_people(two_arms):
    table = two_arms.frequentist.follow_up.copy()
    table["events"] = np.array([80.4, 92.7, 173.1])
    results = replace(two_arms, frequentist=replace(two_arms.frequentist, follow_up=table))
    said = " ".join(block.text for block in lead_blocks(results))
    assert "**about 173** had an event" in said
    assert "173.1" not in said

"""Printed numbers of subsets, samples, subgroups, levels, candidates and toxicities."""

import pandas as pd

from posthaz.clinical import AdjustedAnswers
from posthaz.clinical.adjusted_effects import COX_ADJUSTED, OF_COVARIATE
from posthaz.clinical.adjusted_plan import ADJUSTED
from posthaz.clinical.adjusted_plan import POSTERIOR as IN_SAMPLE
from posthaz.clinical.interaction_effects import InteractionEffects
from posthaz.clinical.screening import Screening
from posthaz.clinical.subgroup_effects import SubgroupEffects
from posthaz.clinical.subset_rows import COX, FIRTH, KAPLAN_MEIER, LOGRANK, POSTERIOR
from posthaz.clinical.subsets import SubsetSurvival
from posthaz.clinical.toxicity import ToxicityAnswer
from posthaz.cohort import restricted, rows_where
from posthaz.design import quoted
from posthaz.report.clinical.subsets_tables import subset_rows
from posthaz.report.counterpart import (
    Counterpart,
    Number,
    all_arms,
    covariate_logrank,
    curve_number,
    curve_of_all,
    only,
)
from posthaz.report.results import Results
from posthaz.spec import Published, Within
from posthaz.spec.clinical.sample import ALL, MATCHED

_TESTS = ("logrank", "p_value")
_PATIENTS = {ALL: Within(), MATCHED: Within(sample="matched")}


def printed_in_subset(
    results: Results, answer: tuple[SubsetSurvival, ...], one: Published
) -> Counterpart | None:
    """Medians, rates, ratios and tests in a named subset."""
    part = next((s for s in answer if s.name == one.within.subset), None)
    if not one.within.subset or part is None or part.answers.empty:
        return None
    if one.quantity in _TESTS:
        return _test(only(subset_rows(part, "test", LOGRANK)), one, "value")
    if one.quantity != "hazard_ratio" and not one.arm and part.fit is not None:
        where = {s.name: s.where for s in results.analysis.clinical["subsets"].subsets}
        inside = restricted(results.cohort, rows_where(results.cohort, where[part.name]))
        return all_arms(results.analysis, inside, part.fit, one)
    wanted: dict[str, object] = {"arm": one.arm or results.cohort.arms[-1]}
    wanted |= {} if one.time is None else {"time": one.time}
    ours, bayes = (
        only(subset_rows(part, one.quantity, *sources), **wanted)
        for sources in ((KAPLAN_MEIER, COX, FIRTH), (POSTERIOR,))
    )
    return Counterpart(curve_number(ours, one), Number.of(bayes))


def printed_in_sample(
    results: Results, answers: AdjustedAnswers, one: Published
) -> Counterpart | None:
    """Medians, rates, ratios and tests in a matched or weighted sample."""
    sample = one.within.sample
    if not sample or answers.effects.empty:
        return None
    own = answers.effects[answers.effects["sample"] == sample]
    if one.covariate and one.quantity == "logrank":
        made = answers.samples.get(sample)
        chisq = covariate_logrank(made.cohort, one.covariate) if made else float("nan")
        return Counterpart(Number(chisq))
    if one.covariate:
        return _of_covariate(own, one)
    if one.quantity in _TESTS:
        return _test(only(own, analysis="log-rank"), one, "value")
    if one.quantity in ("median", "survival") and not one.arm:
        made = answers.samples.get(sample)
        everybody = curve_of_all(results.analysis, made.cohort, one) if made else Number()
        return Counterpart(everybody)
    wanted: dict[str, object] = {"quantity": one.quantity}
    wanted |= {"arm": one.arm} if one.arm else {}
    wanted |= {} if one.time is None else {"time": one.time}
    together = one.model == "multivariable"
    frequentist = (COX_ADJUSTED,) if together else ("Kaplan-Meier", "Cox", "Cox, robust")
    posterior = ADJUSTED if together else IN_SAMPLE
    ours = only(own[own["analysis"].isin(frequentist)], **wanted)
    bayes = only(own[own["analysis"] == posterior], **wanted)
    return Counterpart(curve_number(ours, one), Number.of(bayes))


def _of_covariate(own: pd.DataFrame, one: Published) -> Counterpart | None:
    """Hazard ratio of what the adjusted models hold besides the treatment."""
    if one.quantity != "hazard_ratio" or one.model == "univariable":
        return None
    term = f"{one.covariate}[{one.level}]" if one.level else one.covariate
    ours, bayes = (
        only(own, quantity=OF_COVARIATE, term=term, analysis=analysis)
        for analysis in (COX_ADJUSTED, ADJUSTED)
    )
    return None if ours is None else Counterpart(Number.of(ours), Number.of(bayes))


def printed_in_subgroup(
    results: Results, answer: SubgroupEffects, one: Published
) -> Counterpart | None:
    """Hazard ratio at a level of a column of subgroups: Cox alone, and partially pooled."""
    if not one.within.column or one.quantity != "hazard_ratio":
        return None
    row = only(answer.table, column=one.within.column, level=one.within.level)
    if row is None:
        return None
    return Counterpart(Number.of(row, "cox_hr", "cox_"), Number.of(row, "pooled_hr", "pooled_"))


def printed_at_level(
    results: Results, answer: tuple[InteractionEffects, ...], one: Published
) -> Counterpart | None:
    """Hazard ratio or log-rank test at a level of the other covariate of an interaction."""
    for effect in answer:
        if effect.asked.by != one.within.column:
            continue
        rows = effect.levels
        rows = rows[rows["level"].astype(str) == one.arm] if one.arm else rows
        row = only(rows, by_level=one.within.level)
        if row is not None and one.quantity in _TESTS:
            return _test(row, one, "logrank_chisq", "logrank_p")
        if row is not None and one.quantity == "hazard_ratio":
            return Counterpart(Number.of(row, "cox_hr", "cox_"), Number.of(row, "hr"))
    return None


def printed_of_candidate(results: Results, answer: Screening, one: Published) -> Counterpart | None:
    """What a screening gives for a candidate, in the patients it is about.

    Hazard ratio or its Wald P value, one by one or with those kept; medians and rates by level.
    """
    if not one.covariate or one.within != _PATIENTS[answer.sample]:
        return None
    if one.quantity in ("median", "survival"):
        return _of_level(answer, one)
    if one.quantity not in ("hazard_ratio", "p_value"):
        return None
    table = answer.estimates[
        answer.estimates["candidate"].isin((one.covariate, quoted(one.covariate)))
    ]
    if one.level:
        term = table["term"].astype(str)
        table = table[term == f"{one.covariate}[{one.level}]"]
    model = one.model or "multivariable"
    ours = only(table, analysis=model)
    if ours is None:
        return None
    if one.quantity == "p_value":
        return Counterpart(Number(float(ours["p"])))
    bayes = only(table, analysis=f"bayes_{model}")
    return Counterpart(Number.of(ours, "hr"), Number.of(bayes, "hr"))


def _of_level(answer: Screening, one: Published) -> Counterpart:
    named = answer.survival["candidate"].isin((one.covariate, quoted(one.covariate)))
    wanted: dict[str, object] = {"level": one.level, "quantity": one.quantity}
    wanted |= {} if one.time is None else {"time": one.time}
    ours, bayes = (
        only(answer.survival[named], source=source, **wanted)
        for source in (KAPLAN_MEIER, POSTERIOR)
    )
    return Counterpart(curve_number(ours, one), Number.of(bayes))


def printed_of_toxicity(
    results: Results, answer: ToxicityAnswer, one: Published
) -> Counterpart | None:
    """Share of an arm's patients with a toxicity, or the chi-square test between arms."""
    wanted: dict[str, object] = {"toxicity": one.covariate, "grade": one.grade}
    if one.quantity == "p_value" and one.covariate:
        return _test(only(answer.tests, **wanted, test="chi_square"), one, "statistic")
    if one.quantity != "share":
        return None
    arms = results.cohort.arms
    arm = one.arm or arms[-1]
    prefix = "reference_" if arm == arms[0] else ""
    rows = answer.risks[answer.risks["arm"] == (arms[-1] if prefix else arm)]
    row = only(rows, **wanted, source="separate")
    if row is None or not row[f"{prefix}patients"] > 0:
        return None
    share = Number(float(row[f"{prefix}events"] / row[f"{prefix}patients"]))
    return Counterpart(share, Number.of(row, f"{prefix}risk", f"{prefix}risk_"))


def _test(
    row: pd.Series | None, one: Published, statistic: str, p: str = "p"
) -> Counterpart | None:
    if row is None:
        return None
    return Counterpart(Number(float(row[p if one.quantity == "p_value" else statistic])))

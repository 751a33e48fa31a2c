"""What each clinical analysis found, in a sentence for the head of the report."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from posthaz.borrowing import Borrowing
from posthaz.borrowing.answers import FULL, NONE
from posthaz.clinical import CompetingRisks, SubgroupEffects
from posthaz.clinical.benefit_risk import BenefitRisk
from posthaz.clinical.interaction_effects import InteractionEffects
from posthaz.clinical.screening import Screening
from posthaz.clinical.subset_rows import POSTERIOR
from posthaz.clinical.subsets import SubsetSurvival
from posthaz.clinical.toxicity import ToxicityAnswer, grade_words
from posthaz.report.clinical.borrowing_words import ROBUST
from posthaz.report.clinical.screening_labels import candidate_label
from posthaz.report.clinical.subsets_tables import subset_rows
from posthaz.report.results import Results
from posthaz.report.sections.naming import arm_labels, lowered
from posthaz.report.sections.wording import (
    SPACE,
    at_time,
    change,
    interval_name,
    listed,
    p_sentence,
    percent,
    points,
    ratio,
    share,
    with_interval,
)

_CONFLICT = 0.05


def interactions_lead(results: Results, answer: Sequence[InteractionEffects]) -> str:
    """The effect in each level, and the interaction, of each that was asked."""
    return " ".join(text for one in answer if (text := _interaction(results, one)))


def _interaction(results: Results, one: InteractionEffects) -> str:
    levels = one.levels[
        (one.levels["by_level"] != "all") & np.isfinite(one.levels["hr"].astype(float))
    ]
    if levels.empty:
        return ""
    level = interval_name(results.analysis.estimands.interval)
    shown = levels[["level_label", "reference_label"]].drop_duplicates()
    parts = [
        f"**{ratio(row['hr'])}** ({level} credible interval {ratio(row['lower'])} to "
        f"{ratio(row['upper'])}) with {lowered(one.by)} {row['by_label']}"
        f"{f' ({row["level_label"]})' if len(shown) > 1 else ''}"
        for _, row in levels.iterrows()
    ]
    pair = f", {shown.iloc[0, 0]} v {shown.iloc[0, 1]}," if len(shown) == 1 else ""
    text = f"The hazard ratio of {lowered(one.effect)}{pair} is {listed(parts)}"
    return f"{text}; {_ratios(one)}" if len(one.ratios) else f"{text}."


def _ratios(one: InteractionEffects) -> str:
    rows = one.ratios[one.ratios["model"] == "levels"]
    if rows.empty:
        return "the interaction could not be estimated."
    parts = [
        f"**{with_interval(row['ratio'], row['lower'], row['upper'])}** ({row['contrast']}; "
        f"above 1 with probability {percent(float(row['p_above_1']))})"
        for _, row in rows.iterrows()
    ]
    test = rows.iloc[0]
    known = f"; {test['test']} test of the interaction {p_sentence(test['p'])}"
    settled = [not row["lower"] <= 1 <= row["upper"] for _, row in rows.iterrows()]
    end = (
        "."
        if any(settled)
        else ", so that the data don’t show that the effect differs, nor that it is the same."
    )
    known = known if np.isfinite(test["p"]) else ""
    return f"the ratio of these hazard ratios is {listed(parts)}{known}{end}"


def toxicity_lead(results: Results, answer: ToxicityAnswer) -> str:
    """Extra toxicity beside the time gained."""
    texts = [_benefit_risk(results, pair, answer.risks) for pair in answer.benefit]
    return " ".join(text for text in (*texts, _other_risks(results, answer)) if text)


def _benefit_risk(results: Results, pair: BenefitRisk, risks: pd.DataFrame) -> str:
    labels = arm_labels(results)
    level = interval_name(results.analysis.estimands.interval)
    tail = (1 - results.analysis.estimands.interval) / 2
    gain = [change(float(q), pair.unit) for q in np.quantile(pair.gain, [0.5, tail, 1 - tail])]
    both = float(((pair.gain > 0) & (pair.extra <= pair.acceptable)).mean())
    mine = risks[
        (risks["label"] == pair.label)
        & (risks["grade"] == pair.grade)
        & (risks["arm"] == pair.arm)
        & (risks["source"] == "separate")
    ]
    extra = _difference(mine.iloc[0]) if len(mine) else ""
    return (
        f"Against **{gain[0]} {pair.unit}** gained up to {at_time(pair.horizon, pair.unit)} "
        f"({gain[1]} to {gain[2]}) stand **{extra}** of {pair.label.lower()} of "
        f"{grade_words(pair.grade)} with {labels[pair.arm]} v {labels[pair.reference]} ({level} "
        f"credible intervals); a gain with at most {100 * pair.acceptable:g} points more of it has "
        f"a probability of **{percent(both)}**."
    )


def _other_risks(results: Results, answer: ToxicityAnswer) -> str:
    """Differences in the risk of the other toxicities, at their lowest grade asked."""
    told = {(pair.label, pair.grade) for pair in answer.benefit}
    rows = answer.risks[
        (answer.risks["source"] == "separate")
        & np.isfinite(answer.risks["difference"].astype(float))
    ]
    labels, parts = arm_labels(results), []
    for (name, arm), mine in rows.groupby(["label", "arm"], sort=False):
        row = mine.sort_values("grade").iloc[0]
        if (row["label"], row["grade"]) in told:
            continue
        with_arm = f" with {labels.get(str(arm), str(arm))}" if len(labels) > 2 else ""
        parts.append(
            f"{_difference(row)} of {str(name).lower()} of {grade_words(row['grade'])}{with_arm}"
        )
    return f"Differences in risk: {listed(parts)}." if parts else ""


def _difference(row: pd.Series) -> str:
    value, lower, upper = (float(row[f"difference{end}"]) for end in ("", "_lower", "_upper"))
    return f"{points(value)} percentage points ({points(lower)} to {points(upper)})"


def borrowing_lead(results: Results, answer: Borrowing) -> str:
    """What was borrowed, and what it did to the hazard ratio."""
    rows = answer.table.set_index("prior")

    def said(name: str) -> str:
        row: Any = rows.loc[name]
        return with_interval(row["hr"], row["lower"], row["upper"])

    full: Any = rows.loc[FULL]
    robust: Any = rows.loc[ROBUST]
    history = listed([str(name) for name in answer.histories["history"]])
    conflict = float(full["conflict"])
    agree = (
        f"which this cohort contradicts ({p_sentence(conflict)}), so that it should not be "
        "borrowed in full"
        if conflict < _CONFLICT
        else f"with which this cohort is compatible ({p_sentence(conflict)})"
    )
    printed = with_interval(full["prior_hr"], full["prior_lower"], full["prior_upper"])
    return (
        f"**Borrowed: {history}**, hazard ratio {printed}, {agree}. Without it the hazard ratio is "
        f"{said(NONE)}, with the robust meta-analytic prior **{said(ROBUST)}** (probability that "
        f"the history applies {robust['borrowed']:.2f}), and with all of it {said(FULL)}."
    )


def competing_lead(results: Results, answer: CompetingRisks) -> str:
    """Cumulative incidence of each cause at the last asked time, by arm."""
    table = answer.at_times
    mine = table[table["source"] == "Aalen-Johansen"] if len(table) else table
    mine = mine[np.isfinite(mine["incidence"].astype(float))] if len(mine) else mine
    if mine.empty:
        return ""
    last, labels, parts = float(mine["time"].max()), arm_labels(results), []
    for name, rows in mine[mine["time"] == last].groupby("label", sort=False):
        arms = [
            f"{share(float(row['incidence']))}"
            + (f" with {labels[str(row['arm'])]}" if str(row["arm"]) in labels else "")
            * (len(labels) > 1)
            for _, row in rows.iterrows()
        ]
        parts.append(f"{lowered(str(name))} {listed(arms)}")
    return (
        f"By {at_time(last, results.cohort.unit)} the cumulative incidence (Aalen–Johansen, other "
        f"causes allowed for) is: {'; '.join(parts)}."
    )


def subsets_lead(results: Results, answer: Sequence[SubsetSurvival]) -> str:
    """Hazard ratio in each subset."""
    labels, parts = arm_labels(results), []
    for one in answer[1:]:
        rows = subset_rows(one, "hazard_ratio", POSTERIOR)
        for _, row in rows[np.isfinite(rows["value"].astype(float))].iterrows():
            arm = f" ({labels.get(str(row['arm']), row['arm'])})" if len(labels) > 2 else ""
            numbers = with_interval(row["value"], row["lower"], row["upper"])
            parts.append(f"{numbers} in “{one.label}”{arm}")
    return f"In subsets, each by itself, the hazard ratio is {listed(parts)}." if parts else ""


def subgroups_lead(results: Results, answer: SubgroupEffects) -> str:
    """How far subgroups differ, and the strongest sign that they do."""
    levels = answer.table[answer.table["column"] != "all"] if len(answer.table) else answer.table
    pooled = levels.dropna(subset=["pooled_hr"]) if len(levels) else levels
    if pooled.empty:
        return ""
    text = (
        f"Over {len(pooled)} subgroups the partially pooled hazard ratio runs from "
        f"{ratio(pooled['pooled_hr'].min())} to {ratio(pooled['pooled_hr'].max())}"
    )
    tests = answer.tests.dropna(subset=["p"])
    if tests.empty:
        return f"{text}."
    row = tests.iloc[int(np.argmin(tests["p"].to_numpy(dtype=float)))]
    of = f", the smallest of {len(tests)}" if len(tests) > 1 else ""
    text += f"; interaction with {lowered(row['label'])} {p_sentence(row['p'])}{of}"
    apart = levels[levels["column"] == row["column"]].dropna(subset=["interaction_hr"])
    if row["p"] * len(tests) >= _CONFLICT or apart.empty:
        return f"{text}."
    parts = [
        f"{one['level_label']} {ratio(one['interaction_hr'])} (pooled {ratio(one['pooled_hr'])})"
        for _, one in apart.iterrows()
    ]
    return f"{text}, by whose model the ratio is {listed(parts)}."


def screening_lead(results: Results, answer: Screening) -> str:
    """Which candidates the rule kept, and which are relevant when all are in one model."""
    if answer.candidates.empty:
        return ""
    spec = results.analysis.clinical["screening"]
    kept = answer.candidates.loc[answer.candidates["kept"], "candidate"]
    names = [lowered(candidate_label(results.cohort, name)) for name in kept]
    return (
        f"Of {len(answer.candidates)} candidates one by one, {listed(names) or 'none'} "
        f"{'has' if len(names) == 1 else 'have'} P{SPACE}<{SPACE}{spec.p_below:g}."
    )

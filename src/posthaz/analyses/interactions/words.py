"""What an interaction analysis found and did, in sentences."""

from collections.abc import Sequence

import numpy as np

from posthaz.analyses.interactions.answer import InteractionEffects
from posthaz.report.results import Results
from posthaz.report.sections.naming import lowered, variable_label
from posthaz.report.sections.question import which_ratio
from posthaz.report.sections.wording import (
    interval_name,
    listed,
    p_sentence,
    percent,
    ratio,
    with_interval,
)


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
    which = which_ratio(results)
    text = f"The hazard ratio{which} of {lowered(one.effect)}{pair} is {listed(parts)}"
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


def interaction_methods(results: Results, answer: object) -> str:
    """Which interactions were modelled."""
    asked = results.analysis.clinical["interactions"]
    pairs = dict.fromkeys(
        " by ".join(lowered(variable_label(results.cohort, name)) for name in (one.effect, one.by))
        for one in asked
    )
    text = (
        f"The interaction of {listed(list(pairs))} was modelled in all patients, and effects within"
    )
    text += " levels were read from it"
    if any(one.continuous for one in asked):
        text += "; numbers were also taken without cut-offs"
    return f"{text}."

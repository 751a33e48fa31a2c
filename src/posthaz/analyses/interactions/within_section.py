"""Survival within each level of the other covariate: a figure, and the time gained."""

from textwrap import fill

import pandas as pd

from posthaz.analyses.interactions.answer import InteractionEffects
from posthaz.figures import draw_subsets, panel_ticks
from posthaz.report.blocks import Block, FigureBlock, Table
from posthaz.report.missing import guarded_block
from posthaz.report.results import Results
from posthaz.report.sections.naming import lowered
from posthaz.report.sections.picture import picture
from posthaz.report.sections.wording import (
    at_time,
    change,
    interval_name,
    listed,
    p_sentence,
    percent,
)


def within_blocks(results: Results, one: InteractionEffects) -> list[Block]:
    """Curves within levels, and a table of what they make in time gained.

    Parameters
    ----------
    results : Results
        The results.
    one : InteractionEffects
        An interaction, with curves.

    Returns
    -------
    list of Block
        A table where there is a restricted mean, and a figure.
    """
    figure = _figure(results, one)
    if one.gains.empty:
        return [figure]
    return [_table(results, one), figure]


def gain_words(results: Results, one: InteractionEffects) -> str:
    """The time gained in each level, and whether the gains differ."""
    unit = results.cohort.unit
    within, apart = one.gained, one.gain_differences
    several = len(set(one.gains["level"])) > 1

    def said(row: pd.Series, what: str) -> str:
        who = f" ({row['level_label']})" if several else ""
        shown = " to ".join(change(row[key], unit) for key in ("lower", "upper"))
        return f"{change(row['gain'], unit)} {unit} ({shown}) {what}{row['by_label']}{who}"

    gains = [said(row, f"with {lowered(one.by)} ") for _, row in within.iterrows()]
    first = within.iloc[0]
    text = (
        f"Up to {at_time(float(first['time']), unit)}, "
        f"{first['level_label'] if not several else lowered(one.effect)} in place of "
        f"{first['reference_label']} changes the restricted mean by {listed(gains)}."
    )
    if len(apart):
        differ = [
            f"{said(row, 'for ')}, above 0 with probability {percent(row['p_above_0'])}"
            for _, row in apart.iterrows()
        ]
        text += f" The difference of these gains is {listed(differ)}."
    return text


@guarded_block
def _table(results: Results, one: InteractionEffects) -> Table:
    unit, level = results.cohort.unit, interval_name(results.analysis.estimands.interval)

    def shown(row: pd.Series, keys: tuple[str, str, str]) -> str:
        values = [row[key] for key in keys]
        if pd.isna(values[0]):
            return "–"
        return f"{change(values[0], unit)} ({change(values[1], unit)} to {change(values[2], unit)})"

    several = len(set(one.gains["level"])) > 1
    rows = [
        {
            "by": row["by_label"],
            **({"level": row["level_label"]} if several else {}),
            "bayes": shown(row, ("gain", "lower", "upper")),
            "above": percent(row["p_above_0"]),
            "km": shown(row, ("km_gain", "km_lower", "km_upper")),
        }
        for _, row in one.gains.iterrows()
    ]
    first = one.gains.iloc[0]
    pair = "" if several else f", {first['level_label']} minus {first['reference_label']}"
    heads = {"by": one.by, **({"level": one.effect} if several else {})}
    heads |= {"bayes": f"Bayes ({level})", "above": "P(> 0)", "km": f"Kaplan–Meier ({level} CI)"}
    return Table(
        pd.DataFrame(rows),
        f"Restricted mean gained up to {at_time(float(first['time']), unit)}{pair}, in {unit}, "
        f"within levels of {lowered(one.by)}",
        heads,
        source="interaction_gains.csv",
        notes=("Standardised over the patients of the level.",),
    )


@guarded_block
def _figure(results: Results, one: InteractionEffects) -> FigureBlock:
    cohort = one.curves[0].part
    levels = one.levels.set_index("by_level")
    panels = []
    for part in one.curves:
        p = levels["logrank_p"].astype(float).loc[[part.level]].iloc[0]
        single = len(set(one.levels["level"])) == 1 and pd.notna(p)
        tested = f", log-rank {p_sentence(float(p))}" if single else ""
        head = f"{fill(f'{one.by}: {part.label}', 28)}\nn = {part.part.patient_count}{tested}"
        panels.append((head, part.steps, part.curves))
    ticks = panel_ticks(results.horizon, cohort.unit, start=cohort.origin)
    figure = draw_subsets(
        panels,
        labels={str(arm): cohort.arm_label(arm) for arm in cohort.arms},
        unit=cohort.unit,
        horizon=results.horizon,
        start=cohort.origin,
        endpoint=results.analysis.endpoint,
        interval=results.analysis.estimands.interval,
        simulated=results.simulated,
        at_risk=[part.at_risk(ticks) for part in one.curves],
    )
    listed_levels = listed([part.label for part in one.curves])
    alt = f"Survival by {lowered(one.effect)} in panels for {lowered(one.by)} {listed_levels}."
    caption = (
        f"Survival by {lowered(one.effect)} within levels of {lowered(one.by)}: posterior of the "
        "model of the interaction, standardised over the patients of the level, over Kaplan–Meier"
    )
    name = f"interaction_{one.asked.name}_curves"
    return picture(results, figure, name, alt, caption, "interaction_kaplan_meier.csv")

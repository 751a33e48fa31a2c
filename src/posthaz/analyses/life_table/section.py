"""Section on a printed life table: its rates, what rounding does, whether the effect changes."""

from typing import Any

import numpy as np
import pandas as pd

from posthaz.analyses.life_table.answer import LifeTableAnswer, life_table_answer
from posthaz.analyses.life_table.effect_change import EffectChange
from posthaz.analyses.life_table.rounding import Rounding
from posthaz.answers import View
from posthaz.checks import convergence
from posthaz.figures import draw_hazard_ratios
from posthaz.report.blocks import Block, FigureBlock, Paragraph, Section, Table
from posthaz.report.cells import MISSING
from posthaz.report.clinical import ClinicalPart, Given
from posthaz.report.missing import guarded_block
from posthaz.report.results import Results
from posthaz.report.sections.naming import arm_labels, term_label
from posthaz.report.sections.picture import picture
from posthaz.report.sections.wording import (
    SPACE,
    at_time,
    interval_name,
    listed,
    number_text,
    p_sentence,
    percent,
    ratio,
    share,
    share_interval,
    with_interval,
)

_MATTERS = 0.1
"""Share of the posterior's standard deviation from which rounding is said to matter."""
_DOUBTFUL = 0.05


def _answer(given: Given) -> LifeTableAnswer:
    analysis = given.analysis
    printed = analysis.clinical["life_table"]
    primary = next(iter(given.fits.values()))
    given.progress("life table", 0, 1)
    answer = life_table_answer(
        printed, given.cohort, primary, analysis.sampling, analysis.estimands.interval
    )
    given.progress("life table", 1, 1)
    return answer


def _tables(answer: LifeTableAnswer) -> dict[str, pd.DataFrame]:
    tables = {"life_table": answer.points}
    if answer.rounding is not None:
        tables["life_table_rounding"] = answer.rounding.table
    if answer.change is not None:
        tables["life_table_intervals"] = answer.change.intervals
    return tables


def _failures(answer: LifeTableAnswer) -> tuple[str, ...]:
    if answer.change is None:
        return ()
    return tuple(f"changing effect: {t}" for t in convergence(answer.change.changing).failures)


def _section(results: Results, answer: LifeTableAnswer) -> Section:
    blocks: list[Block] = [
        Paragraph(
            "The cohort is a life table as printed: its rows weigh as many patients as the rates "
            "say. Patients censored before the last time are counted as if followed to it, so "
            "that limits are a little too narrow where many were."
        ),
        _points_table(results, answer.points),
    ]
    if answer.rounding is not None:
        blocks.append(Paragraph(rounding_sentence(results, answer.rounding)))
    parts = [Section("Printed rates and the model", "life-table-rates", tuple(blocks))]
    if answer.change is not None:
        parts.append(_change_section(results, answer.change))
    return Section("Life table", "life-table", (), tuple(parts))


@guarded_block
def _points_table(results: Results, points: pd.DataFrame) -> Table:
    labels, unit = arm_labels(results), results.cohort.unit
    rows = [
        {
            "arm": labels.get(str(row["arm"]), str(row["arm"])),
            "time": at_time(row["time"], unit, SPACE),
            "printed": f"{100 * row['printed']:.1f}{SPACE}%",
            "bayes": share_interval(row["median"], row["lower"], row["upper"]),
            "predicted": f"{share(row['predicted_lower'])} to {share(row['predicted_upper'])}",
        }
        for row in points.to_dict("records")
    ]
    level = interval_name(results.analysis.estimands.interval)
    heads = {"time": "At", "printed": "Printed", "bayes": f"Bayes ({level}{SPACE}CrI)"}
    heads["predicted"] = f"Predicted rate ({level}{SPACE}interval)"
    return Table(
        pd.DataFrame(rows),
        "Survival as printed and under the primary model",
        heads,
        group="arm",
        source="life_table.csv",
        notes=("Predicted: the rate that as many patients would show under the model.",),
    )


def rounding_sentence(results: Results, rounding: Rounding) -> str:
    """Whether rounding matters, with its number for each coefficient."""
    level = interval_name(results.analysis.estimands.interval)
    parts = [
        f"for {term_label(results.cohort, row['term'])} the posterior mean of the log hazard ratio "
        f"varies with a standard deviation of {number_text(row['rounding_sd'], 2)}, "
        f"{number_text(100 * row['share'], 2)}{SPACE}% of the posterior’s own "
        f"{number_text(row['sd'], 2)}, and the {level} "
        "interval of the hazard ratio goes from "
        f"{_limits(row['lower'], row['upper'])} to "
        f"{_limits(row['mixed_lower'], row['mixed_upper'])}"
        for row in rounding.table.to_dict("records")
    ]
    matters = bool((rounding.table["share"] > _MATTERS).any())
    verdict = (
        "Rounding matters here: prefer the interval averaged over the rates that may have been."
        if matters
        else "Rounding does not matter here."
    )
    return (
        f"Each rate is known only to an interval of rounding. Over {rounding.draws} sets of rates "
        f"that round to the printed ones ({rounding.method}), {listed(parts)}. {verdict}"
    )


def _limits(lower: float, upper: float) -> str:
    return f"({np.exp(lower):.3f}, {np.exp(upper):.3f})"


def _change_section(results: Results, change: EffectChange) -> Section:
    blocks = (
        Paragraph(change_sentence(results, change)),
        _change_table(results, change),
        _change_figure(results, change),
    )
    return Section("Does the effect change over time?", "life-table-change", blocks)


def change_sentence(results: Results, change: EffectChange) -> str:
    """Test of proportional hazards, and the posterior of the change from first to last."""
    labels, unit = arm_labels(results), results.cohort.unit
    last = change.intervals.groupby("arm", sort=False).last()
    parts = [
        f"the hazard ratio of {labels[str(arm)]} is higher in the last interval (to "
        f"{at_time(row['end'], unit)}) than in the first with a posterior probability of "
        f"{percent(row['p_above'])}"
        for arm, row in last.iterrows()
    ]
    verdict = (
        "A single hazard ratio then averages over an effect that seems to change, and survival at "
        "the printed times says more"
        if change.p < _DOUBTFUL
        else "The table gives no strong sign against proportional hazards, which so few intervals "
        "could also hide"
    )
    return (
        f"Against a hazard ratio that is the same in every interval, one for each interval gives a "
        f"likelihood-ratio chi-square of {change.statistic:.2f} on {change.df} "
        f"{'degree' if change.df == 1 else 'degrees'} of freedom ({p_sentence(change.p)}). In a "
        "model whose effect may change between the printed times, with a prior centred on no "
        f"change, {listed(parts)}. {verdict}."
    )


@guarded_block
def _change_table(results: Results, change: EffectChange) -> Table:
    labels, unit = arm_labels(results), results.cohort.unit
    reference = next(iter(labels.values()))
    rows = [
        {
            "arm": f"{labels[str(row['arm'])]} v {reference}",
            "interval": f"{number_text(row['start'])} to {at_time(row['end'], unit, SPACE)}",
            "ml": _interval_text(row, "hr", "lower", "upper"),
            "bayes": _interval_text(row, "median", "credible_lower", "credible_upper"),
            "above": percent(row["p_above"]),
        }
        for row in change.intervals.to_dict("records")
    ]
    level = interval_name(results.analysis.estimands.interval)
    heads = {"interval": "Interval", "ml": f"Maximum likelihood ({level}{SPACE}CI)"}
    heads |= {"bayes": f"Bayes ({level}{SPACE}CrI)", "above": "P(above the first)"}
    notes = ["P(above the first): posterior probability of a hazard ratio above the first one’s."]
    if change.intervals["hr"].isna().any():
        notes.append(
            "No maximum-likelihood ratio where everybody left in an arm, or nobody, had the event."
        )
    return Table(
        pd.DataFrame(rows),
        "Hazard ratio in each interval",
        heads,
        group="arm",
        source="life_table_intervals.csv",
        notes=(" ".join(notes),),
    )


def _interval_text(row: dict[Any, Any], value: str, lower: str, upper: str) -> str:
    if np.isnan(row[value]):
        return MISSING
    return with_interval(row[value], row[lower], row[upper], ratio)


@guarded_block
def _change_figure(results: Results, change: EffectChange) -> FigureBlock:
    labels, unit = arm_labels(results), results.cohort.unit
    several = len(set(change.intervals["arm"])) > 1
    kinds = (
        ("Bayesian", "median", "credible_lower", "credible_upper"),
        ("Maximum likelihood", "hr", "lower", "upper"),
    )
    rows = []
    for row in change.intervals.to_dict("records"):
        name = f"{number_text(row['start'])} to {at_time(row['end'], unit)}"
        label = f"{labels[str(row['arm'])]}, {name}" if several else name
        rows += [
            {"term": label, "label": label, "source": kind, "hr": row[value], "lower": row[lower],
             "upper": row[upper]}
            for kind, value, lower, upper in kinds
        ]  # fmt: skip
    reference, *arms = labels.values()
    figure = draw_hazard_ratios(
        pd.DataFrame(rows),
        favours=(arms[0] if len(arms) == 1 else "the group", reference),
        interval=results.analysis.estimands.interval,
        simulated=results.simulated,
    )
    texts = [
        f"{number_text(row['start'])} to {at_time(row['end'], unit)} "
        f"{with_interval(row['median'], row['credible_lower'], row['credible_upper'], ratio)}"
        for row in change.intervals.to_dict("records")
    ]
    alt = f"Forest plot of the hazard ratio in each interval, posterior: {'; '.join(texts)}."
    whom = f"{arms[0]} v {reference}" if len(arms) == 1 else f"each group v {reference}"
    caption = f"Hazard ratio of {whom} in each interval of the life table"
    return picture(
        results, figure, "life_table_intervals", alt, caption, "life_table_intervals.csv"
    )


PART = ClinicalPart(
    name="life_table",
    answer=_answer,
    tables=_tables,
    section=_section,
    failures=_failures,
    views=(
        View(
            "life_table",
            "arm time n=at_risk value=median lower upper",
            {"quantity": "survival", "method": "posterior"},
        ),
        View(
            "life_table",
            "arm time n=at_risk value=printed",
            {"quantity": "survival", "method": "printed"},
        ),
    ),
)

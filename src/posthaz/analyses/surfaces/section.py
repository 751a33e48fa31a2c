"""Surfaces over two numbers in the report."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from posthaz.analyses.surfaces.answer import Surface, surface
from posthaz.answers import answer_frame
from posthaz.figures import draw_surface, pictured
from posthaz.files import file_name
from posthaz.report.blocks import Block, Bullets, FigureBlock, Paragraph, Section, Table
from posthaz.report.clinical import ClinicalPart, Given, named_answer
from posthaz.report.missing import MissingPart, guarded_block, lost_parts
from posthaz.report.results import Results
from posthaz.report.sections.naming import amount, capitalised, column_name, column_of
from posthaz.report.sections.picture import picture
from posthaz.report.sections.wording import (
    SPACE,
    at_time,
    interval_name,
    listed,
    number_text,
    percent,
    share,
    with_interval,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_NAME = "surfaces"
_TABLED = 6
Answer = tuple[Surface, ...]


def _answer(given: Given) -> Answer:
    analysis = given.analysis
    times = analysis.estimands.survival_at
    return tuple(
        surface(
            given.cohort,
            analysis.primary,
            replace(asked, survival_at=asked.survival_at or max(times, default=None)),
            analysis.sampling,
            interval=analysis.estimands.interval,
            progress=given.progress,
        )
        for asked in analysis.clinical[_NAME]
    )


def _tables(answer: Answer) -> dict[str, pd.DataFrame]:
    thresholds = [
        {
            "surface": one.asked.name,
            "step": one.step,
            "probability": one.asked.probability,
            "above": np.nan if one.above is None else one.above,
            "below": np.nan if one.below is None else one.below,
            "nowhere": one.above is None and one.below is None,
        }
        for one in answer
    ]
    return {
        _NAME: pd.concat([one.rows for one in answer], ignore_index=True),
        "surface_lines": pd.concat([one.line for one in answer], ignore_index=True),
        "surface_thresholds": pd.DataFrame(thresholds),
    }


def _rows(answer: Answer) -> pd.DataFrame:
    return answer_frame([row for one in answer for row in _lines(one)])


def _lines(one: Surface) -> Iterator[dict[str, object]]:
    for row in _some(one.line).to_dict("records"):
        yield {
            "analysis": _NAME, "population": one.asked.name, "model": one.formula,
            "term": f"{one.asked.y}, {one.step:g} more", "level": f"{row['x']:.4g}",
            "method": "posterior", "quantity": "hazard_ratio", "value": row["hr"],
            "lower": row["hr_lower"], "upper": row["hr_upper"], "statement": "< 1",
            "probability": row["p_below_1"],
        }  # fmt: skip


def surface_lead(results: Results, one: Surface) -> str:
    """Above which volume more dose goes with a lower hazard, or that it does so nowhere."""
    first, second = (column_of(results, name) for name in (one.asked.x, one.asked.y))
    more = f"{amount(one.step, second)} more of {column_name(second)}"
    chance = f"with a probability of {one.asked.probability:g} or more"
    if one.line.empty:
        return (
            f"Nowhere do these patients’ values of {column_name(second)} at one "
            f"{column_name(first)} lie {amount(one.step, second)} apart, so that nothing can be "
            f"said of {more}."
        )
    low, high = float(one.line["x"].min()), float(one.line["x"].max())
    span = f"from {amount(low, first)} to {amount(high, first)}"
    if one.above is None and one.below is None:
        best = one.line.iloc[int(np.argmax(one.line["p_below_1"]))]
        return (
            f"Nowhere {span}, where 90{SPACE}% of the patients are, does {more} go with a lower "
            f"hazard {chance}; the highest probability is {percent(best['p_below_1'])}, at a "
            f"{column_name(first)} of {amount(best['x'], first)}."
        )
    if one.above is not None and one.above <= low:
        return f"{capitalised(more)} goes with a lower hazard {chance} everywhere {span}."
    side = "up to" if one.above is None else "above"
    end = float(one.below or 0) if one.above is None else one.above
    where = f"{side} a {column_name(first)} of about {amount(end, first)}"
    return f"{capitalised(more)} goes with a lower hazard {chance} {where} (of {span[5:]})."


def _section(results: Results, answer: Answer) -> Section:
    blocks: list[Block] = []
    for one in answer:
        blocks.append(Paragraph(surface_lead(results, one)))
        blocks.append(_figure(results, one))
        if len(one.line):
            blocks.append(_table(results, one))
        blocks.append(Paragraph(_model(one)))
        if one.notes:
            blocks.append(Bullets(tuple(str(note) for note in one.notes)))
    return Section("Over two numbers", _NAME, tuple(blocks))


def _model(one: Surface) -> str:
    old = f" in place of {listed([f'`{t}`' for t in one.replaced])}" if one.replaced else ""
    return (
        f"The model is the primary one with a surface over `{one.asked.x}` and `{one.asked.y}`"
        f"{old}: `{one.formula}`. It is the tensor product of two splines of low rank: a line in "
        f"each number, {one.asked.df} bends of each, and the products of lines and bends; every "
        "part but the two lines shrinks by a spread of its own, half-normal with scale "
        f"{one.asked.sd:g} on the log hazard. The patients’ convex hull is drawn, and nothing is "
        "said outside it. Where two numbers were chosen together, as dose is by volume, what goes "
        "with more of one needn’t be its effect."
    )


def plot_surface(
    results: Results,
    ax: "Axes | None" = None,
    *,
    name: str = "",
    style: str = "",
    columns: int = 1,
) -> "np.ndarray":
    """Contours of survival, and of the probability that more of the second number helps.

    Parameters
    ----------
    results : Results
        Results of `run_analysis` whose file asks for ``[surfaces.NAME]``.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure of pyplot without it. Both panels share its place.
    name : str, optional
        Which surface; the first one when empty.
    style : {"", "default", "lancet", "nejm", "jama"}, optional
        The style; the current one of `use_style` when empty.
    columns : {1, 2}, optional
        Columns of the journal that a new figure is to fill.

    Returns
    -------
    ndarray of matplotlib.axes.Axes, shape (panel,)

    Raises
    ------
    PosthazError
        When results hold no such surface.

    Examples
    --------
    >>> import posthaz as ph
    >>> ph.plot_surface(ph.run_analysis("volume_by_dose.toml"))  # doctest: +SKIP
    """
    draw = partial(surface_figure, results, named_answer(results, _NAME, name))
    return np.array(pictured(draw, ax, style, columns), dtype=object)


def surface_figure(results: Results, one: Surface) -> "Figure":
    """Both panels of a surface."""
    first, second = (column_of(results, name) for name in (one.asked.x, one.asked.y))
    when = "" if one.survival_at is None else at_time(one.survival_at, results.cohort.unit)
    return draw_surface(
        one.rows,
        one.patients,
        names=(first.shown, second.shown),
        scales=one.scales,
        survival=f"Standardised survival at {when}" if when else "",
        more=f"P(hazard ratio of {amount(one.step, second)} more of {column_name(second)} < 1)",
        probability=one.asked.probability,
        above=one.above,
        simulated=results.simulated,
    )


@guarded_block
def _figure(results: Results, one: Surface) -> FigureBlock:
    first, second = (column_of(results, name) for name in (one.asked.x, one.asked.y))
    time = one.survival_at
    when = "" if time is None else at_time(time, results.cohort.unit)
    figure = surface_figure(results, one)
    said = surface_lead(results, one)
    if when:
        low, high = one.rows["survival"].min(), one.rows["survival"].max()
        said += f" Survival at {when} goes from {share(low)} to {share(high)} inside the hull."
    caption = (
        f"Contours over {column_name(first)} and {column_name(second)}, inside the patients’ "
        "convex hull; "
        f"white where {amount(one.step, second)} more leads out of it"
    )
    return picture(
        results, figure, f"surface_{file_name(one.asked.name)}", said, caption, f"{_NAME}.csv"
    )


@guarded_block
def _table(results: Results, one: Surface) -> Table:
    first, second = (column_of(results, name) for name in (one.asked.x, one.asked.y))
    level = interval_name(results.analysis.estimands.interval)
    rows = [
        {
            "x": amount(row["x"], first),
            "span": f"{number_text(row['from_y'], 3)} to {amount(row['to_y'], second)}",
            "hr": with_interval(row["hr"], row["hr_lower"], row["hr_upper"]),
            "below": percent(float(row["p_below_1"])),
        }
        for row in _some(one.line).to_dict("records")
    ]
    heads = {
        "x": first.label or first.name,
        "span": "Averaged over",
        "hr": f"HR ({level}{SPACE}CrI)",
        "below": f"P(HR{SPACE}<{SPACE}1)",
    }
    caption = f"{amount(one.step, second)} more of {column_name(second)}, by {column_name(first)}"
    return Table(pd.DataFrame(rows), caption, heads, source="surface_lines.csv")


def _some(line: pd.DataFrame) -> pd.DataFrame:
    """A few rows of the line, evenly."""
    chosen = np.unique(np.linspace(0, max(len(line) - 1, 0), _TABLED).round().astype(int))
    return line.iloc[chosen] if len(line) else line


def _lead(results: Results, answer: Answer) -> str:
    return " ".join(surface_lead(results, one) for one in answer)


def _missing(answer: Answer) -> tuple[MissingPart, ...]:
    return tuple(
        part for one in answer for part in lost_parts(one.notes, f"surface {one.asked.name}")
    )


PART = ClinicalPart(
    _NAME,
    _answer,
    _tables,
    _section,
    failures=lambda answer: tuple(text for one in answer for text in one.failures),
    missing=_missing,
    lead=_lead,
    rows=_rows,
)

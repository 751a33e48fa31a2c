"""Forest of effects in subgroups: each alone beside partially pooled, with counts by arm."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from posthaz.figures.axis import label_ratio
from posthaz.figures.hazard_ratios import draw_row, label_sides, ratio_range
from posthaz.figures.style import (
    MUTED,
    REFERENCE,
    SERIES,
    dress,
    filled,
    legend_above,
    new_figure,
    styled,
)

ROW = 0.21
WIDE = 9.2
_SOURCES = (
    ("cox", "Subgroup alone (Cox)", REFERENCE),
    ("pooled", "Partially pooled (Bayesian)", SERIES[0]),
)
_SPLIT = (0.37, 0.31, 0.32)
_SIZE = 9.0
_COUNTS = {"reference": 0.72, "arm": 1.0}
_PROBABILITIES = {"pooled_p_below_1": 0.64, "p_differs": 0.9}


@styled
def draw_subgroups(
    table: pd.DataFrame,
    tests: pd.DataFrame,
    *,
    arms: tuple[str, str],
    differs_by: float = 1.25,
    interval: float = 0.95,
    title: str = "",
    simulated: bool = False,
) -> Figure:
    """Forest of subgroups: two intervals each, counts at the left, probabilities at the right.

    Parameters
    ----------
    table : DataFrame
        As `SubgroupEffects.table`: one row a subgroup, the whole cohort first.
    tests : DataFrame
        As `SubgroupEffects.tests`: one row a column, with its interaction ``p``.
    arms : (str, str)
        Names of the reference and of the arm compared with it.
    differs_by : float, optional
        Ratio of hazard ratios behind ``p_differs``, named in the heading.
    interval : float, optional
        Probability of the intervals, named in the heading.
    title : str, optional
        Title at the top.
    simulated : bool, optional
        Whether the cohort is simulated, which the figure then says.

    Returns
    -------
    Figure
        Three axes: names and counts, the forest, numbers.

    Examples
    --------
    >>> import pandas as pd
    >>> row = {"column": "all", "label": "All patients", "level_label": "All patients"}
    >>> counts = {f"{what}_{who}": 9 for what in ("patients", "events")
    ...           for who in ("reference", "arm")}
    >>> ratios = {f"{kind}_{end}": value for kind in ("cox", "pooled")
    ...           for end, value in {"hr": 0.9, "lower": 0.6, "upper": 1.3}.items()}
    >>> frame = pd.DataFrame([row | counts | ratios | {"pooled_p_below_1": 0.7}])
    >>> figure = draw_subgroups(frame, pd.DataFrame(columns=["column", "p"]), arms=("A", "B"))
    >>> len(figure.axes)
    3
    """
    lines, bottom = _heights(table)
    figure = new_figure(1.35 + ROW * (bottom + 1.0), title, simulated)
    figure.set_figwidth(WIDE)
    left, forest, right = figure.subplots(1, 3, width_ratios=_SPLIT)
    for axes in (left, forest, right):
        axes.set_ylim(bottom + 0.4, -3.4)
    _write_left(left, table, lines, arms)
    handles = _draw_forest(forest, table, lines, arms)
    _write_right(right, table, tests, lines, differs_by, interval)
    for axes, height in ((a, h) for a in (left, forest, right) for h in _stripes(table, lines)):
        axes.axhspan(height - 0.75, height + 1.0, color="#F1F4F6", zorder=0)
    for text in (*left.texts, *right.texts):  # a long heading runs on over the empty line beside
        text.set_in_layout(False)
    legend_above(figure, handles, [name for _, name, _ in _SOURCES], columns=2)
    return figure


def _heights(table: pd.DataFrame) -> tuple[list[tuple[float | None, float]], float]:
    """Height of each row's heading (none within a column) and of its first line; the lowest."""
    heights: list[tuple[float | None, float]] = []
    top, before = 0.0, None
    for column in table["column"]:
        heading = None
        if column != before:
            top += 0.35 if before is not None else 0.0
            if column != "all":
                heading, top = top, top + 1.15
        heights.append((heading, top))
        top, before = top + 2.15, column
    return heights, top


def _stripes(table: pd.DataFrame, lines: Sequence[tuple[float | None, float]]) -> list[float]:
    """First lines of every second row."""
    return [top + 0.25 for i, (_, top) in enumerate(lines[: len(table)]) if i % 2 == 0]


def _blank(axes: Axes) -> None:
    axes.set_xlim(0.0, 1.0)
    axes.set_axis_off()
    axes.set_zorder(2.0)


def _write_left(
    axes: Axes,
    table: pd.DataFrame,
    lines: Sequence[tuple[float | None, float]],
    arms: tuple[str, str],
) -> None:
    _blank(axes)
    axes.text(1.0, -2.9, "Events / patients", size=_SIZE, weight="bold", ha="right", va="center")
    for x, name in zip(_COUNTS.values(), arms, strict=True):
        short = filled(name, 13, 2)
        axes.text(x, -1.5, short, size=_SIZE - 0.5, ha="right", va="center")
    for row, (heading, top) in zip(table.to_dict("records"), lines, strict=True):
        if heading is not None:
            axes.text(0.0, heading, row["label"], size=_SIZE, weight="bold", va="center")
        indent, weight = (0.0, "bold") if row["column"] == "all" else (0.04, "normal")
        name = filled(str(row["level_label"]), 21, 2)
        axes.text(indent, top + 0.5, name, size=_SIZE, weight=weight, va="center")
        for who, x in _COUNTS.items():
            text = f"{row[f'events_{who}']:.0f} / {row[f'patients_{who}']:.0f}"
            axes.text(x, top + 0.5, text, size=_SIZE, ha="right", va="center")


def _draw_forest(
    axes: Axes,
    table: pd.DataFrame,
    lines: Sequence[tuple[float | None, float]],
    arms: tuple[str, str],
) -> list[Artist]:
    ratios = pd.concat(
        [
            table[[f"{kind}_{end}" for end in ("hr", "lower", "upper")]].set_axis(
                ["hr", "lower", "upper"], axis=1
            )
            for kind, _, _ in _SOURCES
        ]
    ).astype(float)
    lower, upper = ratio_range(ratios)
    limits = max(lower, 0.1), min(upper, 10.0)
    label_ratio(axes, "x", *limits)
    axes.axvline(1.0, color=MUTED, lw=1.0, zorder=0.8)
    overall = table.loc[table["column"] == "all", "pooled_hr"].astype(float)
    for value in overall[np.isfinite(overall)]:
        axes.axvline(value, color=SERIES[0].colour, lw=1.0, ls=(0, (2, 2)), zorder=0.8)
    handles: dict[str, Artist] = {}
    for row, (_, top) in zip(table.to_dict("records"), lines, strict=True):
        for step, (kind, name, style) in enumerate(_SOURCES):
            own = {end: float(row.get(f"{kind}_{end}", np.nan)) for end in ("hr", "lower", "upper")}
            if np.isfinite(own["hr"]):
                drawn = draw_row(axes, own, top + step, style, limits)
                handles.setdefault(name, drawn)
    axes.set_yticks([])
    dress(axes, grid="x")
    axes.spines["left"].set_visible(False)
    label_sides(axes, (arms[1], arms[0]))
    empty = axes.plot([], [], ls="none")[0]
    return [handles.get(name, empty) for _, name, _ in _SOURCES]


def _write_right(
    axes: Axes,
    table: pd.DataFrame,
    tests: pd.DataFrame,
    lines: Sequence[tuple[float | None, float]],
    differs_by: float,
    interval: float,
) -> None:
    _blank(axes)
    heads = (
        (0.0, "left", f"HR\n({interval * 100:g} % interval)"),
        (_PROBABILITIES["pooled_p_below_1"], "center", "P(HR < 1)\npooled"),
        (_PROBABILITIES["p_differs"], "center", f"P(differs\n≥ {differs_by:g}×)"),
    )
    for x, align, text in heads:
        axes.text(x, -2.5, text, size=_SIZE, weight="bold", ha=align, va="center")
    p_values = dict(zip(tests["column"], tests["p"], strict=True))
    for row, (heading, top) in zip(table.to_dict("records"), lines, strict=True):
        if heading is not None:
            text = f"Interaction P {_p(p_values.get(row['column'], np.nan))}"
            axes.text(0.0, heading, text, size=_SIZE, va="center", style="italic")
        for step, (kind, _, style) in enumerate(_SOURCES):
            numbers = [float(row.get(f"{kind}_{end}", np.nan)) for end in ("hr", "lower", "upper")]
            text = "{:.2f} ({:.2f} to {:.2f})".format(*numbers)
            if not np.isfinite(numbers).all():
                text = "not estimable" if kind == "cox" else "–"
            axes.text(0.0, top + step, text, size=_SIZE, va="center", color=style.colour)
        for name, x in _PROBABILITIES.items():
            text = _percent(float(row.get(name, np.nan)))
            axes.text(x, top + 0.5, text, size=_SIZE, ha="center", va="center")


def _p(value: float) -> str:
    if not np.isfinite(value):
        return "–"
    return "< 0.001" if value < 0.001 else f"= {value:.3f}" if value < 0.1 else f"= {value:.2f}"


def _percent(value: float) -> str:
    if not np.isfinite(value):
        return ""
    if not 0.005 < value < 0.995:
        return "<1 %" if value < 0.5 else ">99 %"
    return f"{100 * value:.0f} %"

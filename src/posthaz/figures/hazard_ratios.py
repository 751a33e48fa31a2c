"""Forest of hazard ratios, the Bayesian ones beside Cox."""

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Annotation

from posthaz.figures.axis import label_ratio
from posthaz.figures.style import (
    MUTED,
    LineStyle,
    dress,
    filled,
    legend_above,
    new_figure,
    pt,
    source_styles,
    styled,
    wrapped,
)

ROW = 0.27
WIDEST = 50.0
_SIDE = 28
_LINE = 13.5


@styled
def draw_hazard_ratios(
    table: pd.DataFrame,
    *,
    favours: tuple[str, str] | None = None,
    treatment: bool = True,
    interval: float = 0.95,
    title: str = "",
    simulated: bool = False,
) -> Figure:
    """Forest plot: one block a term, one row a source, the numbers printed at the right.

    Parameters
    ----------
    table : DataFrame
        Columns ``term``, ``label`` (term as shown), ``source`` (such as ``"Cox"``), ``hr``,
        ``lower``, ``upper``. Terms and sources are drawn in order of appearance; a row whose
        ``hr`` is missing is left out. An interval that leaves 1/50 to 50 ends in an arrow.
    favours : (str, str), optional
        What a ratio below 1 and one above 1 favour, written under the axis either side of 1;
        without it, which side is the lower hazard.
    treatment : bool, optional
        Whether treatments are compared, which can be favoured; groups have a lower hazard.
    interval : float, optional
        Probability of the intervals, named in the heading of the numbers.
    title : str, optional
        Title at the top.
    simulated : bool, optional
        Whether the cohort is simulated, which the figure then says.

    Returns
    -------
    Figure
        One axes; its texts are the heading and the printed numbers.

    Examples
    --------
    >>> import pandas as pd
    >>> row = {"term": "arm", "label": "PCI v observation", "source": "Cox"}
    >>> figure = draw_hazard_ratios(
    ...     pd.DataFrame([row | {"hr": 0.90, "lower": 0.62, "upper": 1.29}])
    ... )
    >>> figure.axes[0].texts[-1].get_text()
    '0.90 (0.62 to 1.29)'
    """
    table = table.loc[np.isfinite(table["hr"].astype(float))].reset_index(drop=True)
    sources = list(dict.fromkeys(table["source"]))
    styles = source_styles(sources)
    heights, middles = row_heights(table)
    figure = new_figure(1.3 + ROW * (heights.max(initial=0.0) + 1.0), title, simulated)
    axes = figure.subplots()
    limits = ratio_range(table)
    label_ratio(axes, "x", *limits)
    axes.axvline(1.0, color=MUTED, lw=1.0, zorder=0.8)
    handles = {}
    for row, height in zip(table.to_dict("records"), heights, strict=True):
        handles[row["source"]] = draw_row(axes, row, height, styles[row["source"]], limits)
    names = table.drop_duplicates("term").set_index("term")["label"]
    axes.set_yticks(list(middles.values()), [wrapped(str(names[term]), 22) for term in middles])
    axes.set_ylim(heights.max(initial=0.0) + 0.75, -1.0)
    dress(axes, grid="x")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    label_sides(axes, favours, treatment)
    write_beside(axes, -0.95, f"HR ({interval * 100:g} % interval)", weight="bold")
    for row, height in zip(table.to_dict("records"), heights, strict=True):
        text = f"{row['hr']:.2f} ({row['lower']:.2f} to {row['upper']:.2f})"
        write_beside(axes, height, text)
    legend_above(figure, list(handles.values()), list(handles), columns=3)
    return figure


def row_heights(table: pd.DataFrame) -> tuple[np.ndarray, dict[str, float]]:
    """Height of each row and middle of each term's block, counted downwards from 0.

    A term has a row for every source it is given by, and at least room for two lines of label.
    """
    heights = np.zeros(len(table))
    middles: dict[str, float] = {}
    top = 0.0
    for term in dict.fromkeys(table["term"]):
        rows = np.flatnonzero(table["term"] == term)
        room = max(len(rows), 2)
        heights[rows] = top + (room - len(rows)) / 2 + np.arange(len(rows))
        middles[term] = top + (room - 1) / 2
        top += room + 0.5
    return heights, middles


def ratio_range(table: pd.DataFrame) -> tuple[float, float]:
    """Limits of the axis: all intervals and 1, within 1/50 to 50, and some air."""
    bounds = table[["hr", "lower", "upper"]].to_numpy(dtype=float)
    bounds = bounds[np.isfinite(bounds) & (bounds > 0)]
    lower = max(min(bounds.min(initial=0.8), 0.8), 1 / WIDEST)
    upper = min(max(bounds.max(initial=1.25), 1.25), WIDEST)
    return float(lower / 1.08), float(upper * 1.08)


def draw_row(
    axes: Axes, row: dict, height: float, style: LineStyle, limits: tuple[float, float]
) -> Artist:
    """One interval and its point; an arrow where the interval leaves the axis."""
    lower, upper = max(row["lower"], limits[0]), min(row["upper"], limits[1])
    axes.plot([lower, upper], [height, height], color=style.colour, lw=2.0)
    for end, bound, arrow in ((row["lower"], lower, "<"), (row["upper"], upper, ">")):
        if end != bound:
            axes.plot([bound], [height], marker=arrow, ms=7, color=style.colour, clip_on=False)
    (point,) = axes.plot([row["hr"]], [height], ls="none", marker=style.marker, ms=7,
                         color=style.colour, mec="white", mew=0.8)  # fmt: skip
    return point


def write_beside(axes: Axes, height: float, text: str, weight: str = "normal") -> None:
    """Text to the right of the axes, at a row's height."""
    beside = axes.get_yaxis_transform()
    axes.text(1.03, height, text, transform=beside, size=pt(9), va="center", weight=weight)


def label_sides(
    axes: Axes, favours: tuple[str, str] | None, treatment: bool = True
) -> list[Annotation]:
    """Label of the axis, and either side of 1 what a ratio there means, split at 1."""
    if favours is None:
        sides = ("lower hazard", "higher hazard")
    elif treatment:
        sides = (f"favours {favours[0]}", f"favours {favours[1]}")
    else:
        sides = (f"lower hazard with {favours[0]}", f"lower hazard with {favours[1]}")
    texts = filled(f"← {sides[0]}", _SIDE), filled(f"{sides[1]} →", _SIDE)
    lines = max(text.count("\n") + 1 for text in texts)
    axes.set_xlabel("Hazard ratio (log scale)", labelpad=4 + pt(_LINE) * lines)
    return [
        axes.annotate(
            text, (1.0, 0.0), (side * 5, -pt(21)), ("data", "axes fraction"), "offset points",
            ha="right" if side < 0 else "left", va="top", size=pt(9.5),
        )
        for side, text in zip((-1, 1), texts, strict=True)
    ]  # fmt: skip

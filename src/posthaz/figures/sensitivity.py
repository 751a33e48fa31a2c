"""The answer under every variant of a sensitivity analysis, the primary one marked."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from posthaz.figures.axis import label_ratio
from posthaz.figures.hazard_ratios import ROW, draw_row, label_sides, ratio_range, write_beside
from posthaz.figures.style import (
    MUTED,
    REFERENCE,
    SERIES,
    dress,
    filled,
    legend_above,
    new_figure,
    pt,
    styled,
)

MOST_NAMED = 40
"""With more variants than this, they are a curve without names."""

_LABEL = 26


@styled
def draw_sensitivity(
    table: pd.DataFrame,
    *,
    favours: tuple[str, str] | None = None,
    interval: float = 0.95,
    title: str = "",
    simulated: bool = False,
) -> Figure:
    """Hazard ratio of every variant with its interval, the primary variant's marked.

    Up to 40 variants are a forest: a block an axis, sorted within, named, with their numbers.
    More are a specification curve (Simonsohn et al. 2020, doi:10.1038/s41562-020-0912-z): sorted
    over all axes, each axis in its colour.

    Parameters
    ----------
    table : DataFrame
        Columns ``label``, ``axis``, ``primary`` (true once), ``hr``, ``lower``, ``upper``. Rows
        whose ``hr`` is missing are left out.
    favours : (str, str), optional
        What a ratio below 1 and one above 1 favour, written under the axis.
    interval : float, optional
        Probability of the intervals.
    title : str, optional
        Title at the top.
    simulated : bool, optional
        Whether the cohort is simulated, which the figure then says.

    Returns
    -------
    Figure
        One axes.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [("As stated", "Primary", True, 0.90, 0.62, 1.29),
    ...         ("sceptical", "Prior", False, 0.94, 0.72, 1.24)]
    >>> columns = ["label", "axis", "primary", "hr", "lower", "upper"]
    >>> figure = draw_sensitivity(pd.DataFrame(rows, columns=columns))
    >>> [text.get_text() for text in figure.axes[0].texts][1:3]
    ['0.90 (0.62 to 1.29)', '0.94 (0.72 to 1.24)']
    """
    kept = table.loc[np.isfinite(table["hr"].astype(float))]
    draw = _forest if len(kept) <= MOST_NAMED else _curve
    return draw(kept, favours, interval, title, simulated)


def _forest(
    table: pd.DataFrame,
    favours: tuple[str, str] | None,
    interval: float,
    title: str,
    simulated: bool,
) -> Figure:
    rows, heads = _placed(table)
    height = max([*rows["height"], *heads.values()], default=0.0)
    figure = new_figure(1.1 + ROW * (height + 1.0), title, simulated)
    axes = figure.subplots()
    limits = ratio_range(rows)
    label_ratio(axes, "x", *limits)
    _mark(axes, rows)
    write_beside(axes, -1.2, f"HR ({interval * 100:g} % interval)", weight="bold")
    for row in rows.to_dict("records"):
        draw_row(axes, row, row["height"], SERIES[0] if row["primary"] else REFERENCE, limits)
        weight = "bold" if row["primary"] else "normal"
        text = f"{row['hr']:.2f} ({row['lower']:.2f} to {row['upper']:.2f})"
        write_beside(axes, row["height"], text, weight=weight)
    names = {row["height"]: filled(row["label"], _LABEL) for row in rows.to_dict("records")}
    names |= {place: head for head, place in heads.items()}
    axes.set_yticks(list(names), list(names.values()))
    for label, place in zip(axes.get_yticklabels(), names, strict=True):
        primary = bool(rows.loc[rows["height"] == place, "primary"].any())
        label.set_fontweight("bold" if place in heads.values() or primary else "normal")
    axes.set_ylim(height + 0.75, -1.6)
    dress(axes, grid="x")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    label_sides(axes, favours)
    return figure


def _placed(table: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, float]]:
    """Rows with their heights, counted downwards, and the height of each axis's heading."""
    parts, heads = [], {}
    height = 0.0
    for axis, own in table.groupby("axis", sort=False):
        own = own.sort_values(["primary", "hr"], ascending=[False, True], kind="stable")
        if not own["primary"].all():
            heads[str(axis)] = height
            height += 1.0
        lines = [filled(label, _LABEL).count("\n") + 1 for label in own["label"]]
        places = []
        for count in lines:
            places.append(height + 0.3 * (count - 1))
            height += 1.0 + 0.6 * (count - 1)
        parts.append(own.assign(height=places))
        height += 0.4
    return pd.concat(parts, ignore_index=True), heads


def _mark(axes: Axes, rows: pd.DataFrame, across: str = "x") -> None:
    """A line at no effect, and the primary variant's interval and estimate through all rows."""
    line, span = (axes.axvline, axes.axvspan) if across == "x" else (axes.axhline, axes.axhspan)
    line(1.0, color=MUTED, lw=1.0, zorder=0.8)
    for row in rows[rows["primary"]].to_dict("records"):
        span(row["lower"], row["upper"], color=SERIES[0].colour, alpha=0.09, lw=0, zorder=0.5)
        line(row["hr"], color=SERIES[0].colour, lw=1.0, ls=(0, (4, 2)), zorder=0.9)


def _curve(
    table: pd.DataFrame,
    favours: tuple[str, str] | None,
    interval: float,
    title: str,
    simulated: bool,
) -> Figure:
    rows = table.sort_values("hr", kind="stable").reset_index(drop=True)
    figure = new_figure(3.9, title, simulated)
    axes = figure.subplots()
    lower, upper = ratio_range(rows)
    label_ratio(axes, "y", lower, upper)
    _mark(axes, rows, across="y")
    others = list(dict.fromkeys(rows.loc[~rows["primary"], "axis"]))
    styles = dict(zip(others, (REFERENCE, *SERIES[1:]) * len(others), strict=False))
    handles = {}
    ends = rows[["lower", "upper"]].clip(lower, upper)
    axes.vlines(rows.index, ends["lower"], ends["upper"], color="#C3CBD2", lw=0.8, zorder=1.0)
    size = 5.0 if len(rows) < 150 else 3.0
    for axis, style in styles.items():
        own = rows[(rows["axis"] == axis) & ~rows["primary"]]
        (handles[axis],) = axes.plot(
            own.index, own["hr"], ls="none", marker=style.marker, ms=size, color=style.colour
        )
    own = rows[rows["primary"]]
    (handles["As stated"],) = axes.plot(
        own.index, own["hr"], ls="none", marker=SERIES[0].marker, ms=8, color=SERIES[0].colour,
        mec="white",
    )  # fmt: skip
    axes.set_xlim(-1.5, len(rows) + 0.5)
    axes.set_xticks([])
    axes.set_xlabel(f"{len(rows)} variants, in order of their hazard ratio")
    axes.set_ylabel(f"Hazard ratio, {interval * 100:g} % interval\n(log scale)")
    if favours:
        for place, text in ((0.02, f"favours {favours[0]}"), (0.98, f"favours {favours[1]}")):
            side = "bottom" if place < 0.5 else "top"
            axes.text(0.02, place, text, transform=axes.transAxes, size=pt(9), va=side, color=MUTED)
    dress(axes)
    legend_above(figure, list(handles.values()), list(handles), columns=3)
    return figure

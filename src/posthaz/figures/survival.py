"""Survival curves: posterior over Kaplan-Meier, with numbers at risk."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from posthaz.figures.axis import label_survival, label_time
from posthaz.figures.layers import arm_rows, draw_band, draw_steps
from posthaz.figures.style import (
    INK,
    MUTED,
    LineStyle,
    arm_styles,
    dress,
    filled,
    label_of,
    legend_above,
    new_figure,
    styled,
)


@styled
def draw_survival(
    kaplan_meier: pd.DataFrame,
    curves: pd.DataFrame,
    at_risk: pd.DataFrame,
    *,
    labels: Mapping[str, str],
    unit: str,
    horizon: float,
    endpoint: str = "survival",
    interval: float = 0.95,
    title: str = "",
    simulated: bool = False,
    start: float = 0.0,
) -> Figure:
    """Posterior survival curves over Kaplan-Meier steps, with numbers at risk below.

    Parameters
    ----------
    kaplan_meier : DataFrame
        Columns ``arm``, ``time`` (in `unit`), ``survival``, ``censored`` (number censored at
        that time); one row a distinct time and arm. May be empty.
    curves : DataFrame
        Columns ``arm``, ``time``, ``median``, ``lower``, ``upper`` of the survival probability.
    at_risk : DataFrame
        Columns ``arm``, ``time``, ``at_risk``; its times are the axis ticks (see `time_ticks`).
        May be empty.
    labels : mapping of str to str
        Name to show for each arm, the reference arm first.
    unit : str
        Unit of time.
    horizon : float
        End of the time axis, in `unit`.
    endpoint : str, optional
        What survives, such as ``"overall survival"``.
    interval : float, optional
        Probability of the credible bands, named in the legend.
    title : str, optional
        Title at the top.
    simulated : bool, optional
        Whether the cohort is simulated, which the figure then says.
    start : float, optional
        Start of the time axis.

    Returns
    -------
    Figure
        Axes 0 holds the curves; axes 1 the numbers at risk, when there are any.

    Examples
    --------
    >>> import pandas as pd
    >>> km = pd.DataFrame({"arm": ["a"], "time": [6.0], "survival": [0.5], "censored": [0]})
    >>> band = {"median": [1.0, 0.4], "lower": [1.0, 0.3], "upper": [1.0, 0.6]}
    >>> curves = pd.DataFrame({"arm": ["a", "a"], "time": [0.0, 12.0]} | band)
    >>> risk = pd.DataFrame({"arm": ["a", "a"], "time": [0.0, 12.0], "at_risk": [20, 8]})
    >>> figure = draw_survival(
    ...     km, curves, risk, labels={"a": "Radiotherapy"}, unit="months", horizon=12.0
    ... )
    >>> [text.get_text() for text in figure.axes[1].texts]
    ['20', '8']
    """
    styles = arm_styles(list(labels))
    rows = {arm: filled(label, 16) for arm, label in labels.items()}
    lines = sum(text.count("\n") + 1.25 for text in rows.values())
    table = 0.0 if at_risk.empty else 0.3 + 0.19 * lines
    figure = new_figure(4.1 + table, title, simulated)
    if at_risk.empty:
        axes = figure.subplots()
        label_time(axes, horizon, unit, start=start)
    else:
        axes, below = figure.subplots(2, height_ratios=[4.1, table], sharex=True)
        write_numbers(below, at_risk.loc[at_risk["time"] <= horizon * (1 + 1e-9)], rows)
        ticks = np.unique(at_risk["time"].to_numpy(dtype=float))
        label_time(axes, horizon, unit, ticks[ticks <= horizon * (1 + 1e-9)], start)
        axes.tick_params(labelbottom=True)
    for arm, style in styles.items():
        draw_steps(axes, arm_rows(kaplan_meier, arm), style.colour)
        draw_band(axes, arm_rows(curves, arm), style)
    label_survival(axes, endpoint)
    dress(axes)
    write_key(figure, styles, labels, interval, with_steps=not kaplan_meier.empty)
    return figure


def write_numbers(axes: Axes, at_risk: pd.DataFrame, rows: Mapping[str, str]) -> None:
    """Numbers at risk, one row an arm, each number under its tick."""
    heights, foot = row_middles(rows)
    for arm, time, number in zip(
        at_risk["arm"].astype(str), at_risk["time"], at_risk["at_risk"], strict=True
    ):
        if arm in heights:
            axes.text(time, heights[arm], f"{number:g}", ha="center", va="center", size=9.5)
    axes.set_ylim(foot, 0.0)
    axes.set_yticks(list(heights.values()), list(rows.values()))
    axes.set_title("Number at risk", size=9.5, pad=2)
    # half of the first number stands to the left of the axis
    digits = max((len(f"{number:g}") for number in at_risk["at_risk"]), default=1)
    pad = max(14.0, 4.0 + 3.2 * digits)
    axes.tick_params(axis="both", length=0, labelbottom=False, labelsize=9.5, pad=pad)
    for spine in axes.spines.values():
        spine.set_visible(False)


def row_middles(rows: Mapping[str, str]) -> tuple[dict[str, float], float]:
    """Middle of each row in lines from the top, and the number of lines in all."""
    heights: dict[str, float] = {}
    foot = 0.0
    for arm, text in rows.items():
        lines = text.count("\n") + 1.25
        heights[arm] = foot + lines / 2
        foot += lines
    return heights, foot


def write_key(
    figure: Figure,
    styles: Mapping[str, LineStyle],
    labels: Mapping[str, str],
    interval: float,
    *,
    with_steps: bool,
) -> None:
    """The legend: arms in the first column, what lines and bands are in the second."""
    handles: list[object] = [
        Line2D([], [], color=style.colour, ls=style.dash) for style in styles.values()
    ]
    names = [label_of(labels, arm) for arm in styles]
    handles.append(Patch(color=MUTED, alpha=0.3))
    names.append(f"Posterior median, {interval * 100:g} % band")
    if with_steps:
        handles.append(Line2D([], [], color=INK, lw=1.0, marker="|", ms=6, mew=0.8))
        names.append("Kaplan–Meier, tick: censored")
    legend_above(figure, handles, names, columns=2)

"""Survival known at some times only: posterior curves over points with their limits."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from posthaz.figures.axis import label_survival, label_time
from posthaz.figures.layers import arm_rows, draw_band
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
from posthaz.figures.survival import write_numbers


@styled
def draw_survival_points(
    points: pd.DataFrame,
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
    """Posterior survival curves over the points at which survival is known without a model.

    Parameters
    ----------
    points : DataFrame
        Columns ``arm``, ``time`` (in `unit`), ``survival``, ``lower``, ``upper``; limits may
        be NaN. Rows at time 0 are not drawn.
    curves : DataFrame
        Columns ``arm``, ``time``, ``median``, ``lower``, ``upper`` of the survival probability.
    at_risk : DataFrame
        Columns ``arm``, ``time``, ``at_risk``: numbers known to be event-free; may be empty.
    labels : mapping of str to str
        Name to show for each arm, the reference arm first.
    unit : str
        Unit of time.
    horizon : float
        End of the time axis, in `unit`.
    endpoint : str, optional
        What survives, such as ``"overall survival"``.
    interval : float, optional
        Probability of the bands and limits.
    title : str, optional
        Title at the top.
    simulated : bool, optional
        Whether the cohort is simulated, which the figure then says.
    start : float, optional
        Start of the time axis.

    Returns
    -------
    Figure
        Axes 0 holds the curves and points; axes 1 the numbers, when there are any.

    Examples
    --------
    >>> import pandas as pd
    >>> limits = {"lower": [0.4], "upper": [0.6]}
    >>> points = pd.DataFrame({"arm": ["a"], "time": [12.0], "survival": [0.5]} | limits)
    >>> band = {"median": [1.0, 0.5], "lower": [1.0, 0.4], "upper": [1.0, 0.6]}
    >>> curves = pd.DataFrame({"arm": ["a", "a"], "time": [0.0, 12.0]} | band)
    >>> figure = draw_survival_points(
    ...     points, curves, pd.DataFrame(), labels={"a": "All"}, unit="months", horizon=12.0
    ... )
    >>> len(figure.axes)
    1
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
        rounded = at_risk.assign(at_risk=at_risk["at_risk"].round())
        write_numbers(below, rounded.loc[rounded["time"] <= horizon * (1 + 1e-9)], rows)
        below.set_title("Known event-free", size=9.5, pad=2)
        ticks = np.unique(at_risk["time"].to_numpy(dtype=float))
        label_time(axes, horizon, unit, ticks[ticks <= horizon * (1 + 1e-9)], start)
        axes.tick_params(labelbottom=True)
    for place, (arm, style) in enumerate(styles.items()):
        aside = (place - (len(styles) - 1) / 2) * 0.008 * horizon
        draw_band(axes, arm_rows(curves, arm), style)
        _draw_points(axes, arm_rows(points, arm), style, aside)
    axes.set_xlim(start, horizon * 1.02)
    label_survival(axes, endpoint)
    dress(axes)
    _write_key(figure, styles, labels, interval, points)
    return figure


def _draw_points(axes: Axes, frame: pd.DataFrame, style: LineStyle, aside: float) -> None:
    """Points with their limits, arms a little apart so that limits can be told."""
    frame = frame[frame["time"] > 0]
    time = frame["time"].to_numpy(dtype=float) + aside
    level = frame["survival"].to_numpy(dtype=float)
    known = np.isfinite(frame["lower"].to_numpy(dtype=float))
    axes.vlines(
        time[known], frame["lower"][known], frame["upper"][known], color=style.colour, lw=1.4
    )
    axes.plot(
        time, level, ls="none", marker=style.marker, ms=6.5, mfc="white", mec=style.colour,
        mew=1.6, clip_on=False, zorder=5,
    )  # fmt: skip


def _write_key(
    figure: Figure,
    styles: Mapping[str, LineStyle],
    labels: Mapping[str, str],
    interval: float,
    points: pd.DataFrame,
) -> None:
    handles: list[object] = [
        Line2D([], [], color=s.colour, ls=s.dash, marker=s.marker, mfc="white", mec=s.colour)
        for s in styles.values()
    ]
    names = [label_of(labels, arm) for arm in styles]
    handles.append(Patch(color=MUTED, alpha=0.3))
    names.append(f"Posterior median, {interval * 100:g} % band")
    handles.append(Line2D([], [], color=INK, ls="none", marker="o", mfc="white", mec=INK))
    limits = f" with {interval * 100:g} % limits" if points["lower"].lt(1).any() else ""
    names.append(f"Without a model{limits}")
    legend_above(figure, handles, names, columns=2)

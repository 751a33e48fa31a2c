"""Hazard ratio between two arms as it changes over time."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from posthaz.figures.axis import label_ratio, label_time
from posthaz.figures.layers import draw_band
from posthaz.figures.style import (
    INK,
    MUTED,
    REFERENCE,
    SERIES,
    dress,
    legend_above,
    new_figure,
    styled,
)


@styled
def draw_hazard_ratio_over_time(
    curves: pd.DataFrame,
    *,
    unit: str,
    horizon: float,
    contrast: str = "",
    constant: float | None = None,
    marks: pd.DataFrame | None = None,
    interval: float = 0.95,
    title: str = "",
    simulated: bool = False,
    start: float = 0.0,
    points: pd.DataFrame | None = None,
    smooth: pd.DataFrame | None = None,
) -> Figure:
    """Posterior hazard ratio over time on a log axis, with its credible band.

    Parameters
    ----------
    curves : DataFrame
        Columns ``time``, ``median``, ``lower``, ``upper`` of the hazard ratio.
    unit : str
        Unit of time.
    horizon : float
        End of the time axis, in `unit`.
    contrast : str, optional
        What is compared, such as ``"PCI v observation"``.
    constant : float, optional
        Cox hazard ratio, drawn as a line across.
    marks : DataFrame, optional
        Columns ``time, median, lower, upper, label``: times marked on the curve, and what the
        legend says of them.
    interval : float, optional
        Probability of the credible band, named in the legend.
    title : str, optional
        Title at the top.
    simulated : bool, optional
        Whether the cohort is simulated, which the figure then says.
    start : float, optional
        Start of the time axis.
    points : DataFrame, optional
        Cox hazard ratios to draw as points with bars: columns as of `curves`.
    smooth : DataFrame, optional
        Smoothed Schoenfeld residuals, drawn as a line between thin ones: columns ``time, hr,
        lower, upper``.

    Returns
    -------
    Figure

    Examples
    --------
    >>> import pandas as pd
    >>> band = {"median": [0.8, 0.9], "lower": [0.6, 0.6], "upper": [1.1, 1.4]}
    >>> curves = pd.DataFrame({"time": [0.0, 12.0]} | band)
    >>> figure = draw_hazard_ratio_over_time(curves, unit="months", horizon=12.0)
    >>> figure.axes[0].get_yscale()
    'log'
    """
    figure = new_figure(3.4, title, simulated)
    axes = figure.subplots()
    draw_band(axes, curves, SERIES[0])
    axes.axhline(1.0, color=MUTED, lw=1.0, zorder=0.8)
    handles = [Line2D([], [], color=SERIES[0].colour)]
    names = [f"Posterior median, {interval * 100:g} % band"]
    if constant is not None:
        axes.axhline(constant, color=REFERENCE.colour, ls=REFERENCE.dash, lw=1.4)
        handles.append(REFERENCE.key(lw=1.4))
        names.append(f"Cox: {constant:.2f}")
    if points is not None and len(points):
        handles.append(_draw_points(axes, points, REFERENCE.colour, "o"))
        names.append(f"Cox, {interval * 100:g} % CI")
        curves = pd.concat([curves, points[["time", "median", "lower", "upper"]]])
    if smooth is not None and len(smooth):
        handles.append(_draw_smooth(axes, smooth))
        names.append(f"Schoenfeld residuals, spline with {interval * 100:g} % band")
        # its own band is far too wide at the ends to set the scale
        shown = smooth.loc[smooth["hr"].between(0.1, 10.0), ["time", "hr"]]
        curves = pd.concat(
            [curves, shown.assign(**dict.fromkeys(("median", "lower", "upper"), shown["hr"]))]
        )
    if marks is not None and len(marks):
        handles += [_draw_points(axes, marks, INK, "D")] * len(marks)
        names += marks["label"].tolist()
    within = curves["time"].to_numpy(dtype=float) <= horizon
    values = curves.loc[within, ["median", "lower", "upper"]].to_numpy(dtype=float)
    values = values[np.isfinite(values) & (values > 0)]
    lower, upper = min(values.min(initial=0.8), 0.8), max(values.max(initial=1.25), 1.25)
    label_ratio(axes, "y", max(lower / 1.05, 0.02), min(upper * 1.05, 50.0))
    label_time(axes, horizon, unit, start=start)
    axes.set_ylabel(f"Hazard ratio\n{contrast}" if contrast else "Hazard ratio")
    dress(axes)
    legend_above(figure, handles, names, columns=2)
    return figure


def _draw_smooth(axes: Axes, smooth: pd.DataFrame) -> Line2D:
    """A dotted line between thin ones, and what stands for it in the legend."""
    style = {"lw": 1.6, "ls": ":", "color": REFERENCE.colour}
    axes.plot(smooth["time"], smooth["hr"], **style)
    for edge in ("lower", "upper"):
        axes.plot(smooth["time"], smooth[edge], alpha=0.7, **{**style, "lw": 0.7})
    return Line2D([], [], **style)


def _draw_points(axes: Axes, points: pd.DataFrame, colour: str, marker: str) -> Line2D:
    """Ratios at single times with their intervals; the handle of their legend."""
    middle = points["median"].to_numpy(dtype=float)
    bars = np.abs(points[["lower", "upper"]].to_numpy(dtype=float) - middle[:, None]).T
    style: Any = {"color": colour, "marker": marker, "ms": 5, "ls": "none", "lw": 1.2}
    axes.errorbar(points["time"], middle, yerr=bars, capsize=2.5, zorder=3, **style)
    return Line2D([], [], **style)

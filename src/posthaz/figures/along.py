"""Answers along a number: hazard ratios and survival as curves, and where a cut may lie."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedFormatter, FixedLocator, MaxNLocator, NullLocator

from posthaz.cohort import at_time, number_text, with_unit
from posthaz.figures.axis import label_ratio, label_survival
from posthaz.figures.layers import draw_band
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

_WIDEST = 20.0
_BARS = 40
_BINS = 24
_LABEL_WIDTH = 60


@styled
def draw_curve(
    curve: pd.DataFrame,
    values: np.ndarray,
    *,
    along: str,
    reference: float,
    scale: str = "linear",
    unit: str = "",
    interval: float = 0.95,
    title: str = "",
    simulated: bool = False,
) -> Figure:
    """Hazard ratio along a number, Cox beside it, and how many patients stand where.

    Parameters
    ----------
    curve : DataFrame
        Columns ``x, median, lower, upper`` and, where there is Cox, ``cox, cox_lower,
        cox_upper``; hazard ratios.
    values : ndarray of float, shape (patient,)
        The patients' values.
    along : str
        Name of the number, with its unit.
    reference : float
        Value with hazard ratio 1.
    scale : {"linear", "log"}, optional
        Scale of the number.
    unit : str, optional
        Unit of the number, for the label of the ratio.
    interval : float, optional
        Probability of the bands.
    title : str, optional
        Title at the top.
    simulated : bool, optional
        Whether the cohort is simulated, which the figure then says.

    Returns
    -------
    Figure
        Axes 0 holds the curve, axes 1 the patients.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> band = {"median": [0.8, 1.4], "lower": [0.6, 1.1], "upper": [1.1, 1.9]}
    >>> curve = pd.DataFrame({"x": [50.0, 300.0]} | band)
    >>> figure = draw_curve(curve, np.array([60.0, 250.0]), along="GTV (cm3)", reference=100.0)
    >>> len(figure.axes)
    2
    """
    figure = new_figure(4.4, title, simulated)
    axes, below = figure.subplots(2, sharex=True, height_ratios=[4, 1])
    draw_band(axes, _along(curve), SERIES[0])
    handles = [Line2D([], [], color=SERIES[0].colour)]
    names = [f"Bayesian, {interval * 100:g} % band"]
    if "cox" in curve and np.isfinite(curve["cox"].astype(float)).any():
        axes.plot(curve["x"], curve["cox"], color=REFERENCE.colour, ls=REFERENCE.dash, lw=1.8)
        for end in ("cox_lower", "cox_upper"):
            axes.plot(curve["x"], curve[end], color=REFERENCE.colour, ls=":", lw=1.0)
        handles.append(REFERENCE.key())
        names.append(f"Cox, {interval * 100:g} % limits dotted")
    bounds = curve[["lower", "upper"]].to_numpy(float)
    low, high = min(bounds.min(), 0.8), max(bounds.max(), 1.25)
    label_ratio(axes, "y", max(low / 1.08, 1 / _WIDEST), min(high * 1.08, _WIDEST))
    axes.axhline(1.0, color=MUTED, lw=1.0, zorder=0.8)
    axes.plot([reference], [1.0], marker="o", ms=6, color=SERIES[0].colour, mec="white", zorder=5)
    axes.set_ylabel(filled("Hazard ratio v " + with_unit(number_text(reference, 4), unit), 30))
    _patients(below, values, (float(curve["x"].min()), float(curve["x"].max())), scale, along)
    dress(axes)
    legend_above(figure, handles, names, columns=2)
    return figure


@styled
def draw_survival_along(
    rows: pd.DataFrame,
    values: np.ndarray,
    *,
    along: str,
    scale: str = "linear",
    unit: str = "months",
    endpoint: str = "survival",
    interval: float = 0.95,
    title: str = "",
    simulated: bool = False,
) -> Figure:
    """Survival at some times, and the restricted mean, were everybody to have a value.

    Parameters
    ----------
    rows : DataFrame
        Columns ``quantity`` (``survival`` or ``rmst``), ``x, time, median, lower, upper``.
    values : ndarray of float, shape (patient,)
        The patients' values.
    along : str
        Name of the number, with its unit.
    scale : {"linear", "log"}, optional
        Scale of the number.
    unit : str, optional
        Unit of time.
    endpoint : str, optional
        Name of the endpoint.
    interval : float, optional
        Probability of the bands.
    title : str, optional
        Title at the top.
    simulated : bool, optional
        Whether the cohort is simulated.

    Returns
    -------
    Figure
        One axes a quantity, and the patients below.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> band = {"median": [0.8, 0.6], "lower": [0.7, 0.5], "upper": [0.9, 0.7]}
    >>> rows = pd.DataFrame({"quantity": "survival", "x": [50.0, 300.0], "time": 12.0} | band)
    >>> len(draw_survival_along(rows, np.array([60.0, 250.0]), along="GTV (cm3)").axes)
    2
    """
    kinds = [kind for kind in ("survival", "rmst") if (rows["quantity"] == kind).any()]
    figure = new_figure(1.0 + 2.8 * len(kinds), title, simulated)
    heights = [3.0] * len(kinds) + [1.0]
    *panels, below = figure.subplots(len(heights), sharex=True, height_ratios=heights)
    handles, names = [], []
    for axes, kind in zip(panels, kinds, strict=True):
        own = rows[rows["quantity"] == kind]
        times = sorted(set(own["time"].to_numpy(float)))
        for style, time in zip(SERIES, times, strict=False):
            draw_band(axes, _along(own[own["time"] == time]), style)
            if kind == "survival":
                handles.append(style.key())
                names.append("At " + at_time(time, unit))
        if kind == "survival":
            label_survival(axes, endpoint, width=34)
        else:
            horizon = float(own["time"].iloc[0])
            axes.set_ylim(bottom=0.0)
            axes.set_ylabel(
                filled(f"Mean time to {at_time(horizon, unit)}, restricted ({unit})", 34)
            )
        dress(axes)
    _patients(below, values, (float(rows["x"].min()), float(rows["x"].max())), scale, along)
    handles.append(Patch(color=MUTED, alpha=0.3))
    names.append(f"{interval * 100:g} % bands")
    legend_above(figure, handles, names, columns=3)
    return figure


@styled
def draw_cut(
    cuts: pd.DataFrame,
    marks: Sequence[tuple[str, float]],
    *,
    along: str,
    scale: str = "linear",
    title: str = "",
    simulated: bool = False,
) -> Figure:
    """Posterior of a cut: how probable it is that a step lies where.

    Parameters
    ----------
    cuts : DataFrame
        Columns ``previous, cut, prior, posterior``: ends and probabilities of each piece.
    marks : sequence of (str, float)
        Cuts to be marked, with their names.
    along : str
        Name of the number, with its unit.
    scale : {"linear", "log"}, optional
        Scale of the number.
    title : str, optional
        Title at the top.
    simulated : bool, optional
        Whether the cohort is simulated.

    Returns
    -------
    Figure
        One axes.

    Examples
    --------
    >>> import pandas as pd
    >>> cuts = pd.DataFrame(
    ...     {"previous": [50.0, 90.0], "cut": [90.0, 140.0], "prior": 0.5, "posterior": [0.2, 0.8]}
    ... )
    >>> figure = draw_cut(cuts, [("Published", 146.0)], along="GTV (cm3)")
    >>> figure.axes[0].get_xlabel()
    'GTV (cm3)'
    """
    figure = new_figure(2.8, title, simulated)
    axes = figure.subplots()
    ends = np.append(cuts["previous"].to_numpy(float)[:1], cuts["cut"].to_numpy(float))
    space = np.geomspace if scale == "log" else np.linspace
    edges = space(ends[0], ends[-1], _BINS + 1)
    # single pieces are narrow and wide by turns: even bins hold what lies in them
    posterior, prior = (
        np.diff(np.interp(edges, ends, np.append(0.0, np.cumsum(cuts[name]))))
        for name in ("posterior", "prior")
    )
    axes.stairs(posterior, edges, color=SERIES[0].colour, fill=True, alpha=0.55)
    axes.stairs(prior, edges, color=REFERENCE.colour, ls=REFERENCE.dash, lw=1.2)
    handles = [
        Patch(color=SERIES[0].colour, alpha=0.55),
        REFERENCE.key(),
    ]
    names = ["Posterior of the cut", "Prior"]
    for style, (name, value) in zip(SERIES[1:], marks, strict=False):
        axes.axvline(value, color=style.colour, ls=style.dash, lw=1.6)
        handles.append(style.key())
        names.append(f"{name}: {value:.4g}")
    low, high = (float(edges[0]), float(edges[-1]))
    shown = [value for _, value in marks]
    label_number(axes, min(low, *shown), max(high, *shown), scale, along)
    axes.set_ylabel("Probability, bar by bar")
    dress(axes)
    legend_above(figure, handles, names, columns=2)
    return figure


def label_number(
    axes: Axes, low: float, high: float, scale: str, along: str, which: str = "x"
) -> None:
    """An axis of a number, from `low` to `high`, ticked with plain numbers."""
    axis = axes.xaxis if which == "x" else axes.yaxis
    if scale == "log":
        (axes.set_xscale if which == "x" else axes.set_yscale)("log")
        ticks = log_ticks(low, high)
        axis.set_major_locator(FixedLocator(ticks))
        axis.set_major_formatter(FixedFormatter([f"{tick:,.10g}" for tick in ticks]))
        axis.set_minor_locator(NullLocator())
    (axes.set_xlim if which == "x" else axes.set_ylim)(low, high)
    name = filled(along, _LABEL_WIDTH if which == "x" else 34)
    (axes.set_xlabel if which == "x" else axes.set_ylabel)(name)


def log_ticks(low: float, high: float, most: int = 8) -> list[float]:
    """Ticks of a logarithmic axis, in steps of 1, 2 and 5.

    Examples
    --------
    >>> log_ticks(8.0, 300.0)
    [10.0, 20.0, 50.0, 100.0, 200.0]
    """
    powers = range(int(np.floor(np.log10(low))) - 1, int(np.ceil(np.log10(high))) + 1)
    for digits in ((1, 2, 5), (1, 3), (1,)):
        ticks = [d * 10.0**p for p in powers for d in digits if low <= d * 10.0**p <= high]
        if len(ticks) <= most:
            break
    return ticks if len(ticks) > 1 else [low, high]


def _along(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows as a band is drawn, along the number in place of time."""
    return rows[["x", "median", "lower", "upper"]].rename(columns={"x": "time"})


def _patients(
    axes: Axes, values: np.ndarray, ends: tuple[float, float], scale: str, along: str
) -> None:
    """A histogram of the patients within the ends of the axis, and what lies outside them."""
    low, high = ends
    bins = (
        np.geomspace(low, high, _BARS + 1) if scale == "log" else np.linspace(low, high, _BARS + 1)
    )
    axes.hist(np.asarray(values, dtype=float), bins=list(bins), color=MUTED, alpha=0.6)
    label_number(axes, low, high, scale, along)
    axes.set_ylabel("Patients")
    axes.yaxis.set_major_locator(MaxNLocator(nbins=3, integer=True))
    dress(axes, grid="")

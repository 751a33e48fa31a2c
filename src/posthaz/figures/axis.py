"""Ticks and labels of the axes that many figures share: time, and ratios on a log scale."""

import re

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedFormatter, FixedLocator, MaxNLocator, NullLocator

from posthaz.cohort.rows import capitalised
from posthaz.figures.style import filled, room

_WITHOUT_EVENT = (
    *("surviv", "free", "control", "remission"),
    *("生存", "存活", "无", "控制", "缓解"),
    *("überleb", "uberleb", "survie", "superviv", "sopravviv", "sobreviv"),
)
_SHORT = re.compile("[a-z]{0,4}(os|fs|ss)")  # OS, PFS, DMFS, CSS
STEPS = {
    "days": (1, 2, 5, 7, 14, 30, 60, 90, 180, 365, 730, 1825, 3650),
    "weeks": (1, 2, 4, 8, 13, 26, 52, 104, 260, 520),
    "months": (1, 2, 3, 6, 12, 24, 36, 60, 120, 240),
    "years": (0.1, 0.25, 0.5, 1, 2, 5, 10, 20),
}
RATIO_TICKS = (
    (0.8, 0.9, 1.0, 1.1, 1.25),
    (0.5, 0.6, 0.8, 1.0, 1.25, 1.5, 2.0),
    (0.25, 0.5, 0.7, 1.0, 1.5, 2.0, 4.0),
    (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0),
)


def time_ticks(horizon: float, unit: str, most: int = 8, start: float = 0.0) -> np.ndarray:
    """Times at which the axis is ticked and numbers at risk are printed.

    Parameters
    ----------
    horizon : float
        End of the time axis, in `unit`.
    unit : str
        days, weeks, months or years; another unit is ticked in steps of 1, 2 and 5.
    most : int, optional
        Largest number of ticks.
    start : float, optional
        Start of the time axis.

    Returns
    -------
    ndarray of float, shape (time,)
        The whole steps from `start` to `horizon`.

    Examples
    --------
    >>> time_ticks(60.0, "months")
    array([ 0., 12., 24., 36., 48., 60.])
    """
    most = max(4, round(most * min(1.0, room())))
    powers = [digit * 10.0**power for power in range(-6, 9) for digit in (1, 2, 5)]
    for step in (*STEPS.get(unit, ()), *powers):
        first = int(np.ceil(start / step * (1 - 1e-9)))
        last = int(np.floor(horizon / step * (1 + 1e-9)))
        if last - first < most:
            return step * np.arange(first, last + 1, dtype=float)
    return np.array([start])


def panel_ticks(horizon: float, unit: str, start: float = 0.0) -> np.ndarray:
    """Ticks of a time axis half as wide as the page.

    Examples
    --------
    >>> panel_ticks(60.0, "months")
    array([ 0., 24., 48.])
    """
    return time_ticks(horizon, unit, 5, start)


def label_time(
    axes: Axes,
    horizon: float,
    unit: str,
    ticks: np.ndarray | None = None,
    start: float = 0.0,
) -> None:
    """Set the time axis: `start` to `horizon`, ticked in clinical steps."""
    axes.set_xlim(start, horizon)
    axes.set_xticks(time_ticks(horizon, unit, start=start) if ticks is None else ticks)
    axes.set_xlabel(f"Time ({unit})")


def label_survival(axes: Axes, endpoint: str, width: int = 60) -> None:
    """Set the axis of a survival probability: 0 to 1; its label in lines of `width` letters."""
    axes.set_ylim(0.0, 1.02)
    axes.set_yticks(np.linspace(0.0, 1.0, 6))
    named = endpoint if names_survival(endpoint) else f"Event-free: {endpoint}"
    axes.set_ylabel(filled(f"{capitalised(named)} (probability)", width))


def names_survival(endpoint: str) -> bool:
    """Whether an endpoint names being without the event, as "overall survival" does.

    Examples
    --------
    >>> [names_survival(one) for one in ("Overall survival", "PFS", "death", "time to relapse")]
    [True, True, False, False]
    """
    plain = endpoint.lower()
    return any(one in plain for one in _WITHOUT_EVENT) or bool(_SHORT.fullmatch(plain))


def ratio_ticks(lower: float, upper: float) -> list[float]:
    """Ticks of a log axis for ratios, in clinically usual values, or round ones between these.

    Examples
    --------
    >>> ratio_ticks(0.55, 1.4), ratio_ticks(0.999, 1.036)
    ([0.6, 0.8, 1.0, 1.25], [1.0, 1.01, 1.02, 1.03])
    """
    for candidates in RATIO_TICKS:
        if candidates[0] <= lower * 1.3 and upper <= candidates[-1] * 1.3:
            usual = [tick for tick in candidates if lower <= tick <= upper]
            return usual if len(usual) > 1 else _between(lower, upper)
    powers = 10.0 ** np.arange(np.floor(np.log10(lower)), np.ceil(np.log10(upper)) + 1)
    kept = [float(tick) for tick in powers if lower <= tick <= upper]
    return kept[:: max(1, len(kept) // 6)]


def _between(lower: float, upper: float) -> list[float]:
    """Round ticks of a range too narrow to hold two of the usual ones."""
    ticks = MaxNLocator(nbins=4, steps=[1, 2, 5, 10]).tick_values(lower, upper)
    return [round(float(tick), 12) for tick in ticks if lower <= tick <= upper]


def label_ratio(axes: Axes, which: str, lower: float, upper: float) -> None:
    """Put the x or y axis on a log scale from `lower` to `upper`, ticked with plain numbers."""
    ticks = ratio_ticks(lower, upper)
    axis = axes.xaxis if which == "x" else axes.yaxis
    (axes.set_xscale if which == "x" else axes.set_yscale)("log")
    (axes.set_xlim if which == "x" else axes.set_ylim)(lower, upper)
    axis.set_major_locator(FixedLocator(ticks))
    axis.set_major_formatter(FixedFormatter([f"{tick:g}" for tick in ticks]))
    axis.set_minor_locator(NullLocator())

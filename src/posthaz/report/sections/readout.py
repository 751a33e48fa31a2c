"""What the figure of survival tells a reader who points at a time."""

import numpy as np
import pandas as pd

from posthaz.figures import time_ticks
from posthaz.figures.style import arm_styles
from posthaz.report.blocks import Stop
from posthaz.report.results import Results
from posthaz.report.sections.naming import without_curves
from posthaz.report.sections.picture import Curves
from posthaz.report.sections.wording import at_time, share, share_interval

_MOST_STOPS = 60
_MOST_LETTERS = 34


def survival_readout(
    results: Results, curves: pd.DataFrame, labels: dict[str, str], *, steps: bool
) -> tuple[Curves, tuple[Stop, ...]]:
    """Posterior survival with its interval, and Kaplan-Meier, of each arm at whole times.

    Parameters
    ----------
    results : Results
        The results.
    curves : DataFrame
        Posterior bands that are drawn, columns ``arm, time, median, lower, upper``.
    labels : dict of str to str
        Arms that are drawn.
    steps : bool
        Whether Kaplan-Meier may be told at any time: not where small counts are withheld, nor of
        events between two times.

    Returns
    -------
    curves : tuple of (str, str)
        Label and colour of each arm.
    stops : tuple of Stop
        What is told at each time.
    """
    start, end, unit = results.cohort.origin, results.horizon, results.cohort.unit
    times = time_ticks(end, unit, _MOST_STOPS, start)
    known = {arm: _bands(curves, arm, times) for arm in labels}
    fallen = {arm: _steps(results, arm, times) if steps else times * np.nan for arm in labels}
    stops = []
    for k, time in enumerate(times):
        lines = tuple(
            _line(label, known[arm][:, k], fallen[arm][k], alone=without_curves(results) != "")
            for arm, label in labels.items()
        )
        if any(lines):
            stops.append(Stop(float((time - start) / (end - start)), at_time(time, unit), lines))
    styles = arm_styles(list(labels))
    return tuple((label, styles[arm].colour) for arm, label in labels.items()), tuple(stops)


def _bands(curves: pd.DataFrame, arm: str, times: np.ndarray) -> np.ndarray:
    """Median, lower and upper limit of an arm's curve, shape (3, time); NaN where there is none."""
    own = curves[curves["arm"].astype(str) == arm].sort_values("time")
    if own.empty:
        return np.full((3, len(times)), np.nan)
    grid = own["time"].to_numpy(float)
    found = [np.interp(times, grid, own[name]) for name in ("median", "lower", "upper")]
    return np.where((times >= grid[0]) & (times <= grid[-1] * (1 + 1e-9)), found, np.nan)


def _steps(results: Results, arm: str, times: np.ndarray) -> np.ndarray:
    """Kaplan-Meier of an arm, shape (time,); NaN after its last patient."""
    table = results.frequentist.kaplan_meier
    own = table[table["arm"].astype(str) == arm].sort_values("time")
    if own.empty:
        return np.full(len(times), np.nan)
    ends = own["time"].to_numpy(float)
    place = np.searchsorted(ends, times * (1 + 1e-9), side="right")
    level = np.append(1.0, own["survival"].to_numpy(float))[place]
    return np.where(times <= ends[-1] * (1 + 1e-9), level, np.nan)


def _line(label: str, band: np.ndarray, step: float, *, alone: bool) -> str:
    """What an arm's curves are at a time; empty where neither is known."""
    name = label if len(label) <= _MOST_LETTERS else f"{label[: _MOST_LETTERS - 1]}…"
    kaplan_meier = f"Kaplan–Meier {share(step)}" if np.isfinite(step) else ""
    posterior = share_interval(*band) if np.isfinite(band[0]) and not alone else ""
    told = ", ".join(filter(None, (posterior, kaplan_meier)))
    return f"{name}: {told}" if told else ""

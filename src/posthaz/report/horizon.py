"""The horizon of the restricted mean, and the last time told, one for every part of a report."""

from collections.abc import Callable
from typing import Any

import numpy as np

from posthaz.cohort import Cohort
from posthaz.spec import Analysis


def withholds(analysis: Analysis) -> Any:
    """The table ``[privacy]`` of an analysis; None where nothing is withheld."""
    return analysis.clinical.get("privacy")


def told_until(analysis: Analysis, cohort: Cohort) -> float:
    """Longest follow-up, down to two digits where exact times are withheld."""
    return _told(analysis, float(cohort.exit.max()))


def _told(analysis: Analysis, time: float) -> float:
    """A patient's own time as it may be told: down to two digits where such are withheld."""
    return time if withholds(analysis) is None else coarse(time, np.floor)


def coarse(time: float, rounded: Callable[[float], float] = np.round) -> float:
    """A time to two digits.

    Examples
    --------
    >>> coarse(13.4827), coarse(1078.0), coarse(1078.0, np.floor), coarse(float("inf"))
    (13.0, 1100.0, 1000.0, inf)
    """
    if not np.isfinite(time) or time == 0:
        return time
    step = 10.0 ** (np.floor(np.log10(abs(time))) - 1)
    return float(f"{rounded(time / step) * step:.6g}")


def restriction(analysis: Analysis, cohort: Cohort) -> float:
    """Horizon of the restricted mean: the analysis's own, or the shorter arm's follow-up."""
    wanted = analysis.estimands
    if wanted.rmst_to is not None:
        return wanted.rmst_to
    arms = cohort.arms or ("all",)
    shortest = min(float(cohort.exit[cohort.arm == arm].max()) for arm in arms)
    return max(wanted.survival_at, default=_told(analysis, shortest))

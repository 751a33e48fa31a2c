"""The horizon of the restricted mean, and the last time told, one for every part of a report."""

import numpy as np

from posthaz.cohort import Cohort
from posthaz.report.small_counts import coarse, withholds
from posthaz.spec import Analysis


def told_until(analysis: Analysis, cohort: Cohort) -> float:
    """Longest follow-up, down to two digits where exact times are withheld."""
    return _told(analysis, float(cohort.exit.max()))


def _told(analysis: Analysis, time: float) -> float:
    """A patient's own time as it may be told: down to two digits where such are withheld."""
    return time if withholds(analysis) is None else coarse(time, np.floor)


def restriction(analysis: Analysis, cohort: Cohort) -> float:
    """Horizon of the restricted mean: the analysis's own, or the shorter arm's follow-up."""
    wanted = analysis.estimands
    if wanted.rmst_to is not None:
        return wanted.rmst_to
    arms = cohort.arms or ("all",)
    shortest = min(float(cohort.exit[cohort.arm == arm].max()) for arm in arms)
    return max(wanted.survival_at, default=_told(analysis, shortest))

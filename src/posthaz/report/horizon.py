"""The horizon of the restricted mean, one for every part of a report."""

from posthaz.cohort import Cohort
from posthaz.spec import Analysis


def restriction(analysis: Analysis, cohort: Cohort) -> float:
    """Horizon of the restricted mean: the analysis's own, or the shorter arm's follow-up."""
    wanted = analysis.estimands
    if wanted.rmst_to is not None:
        return wanted.rmst_to
    arms = cohort.arms or ("all",)
    shortest = min(float(cohort.exit[cohort.arm == arm].max()) for arm in arms)
    return max(wanted.survival_at, default=shortest)

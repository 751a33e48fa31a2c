"""Follow-up of each row ended at a time of its own."""

from dataclasses import replace

import numpy as np

from posthaz.cohort import Cohort


def censored_at(cohort: Cohort, times: np.ndarray) -> Cohort:
    """Follow-up of each row ended at a time of its own; rows that begin by then are left out.

    Parameters
    ----------
    cohort : Cohort
        Exact or right-censored follow-up.
    times : ndarray of float, shape (row,)
        Times; infinite where follow-up stays as it is. An event at the time itself is kept.

    Returns
    -------
    Cohort
        The rows that are left.
    """
    ended = times < cohort.exit
    return replace(
        cohort,
        lower=np.where(ended, times, cohort.lower),
        upper=np.where(ended, np.inf, cohort.upper),
        cause=np.where(ended, 0, cohort.cause),
    ).where(times > cohort.entry)

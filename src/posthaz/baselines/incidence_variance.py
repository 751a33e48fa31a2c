"""Gray's variance of a cumulative incidence, as R's cmprsk gives it."""

import numpy as np


def gray_variance(time: np.ndarray, cause: np.ndarray, wanted: int) -> np.ndarray:
    """Variance of the cumulative incidence of one cause at each distinct time.

    Parameters
    ----------
    time : ndarray of float, shape (row,)
        Last time under observation.
    cause : ndarray of int, shape (row,)
        Cause of the event, 0 where censored.
    wanted : int
        The cause.

    Returns
    -------
    ndarray of float, shape (distinct time,)
        As in ``cmprsk::cuminc``, which treats tied events as sampled without replacement; it is
        a little larger than the delta-method variance of R's ``survfit`` (Gray 1988).
    """
    times = np.unique(time)
    at_risk = (time[None, :] >= times[:, None]).sum(axis=1)
    here = time[None, :] == times[:, None]
    own = (here & (cause == wanted)).sum(axis=1)
    other = (here & (cause != wanted) & (cause != 0)).sum(axis=1)
    variance = np.zeros(len(times))
    alive, incidence = 1.0, 0.0
    sums = np.zeros(3)
    for i, (rows, mine, theirs) in enumerate(zip(at_risk, own, other, strict=True)):
        after = alive * (rows - mine - theirs) / rows
        incidence += alive * mine / rows
        inverse = 1.0 / after if after > 0 else 0.0
        if theirs and after > 0:
            sums += _part(theirs, rows, alive, incidence * inverse, inverse)
        if mine:
            sums += _part(mine, rows, alive, 1.0 + incidence * inverse, inverse)
        variance[i] = sums[0] + incidence**2 * sums[2] - 2.0 * incidence * sums[1]
        alive = after
    return variance


def _part(events: int, rows: int, alive: float, slope: float, inverse: float) -> np.ndarray:
    ties = 1.0 - (events - 1.0) / (rows - 1.0) if events > 1 else 1.0
    size = alive**2 * ties * events / rows**2
    return size * np.array([slope**2, slope * inverse, inverse**2])

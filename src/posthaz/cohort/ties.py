"""Times that are computed and should tie: R's ``timefix`` rule, for all times of a cohort at once.

Days divided by 30.4375 and days divided by 365.25 and multiplied by 12 differ in the last bit for
a third of whole days. Whoever is censored "before" such an event leaves its risk set.
"""

from dataclasses import replace

import numpy as np

from posthaz.cohort.cohort import Cohort

TOLERANCE = float(np.sqrt(np.finfo(float).eps))
"""Differences up to this are no differences: as they are, or relative to the mean time."""


def tied(*columns: np.ndarray) -> tuple[np.ndarray, ...]:
    """Times that differ by rounding only made one, the smallest, as `survival::aeqSurv` does.

    Parameters
    ----------
    *columns : ndarray of float, shape (row,)
        Times of all kinds, which are told apart jointly; infinite and missing ones stay.

    Returns
    -------
    tuple of ndarray of float, shape (row,)
        The columns; those given where nothing changes.

    Examples
    --------
    >>> tied(np.array([0.3, 1.0]), np.array([0.1 + 0.2, np.inf]))[1].tolist()
    [0.3, inf]
    """
    times = _distinct(*columns)
    apart = np.append(True, ~_close(np.diff(times), times)) if len(times) else np.zeros(0, bool)
    if apart.all():
        return columns
    return tuple(_lowered(column, times[apart]) for column in columns)


def at_times_of(cohort: Cohort, values: np.ndarray | float) -> np.ndarray:
    """Times from elsewhere (landmarks, cuts, starts of treatment), tied to those of a cohort.

    Parameters
    ----------
    cohort : Cohort
        A cohort.
    values : ndarray of float
        Times in its unit; infinite and missing ones stay.

    Returns
    -------
    ndarray of float
        The cohort's own time where one differs by rounding only, the value elsewhere.

    Examples
    --------
    >>> import pandas as pd
    >>> from posthaz.cohort.read import read_cohort
    >>> table = pd.DataFrame({"time": [0.3, 2.0], "event": [1, 0]})
    >>> at_times_of(read_cohort(table, time="time", event="event"), 0.1 + 0.2).item()
    0.3
    """
    return tied_to(_distinct(cohort.entry, cohort.lower, cohort.upper), values)


def tied_to(times: np.ndarray, values: np.ndarray | float) -> np.ndarray:
    """Values as those of `times` (sorted, finite) that they differ from by rounding only."""
    given = np.asarray(values, dtype=float)
    if not len(times):
        return given
    after = np.clip(np.searchsorted(times, given), 1, max(len(times) - 1, 1))
    before, after = times[after - 1], times[np.minimum(after, len(times) - 1)]
    near = np.where(np.abs(given - before) <= np.abs(given - after), before, after)
    finite = np.isfinite(given)
    gap = np.abs(np.where(finite, given, 0.0) - near)
    return np.where(finite & _close(gap, times), near, given)


def _close(differences: np.ndarray, times: np.ndarray) -> np.ndarray:
    mean = float(np.mean(np.abs(times)))
    return differences <= TOLERANCE * max(1.0, mean)


def _distinct(*columns: np.ndarray) -> np.ndarray:
    times = np.unique(np.concatenate([np.asarray(column, dtype=float) for column in columns]))
    return times[np.isfinite(times)]


def _lowered(column: np.ndarray, firsts: np.ndarray) -> np.ndarray:
    finite = np.isfinite(column)
    place = np.searchsorted(firsts, np.where(finite, column, firsts[0]), side="right") - 1
    return np.where(finite, firsts[place], column)


def between_steps(cohort: Cohort) -> Cohort:
    """The same patients, each event known to lie in the step that ends at its recorded time.

    A likelihood that takes whole months as exact counts everybody who dies in a month as at risk
    to its end, and so overstates survival by about half the square of each month's hazard. The
    step before the recorded time is the one that makes model and Kaplan-Meier estimate speak of
    the same survival at the recorded times, however the times were rounded.

    Parameters
    ----------
    cohort : Cohort
        Valid time-to-event data.

    Returns
    -------
    Cohort
        With interval-censored events where ``cohort.resolution`` is above 0, and `resolution` 0;
        otherwise the cohort itself.

    Examples
    --------
    >>> import pandas as pd
    >>> import posthaz as ph
    >>> frame = pd.DataFrame({"months": [1, 3, 3], "dead": [1, 1, 0]})
    >>> cohort = ph.read_cohort(frame, time="months", event="dead", resolution=1.0)
    >>> found = between_steps(cohort)
    >>> found.lower.tolist(), found.upper.tolist()
    ([0.0, 2.0, 3.0], [1.0, 3.0, inf])
    """
    if not cohort.resolution:
        return cohort
    start = np.maximum(cohort.upper - cohort.resolution, cohort.entry)
    return replace(cohort, lower=np.where(cohort.event, start, cohort.lower), resolution=0.0)

"""Rows of follow-up cut at common times."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from posthaz.cohort import Cohort


def cut_at(cohort: Cohort, times: Sequence[float] | np.ndarray) -> Cohort:
    """Cut rows at times, so that none spans one of them; events stay in the last piece.

    Parameters
    ----------
    cohort : Cohort
        Exact or right-censored follow-up.
    times : sequence of float
        Times in its unit, in any order.

    Returns
    -------
    Cohort
        The pieces of each row follow each other.

    Examples
    --------
    >>> import pandas as pd
    >>> from posthaz.cohort import read_cohort
    >>> table = pd.DataFrame({"time": [5.0, 1.0], "event": [1, 0]})
    >>> cut = cut_at(read_cohort(table, time="time", event="event"), [2.0])
    >>> cut.entry.tolist(), cut.exit.tolist(), cut.event.tolist()
    ([0.0, 2.0, 0.0], [2.0, 5.0, 1.0], [False, True, False])
    """
    grid = np.unique(np.asarray(times, dtype=float))
    first = np.searchsorted(grid, cohort.entry, side="right")
    pieces = np.searchsorted(grid, cohort.exit, side="left") - first + 1
    rows = np.repeat(np.arange(len(cohort)), pieces)
    number = np.arange(len(rows)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    place, last = first[rows] + number, number == pieces[rows] - 1
    edges = np.append(grid, np.inf)
    cut = cohort.at(rows)
    return replace(
        cut,
        entry=np.where(number == 0, cut.entry, edges[np.maximum(place - 1, 0)]),
        lower=np.where(last, cut.lower, edges[place]),
        upper=np.where(last, cut.upper, np.inf),
        cause=np.where(last, cut.cause, 0),
    )


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

"""Follow-up cut at times: the same patients, in one row an interval."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from posthaz.cohort.argument import checks_arguments
from posthaz.cohort.cohort import Cohort
from posthaz.errors import CohortError


@checks_arguments
def cut_follow_up(
    cohort: Cohort, cuts: Sequence[float] | np.ndarray
) -> tuple[Cohort, np.ndarray, np.ndarray]:
    """Cut follow-up at times, as episodes that together say what the rows said.

    Parameters
    ----------
    cohort : Cohort
        Rows whose events were seen exactly or not at all.
    cuts : sequence of float
        Times to cut at, in any order.

    Returns
    -------
    cohort : Cohort
        One row for each interval in which a row is under observation, ``(cut[k-1], cut[k]]``.
    row, interval : ndarray of int, shape (new row,)
        The row that each was cut from, and the number of its interval, from 0.

    Raises
    ------
    CohortError
        When an event is only known to lie between two times.

    Examples
    --------
    >>> import pandas as pd
    >>> from posthaz.cohort import read_cohort
    >>> table = pd.DataFrame({"months": [4.0, 9.0], "dead": [1, 1]})
    >>> cohort = read_cohort(table, time="months", event="dead")
    >>> pieces, row, interval = cut_follow_up(cohort, [6.0])
    >>> pieces.entry.tolist(), pieces.exit.tolist(), row.tolist()
    ([0.0, 0.0, 6.0], [4.0, 6.0, 9.0], [0, 1, 1])
    """
    if cohort.interval_censored.any():
        raise CohortError(
            "follow-up can't be cut: events of some rows are only known to lie between two times",
            fix="leave those rows out",
        )
    grid = np.unique(np.asarray(cuts, dtype=float))
    first = np.searchsorted(grid, cohort.entry, side="right")
    pieces = np.searchsorted(grid, cohort.exit, side="left") - first + 1
    row = np.repeat(np.arange(len(cohort)), pieces)
    number = np.arange(len(row)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    interval, last = first[row] + number, number == pieces[row] - 1
    edges = np.append(grid, np.inf)
    whole = cohort.at(row)
    cut = replace(
        whole,
        entry=np.where(number == 0, whole.entry, edges[np.maximum(interval - 1, 0)]),
        lower=np.where(last, whole.lower, edges[interval]),
        upper=np.where(last, whole.upper, np.inf),
        cause=np.where(last, whole.cause, 0),
    )
    return cut, row, interval

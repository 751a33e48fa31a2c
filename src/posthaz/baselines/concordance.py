"""Harrell's concordance with its jackknife standard error, for delayed entry and strata too.

greenwood's compares every pair whether or not both were at risk; this one only those that were.
"""

import numpy as np

from posthaz.cohort import Cohort

_DECIMALS = 10


def concordance(
    cohort: Cohort,
    predictor: np.ndarray,
    strata: np.ndarray | None = None,
    cluster: np.ndarray | None = None,
) -> tuple[float, float]:
    """Share of comparable pairs in which the one who fails first has the higher predictor.

    Parameters
    ----------
    cohort : Cohort
        The rows.
    predictor : ndarray of float, shape (row,)
        Linear predictor; higher means an earlier event.
    strata : ndarray, shape (row,), optional
        Pairs are compared within strata.
    cluster : ndarray, shape (row,), optional
        Rows whose influences are summed before squaring.

    Returns
    -------
    tuple of float
        Concordance (pairs tied in the predictor count half) and its infinitesimal-jackknife
        standard error; NaN when no pair is comparable.
    """
    labels = np.zeros(len(predictor)) if strata is None else np.asarray(strata)
    size = np.abs(predictor).max(initial=0.0)
    rounded = np.round(predictor / (size or 1.0), _DECIMALS)
    agreeing, pairs = np.zeros(len(predictor)), np.zeros(len(predictor))
    for label in np.unique(labels):
        inside = labels == label
        agreeing[inside], pairs[inside] = _pairs(
            (cohort.entry[inside], cohort.exit[inside], cohort.event[inside]),
            cohort.weight[inside],
            rounded[inside],
        )
    # each pair was counted once for either member
    total = float((cohort.weight * pairs).sum()) / 2
    if total <= 0:
        return float("nan"), float("nan")
    value = float((cohort.weight * agreeing).sum()) / 2 / total
    influence = cohort.weight * (agreeing - value * pairs) / total
    if cluster is not None:
        influence = np.bincount(np.unique(cluster, return_inverse=True)[1], weights=influence)
    return value, float(np.sqrt((influence**2).sum()))


def _pairs(
    follow_up: tuple[np.ndarray, np.ndarray, np.ndarray], weight: np.ndarray, score: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Weight of agreeing pairs (ties half) and of all pairs that each row is part of."""
    entry, exit_, event = follow_up
    rank = np.unique(score, return_inverse=True)[1]
    by_exit = np.lexsort((~event, exit_))
    place = np.searchsorted(exit_[by_exit], exit_, side="left")
    place += (
        np.concatenate([[0], np.cumsum(event[by_exit])])[
            np.searchsorted(exit_[by_exit], exit_, side="right")
        ]
        - np.concatenate([[0], np.cumsum(event[by_exit])])[place]
    )

    # as the one who fails: against those still at risk after the event
    everybody = (rank[by_exit], weight[by_exit])
    late = np.argsort(entry, kind="stable")
    not_yet = (rank[late], weight[late])
    entered = np.searchsorted(entry[late], exit_, side="left")
    rows = np.full(len(rank), len(rank))
    lower, equal, every = (
        _counted(everybody, rows, rank)
        - _counted(everybody, place, rank)
        - _counted(not_yet, rows, rank)
        + _counted(not_yet, entered, rank)
    )
    agreeing = np.where(event, lower + equal / 2, 0.0)
    pairs = np.where(event, every, 0.0)

    # as the one who outlasts: against those who failed while this one was at risk
    failed = np.flatnonzero(event)[np.argsort(exit_[event], kind="stable")]
    failures = (rank[failed], weight[failed])
    until = np.searchsorted(exit_[failed], exit_, side="left")
    until = np.where(event, until, np.searchsorted(exit_[failed], exit_, side="right"))
    since = np.searchsorted(exit_[failed], entry, side="right")
    lower, equal, every = _counted(failures, until, rank) - _counted(failures, since, rank)
    return agreeing + (every - lower - equal) + equal / 2, pairs + every


def _counted(
    ranked: tuple[np.ndarray, np.ndarray], prefix: np.ndarray, rank: np.ndarray
) -> np.ndarray:
    """Weight below, at, and of any rank among the first `prefix` of `ranked`."""
    below = _weight_below(*ranked, prefix, rank)
    not_above = _weight_below(*ranked, prefix, rank + 1)
    every = np.concatenate([[0.0], np.cumsum(ranked[1])])[prefix]
    return np.stack([below, not_above - below, every])


def _weight_below(
    values: np.ndarray, weight: np.ndarray, prefix: np.ndarray, bound: np.ndarray
) -> np.ndarray:
    """Weight of those of the first `prefix` values that are below `bound`, for each query.

    A wavelet matrix: one pass a bit, instead of one comparison a pair.
    """
    start, stop = np.zeros_like(prefix), prefix.copy()
    found = np.zeros(len(prefix))
    for bit in range(
        int(max(bound.max(initial=0), values.max(initial=0))).bit_length() - 1, -1, -1
    ):
        zero = (values >> bit) & 1 == 0
        count = np.concatenate([[0], np.cumsum(zero)])
        sums = np.concatenate([[0.0], np.cumsum(weight * zero)])
        up = (bound >> bit) & 1 == 1
        found += np.where(up, sums[stop] - sums[start], 0.0)
        start = np.where(up, count[-1] + start - count[start], count[start])
        stop = np.where(up, count[-1] + stop - count[stop], count[stop])
        values = np.concatenate([values[zero], values[~zero]])
        weight = np.concatenate([weight[zero], weight[~zero]])
    return found

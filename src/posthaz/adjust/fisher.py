"""Fisher's exact test for tables of any size; SciPy's is exact only for two by two."""

from math import comb

import numpy as np
from scipy.special import gammaln

_TOLERANCE = 1e-7
_PAIRS = 60_000_000
_PARTIAL = 4_000_000


def fisher_exact_p(counts: np.ndarray) -> float:
    """Probability of a table no likelier than the one seen, its margins given.

    Parameters
    ----------
    counts : ndarray of int, shape (level, arm)
        A table of counts.

    Returns
    -------
    float
        Two-sided p value; NaN when a margin has fewer than two parts, or when there are too many
        tables to go through (Pearson's test is then close).

    Examples
    --------
    >>> round(fisher_exact_p(np.array([[3, 1], [1, 3]])), 4)
    0.4857
    """
    table = np.asarray(counts, dtype=int)
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    if min(table.shape, default=0) < 2:
        return float("nan")
    if table.shape[1] > table.shape[0]:
        table = table.T
    table = table[np.argsort(table.sum(axis=1))]
    levels, arms = table.sum(axis=1), table.sum(axis=0)
    factorial = gammaln(np.arange(table.sum() + 1) + 1.0)
    constant = factorial[levels].sum() + factorial[arms].sum() - factorial[-1]
    # a table is in the tail when its sum of log factorials is at least this
    bound = factorial[table].sum() - _TOLERANCE
    # the largest level follows from the others, which are met in the middle
    left = _partial(levels[:-2], arms, factorial)
    right = _partial(levels[-2:-1], arms, factorial)
    if left is None or right is None:
        return float("nan")
    return _tail(left, right, arms, factorial, (constant, bound))


def _partial(
    levels: np.ndarray, arms: np.ndarray, factorial: np.ndarray
) -> tuple[np.ndarray, np.ndarray] | None:
    """Margins of every way to fill the levels, and the sum of log factorials of each."""
    margins, value = np.zeros((1, len(arms)), dtype=int), np.zeros(1)
    for count in levels:
        ways = comb(int(count) + len(arms) - 1, len(arms) - 1)
        if ways * len(margins) > _PARTIAL:
            return None
        rows = _compositions(int(count), arms)
        both = (margins[:, None, :] + rows[None, :, :]).reshape(-1, len(arms))
        sums = (value[:, None] + factorial[rows].sum(axis=1)[None, :]).ravel()
        fits = (both <= arms).all(axis=1)
        margins, value = both[fits], sums[fits]
    return margins, value


def _compositions(count: int, arms: np.ndarray) -> np.ndarray:
    """Every way to share `count` over the arms, shape (way, arm)."""
    ways = np.zeros((1, 0), dtype=int)
    for size in arms[:-1]:
        share = np.arange(min(count, int(size)) + 1)
        ways = np.column_stack([np.repeat(ways, len(share), axis=0), np.tile(share, len(ways))])
        ways = ways[ways.sum(axis=1) <= count]
    last = count - ways.sum(axis=1)
    return np.column_stack([ways, last])[last <= arms[-1]]


def _tail(
    left: tuple[np.ndarray, np.ndarray],
    right: tuple[np.ndarray, np.ndarray],
    arms: np.ndarray,
    factorial: np.ndarray,
    limits: tuple[float, float],
) -> float:
    constant, bound = limits
    keys, group = np.unique(left[0], axis=0, return_inverse=True)
    if len(keys) * len(right[1]) > _PAIRS:
        return float("nan")
    order = np.lexsort((left[1], group.ravel()))
    edges = np.concatenate([[0], np.cumsum(np.bincount(group.ravel()))])
    values = left[1][order]
    total = 0.0
    for place, key in enumerate(keys):
        rest = arms - key - right[0]
        possible = (rest >= 0).all(axis=1)
        other = right[1][possible] + factorial[rest[possible]].sum(axis=1)
        mine = values[edges[place] : edges[place + 1]]
        weight = np.append(np.cumsum(np.exp(mine[0] - mine)[::-1])[::-1], 0.0)
        inside = weight[np.searchsorted(mine, bound - other)]
        total += float((inside * np.exp(constant - other - mine[0])).sum())
    return min(total, 1.0)

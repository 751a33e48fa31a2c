"""Who is matched with whom: greedy nearest neighbours and optimal assignment."""

from bisect import bisect_left
from collections.abc import Callable

import numpy as np
from scipy.optimize import linear_sum_assignment

ORDERS = ("largest", "smallest", "data")
Pairs = list[tuple[int, int]]


def nearest_pairs(
    score: np.ndarray,
    groups: tuple[np.ndarray, np.ndarray],
    width: float,
    ratio: int,
    order: str,
    gap: Callable[[float], float] = abs,
) -> Pairs:
    """Greedy pairs without replacement: each in turn takes the nearest one left.

    Everyone gets a first match before anyone gets a second. Of two equally near the lower score
    is taken, and of equal scores the one next in the data: MatchIt's rules.

    Parameters
    ----------
    score : ndarray of float, shape (row,)
        Score of every patient.
    groups : (ndarray of int, ndarray of int)
        Rows for whom matches are sought, and rows among whom they are sought.
    width : float
        Largest distance of a pair.
    ratio : int
        Most matches for one.
    order : {"largest", "smallest", "data"}
        Whose turn is first.
    gap : callable, optional
        Distance of two scores, from their difference.

    Returns
    -------
    list of (int, int)
        Rows of each pair.

    Examples
    --------
    >>> score = np.array([0.5, 0.4, 0.45, 0.9])
    >>> nearest_pairs(score, (np.array([0, 1]), np.array([2, 3])), 1.0, 1, "largest")
    [(0, 2), (1, 3)]
    """
    row_at = np.argsort(score, kind="stable")
    place = np.argsort(row_at)
    free = sorted(place[groups[1]].tolist())
    pairs: Pairs = []
    for _ in range(ratio):
        for i in _turns(score, groups[0], order):
            middle = bisect_left(free, place[i])
            beside = [k for k in (middle - 1, middle) if 0 <= k < len(free)]
            near = [(gap(float(score[row_at[free[k]]] - score[i])), k) for k in beside]
            near = [(distance, k) for distance, k in near if distance <= width]
            if near:
                j = free.pop(min(near)[1])
                pairs.append((int(i), int(row_at[j])))
    return pairs


def repeated_pairs(
    score: np.ndarray, groups: tuple[np.ndarray, np.ndarray], width: float, ratio: int
) -> Pairs:
    """The nearest ones for each, whoever else has them too (matching with replacement)."""
    mine, others = groups
    pairs: Pairs = []
    for i in mine:
        distance = np.abs(score[others] - score[i])
        for j in np.argsort(distance, kind="stable")[:ratio]:
            if distance[j] <= width:
                pairs.append((int(i), int(others[j])))
    return pairs


def optimal_pairs(
    score: np.ndarray, groups: tuple[np.ndarray, np.ndarray], width: float, ratio: int
) -> Pairs:
    """As many pairs as the caliper allows, and of those ways the smallest sum of distances.

    Pairs are spread over as many patients as can be before distances count.

    Parameters
    ----------
    score : ndarray of float, shape (row,)
        Score of every patient.
    groups : (ndarray of int, ndarray of int)
        Rows for whom matches are sought, and rows among whom they are sought.
    width : float
        Largest distance of a pair.
    ratio : int
        Most matches for one.

    Returns
    -------
    list of (int, int)
        Rows of each pair.

    Examples
    --------
    >>> score = np.array([0.5, 0.4, 0.45, 0.9])
    >>> optimal_pairs(score, (np.array([0, 1]), np.array([2, 3])), 1.0, 1)
    [(0, 3), (1, 2)]
    """
    mine, others = groups
    distance = np.abs(score[mine][:, None] - score[others][None, :])
    feasible = distance <= width
    if not feasible.any():
        return []
    pairs = min(len(mine) * ratio, len(others))
    # spreading them outweighs any sum of distances, and one pair more outweighs spreading
    spread = 1.0 + float(distance[feasible].max()) * pairs
    worth = spread * pairs * ratio
    rounds = [np.where(feasible, distance + spread * k - worth, 0.0) for k in range(ratio)]
    rows, columns = linear_sum_assignment(np.vstack(rounds))
    found = zip(rows % len(mine), columns, strict=True)
    return sorted((int(mine[i]), int(others[j])) for i, j in found if feasible[i, j])


def _turns(score: np.ndarray, mine: np.ndarray, order: str) -> np.ndarray:
    if order == "largest":
        return mine[np.argsort(-score[mine], kind="stable")]
    if order == "smallest":
        return mine[np.argsort(score[mine], kind="stable")]
    return mine

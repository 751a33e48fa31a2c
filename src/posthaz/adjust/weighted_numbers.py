"""Variances and quantiles of weighted values; those of plain values when all weights are equal."""

from collections.abc import Sequence

import numpy as np


def weighted_variance(values: np.ndarray, weight: np.ndarray) -> float:
    """Variance of values whose weights say how much each counts.

    Parameters
    ----------
    values, weight : ndarray of float, shape (row,)
        Values and their weights, above 0 somewhere.

    Returns
    -------
    float
        The unbiased estimate, with ``n - 1`` below it when all weights are equal; NaN for a
        single value.

    Examples
    --------
    >>> weighted_variance(np.array([1.0, 2.0, 3.0]), np.array([0.5, 0.5, 0.5]))
    1.0
    """
    total = float(weight.sum())
    mean = float(np.average(values, weights=weight))
    # the unbiased estimate for weights that say how reliable a value is; n - 1 when all are equal
    correction = total - float(np.sum(weight**2)) / total
    squares = float(np.sum(weight * (values - mean) ** 2))
    return squares / correction if correction > 0 else float("nan")


def weighted_quantiles(
    values: np.ndarray, weight: np.ndarray, fractions: Sequence[float]
) -> np.ndarray:
    """Quantiles of weighted values, of type 7 when all weights are equal.

    A quantile is the average of the ordered values over a window of the cumulative weight, as
    wide as one patient of the effective sample size (Akinshin 2023, Weighted quantile estimators,
    arXiv:2304.07265); it doesn't change when all weights are multiplied by a number.

    Parameters
    ----------
    values, weight : ndarray of float, shape (row,)
        Values and their weights; a weight of 0 leaves a value out.
    fractions : sequence of float
        Between 0 and 1.

    Returns
    -------
    ndarray of float, shape (fraction,)
        The quantiles; NaN where nothing has a weight.

    Examples
    --------
    >>> weighted_quantiles(np.array([1.0, 2.0, 3.0, 9.0]), np.array([2.0, 2.0, 2.0, 0.0]), [0.25])
    array([1.5])
    """
    used = weight > 0
    values, weight = values[used], weight[used]
    if not len(values):
        return np.full(len(fractions), np.nan)
    if np.all(weight == weight[0]):
        return np.quantile(values, fractions)
    order = np.argsort(values, kind="stable")
    ends = np.append(0.0, np.cumsum(weight[order]) / weight.sum())
    size = float(weight.sum()) ** 2 / float(np.sum(weight**2))
    start = np.asarray(fractions, dtype=float)[:, None] * (size - 1.0) / size
    covered = np.clip((ends - start) * size, 0.0, 1.0)
    return np.diff(covered, axis=1) @ values[order]

"""Draws as an answer tells them: their median and the ends of an equal-tailed interval."""

from collections.abc import Sequence
from typing import Any

import numpy as np


def median_and_limits(
    draws: np.ndarray | Sequence[float], interval: float, axis: int | None = None
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Median, lower and upper limit of draws.

    Parameters
    ----------
    draws : array_like of float
        Draws of one quantity, or of several beside each other.
    interval : float
        Probability of the equal-tailed interval.
    axis : int, optional
        Axis of the draws; all are of one quantity without it.

    Returns
    -------
    ndarray of float, shape (3, ...)

    Examples
    --------
    >>> median_and_limits(np.linspace(0.0, 1.0, 101), 0.9).round(2).tolist()
    [0.5, 0.05, 0.95]
    """
    tail = (1.0 - interval) / 2.0
    return np.quantile(np.asarray(draws), (0.5, tail, 1.0 - tail), axis=axis)

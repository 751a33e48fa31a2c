"""Rows padded to a few lengths, so that cohorts of nearly the same size share compiled code."""

import numpy as np

_SMALLEST = 32


def padded_length(rows: int) -> int:
    """Length to which a cohort is padded: 32, 48, 64, 96, 128, ...

    Parameters
    ----------
    rows : int
        Rows of the cohort.

    Returns
    -------
    int
        Smallest power of two, or one and a half of one, that is at least `rows` and 32.

    Examples
    --------
    >>> [padded_length(n) for n in (5, 33, 174, 686)]
    [32, 48, 192, 768]
    """
    length = _SMALLEST
    while length < rows:
        length = length * 3 // 2 if length & (length - 1) == 0 else length * 4 // 3
    return length


def padded(name: str, array: np.ndarray, length: int) -> np.ndarray:
    """An array of rows with its last row repeated up to `length`, the weights with zeros.

    Parameters
    ----------
    name : str
        Name of the data in the model.
    array : ndarray, shape (row, ...)
        The data.
    length : int
        Rows wanted.

    Returns
    -------
    ndarray, shape (length, ...)
        Rows without weight add exactly nothing to the likelihood.
    """
    missing = length - len(array)
    if name == "weight":
        return np.concatenate([array, np.zeros(missing, dtype=array.dtype)])
    return np.concatenate([array, np.repeat(array[-1:], missing, axis=0)])

"""A column read as numbers: where it is missing, and where it holds something else."""

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True, eq=False)
class Numbers:
    """A column read as numbers.

    Parameters
    ----------
    values : ndarray of float, shape (row,)
        The numbers; not a number where missing or text.
    missing : ndarray of bool, shape (row,)
        Where nothing is there.
    text : ndarray of bool, shape (row,)
        Where something else than a number is there.
    """

    values: np.ndarray
    missing: np.ndarray
    text: np.ndarray


def read_numbers(column: pd.Series) -> Numbers:
    """Read a column as numbers.

    Parameters
    ----------
    column : Series
        Any column; numbers written as text are numbers, dates are not.

    Returns
    -------
    Numbers
        Values, and where there are none.

    Examples
    --------
    >>> import pandas as pd
    >>> read_numbers(pd.Series([1.5, "six", None, "7"], dtype=object)).text.tolist()
    [False, True, False, False]
    """
    missing = column.isna().to_numpy(dtype=bool)
    if pd.api.types.is_datetime64_any_dtype(column) or pd.api.types.is_timedelta64_dtype(column):
        return Numbers(np.full(len(column), np.nan), missing, ~missing)
    if pd.api.types.is_numeric_dtype(column):
        values = column.to_numpy(dtype=float, na_value=np.nan)
        return Numbers(values, missing, np.zeros(len(column), dtype=bool))
    # each different value once: there are few of them in most columns of text
    codes, different = pd.factorize(column)
    plain = pd.Series(different).astype(object)
    numbers = np.append(_floats(plain), np.nan)
    values = numbers[codes]
    return Numbers(values, missing, np.isnan(values) & ~missing)


def _floats(plain: pd.Series) -> np.ndarray:
    """Numbers of text and objects; infinite where a whole number is larger than a computer's."""
    try:
        return np.asarray(pd.to_numeric(plain, errors="coerce"), dtype=float)
    except (OverflowError, ValueError):
        return np.array([_float(value) for value in plain], dtype=float)


def _float(value: object) -> float:
    try:
        return float(value)  # type: ignore[arg-type]
    except OverflowError:
        return np.inf if value > 0 else -np.inf  # type: ignore[operator]
    except (TypeError, ValueError):
        return np.nan


def no_numbers(rows: int) -> Numbers:
    """A column that isn't there: no value, and nothing wrong with it either."""
    nowhere = np.zeros(rows, dtype=bool)
    return Numbers(np.full(rows, np.nan), nowhere, nowhere)


def median(values: np.ndarray, count: np.ndarray | None = None) -> float:
    """Median of the finite values, each as often as it counts; 0 when there is none.

    Examples
    --------
    >>> median(np.array([1.0, 5.0, np.nan])), median(np.array([1.0, 5.0]), np.array([3, 1]))
    (3.0, 1.0)
    """
    finite = np.isfinite(values)
    found = values[finite]
    if not len(found):
        return 0.0
    if count is None:
        return float(np.median(found))
    order = np.argsort(found, kind="stable")
    up_to = np.cumsum(count[finite][order])
    middle = np.searchsorted(up_to, [(up_to[-1] - 1) // 2, up_to[-1] // 2], side="right")
    return float(found[order][middle].mean())


def measured(numbers: Numbers) -> bool:
    """Whether a column with some text in it is mostly a measurement, rather than a factor.

    Examples
    --------
    >>> import pandas as pd
    >>> measured(read_numbers(pd.Series(["61", "70", "58", "unknown"])))
    True
    >>> measured(read_numbers(pd.Series(["1", "2", "1", "2", "2", "3a"])))
    False
    """
    found = numbers.values[~np.isnan(numbers.values)]
    if len(found) <= numbers.text.sum():
        return False
    different = len(np.unique(found))
    return different > 10 or different > len(found) / 2

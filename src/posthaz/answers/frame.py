"""The tidy frame of answers: its columns and their types."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

TEXTS = (
    *("analysis", "population", "arm", "reference", "term", "level", "cause", "grade"),
    *("model", "method", "quantity", "statement", "note"),
)
"""Columns of text, empty where they say nothing."""
NUMBERS = (
    *("time", "value", "mean", "sd", "lower", "upper", "mcse", "probability"),
    *("statistic", "df", "p", "n", "events"),
)
"""Columns of numbers, missing where there is none."""
COLUMNS = (
    *("analysis", "population", "arm", "reference", "term", "level", "cause", "grade"),
    *("model", "method", "quantity", "time", "value", "mean", "sd", "lower", "upper", "mcse"),
    *("statement", "probability", "statistic", "df", "p", "n", "events", "note"),
)
"""Columns of ``answers.csv``, in order."""


def answer_frame(rows: Iterable[Mapping[str, Any]] | pd.DataFrame) -> pd.DataFrame:
    """Rows of answers under the columns of ``answers.csv``.

    Parameters
    ----------
    rows : iterable of mapping, or DataFrame
        Each with any of `COLUMNS`.

    Returns
    -------
    DataFrame
        Columns `COLUMNS`: texts empty and numbers missing where a row doesn't have them.
        ``value`` is the estimate, a posterior's median; ``statement`` is what ``probability`` is
        the posterior probability of, such as ``"< 0.8"`` or ``"> 0"``.

    Raises
    ------
    KeyError
        When a row has a column that answers don't have.

    Examples
    --------
    >>> frame = answer_frame([{"method": "cox", "quantity": "hazard_ratio", "value": 0.9}])
    >>> frame.loc[0, "arm"], float(frame.loc[0, "value"])
    ('', 0.9)
    """
    table = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows))
    unknown = [str(name) for name in table.columns if name not in COLUMNS]
    if unknown:
        raise KeyError(f"answers have no column {', '.join(unknown)}")
    table = table.reset_index(drop=True)
    filled: dict[str, pd.Series] = {}
    for name in COLUMNS:
        given = table[name] if name in table else pd.Series([None] * len(table), dtype=object)
        if name in TEXTS:
            filled[name] = given.astype(object).where(given.notna(), "").astype(str)
        else:
            filled[name] = pd.to_numeric(given).astype(float)
    return pd.DataFrame(filled, columns=list(COLUMNS))


def joined(parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Several frames of answers as one.

    Examples
    --------
    >>> len(joined([answer_frame([{"method": "cox"}]), answer_frame([{"method": "printed"}])]))
    2
    """
    kept = [part for part in parts if len(part)]
    return pd.concat(kept, ignore_index=True) if kept else answer_frame([])

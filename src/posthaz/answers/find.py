"""Looking answers up: by any columns, all at once."""

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import pandas as pd


def find(answers: pd.DataFrame, /, **wanted: Any) -> pd.DataFrame:
    """The rows that have these values.

    Parameters
    ----------
    answers : DataFrame
        Columns as those of `answer_frame`.
    **wanted
        Value by column; a tuple or list means any of its values; NaN means missing. Text is
        compared as text and numbers up to the last bits.

    Returns
    -------
    DataFrame
        Those rows, with their index.

    Raises
    ------
    KeyError
        When there is no such column.

    Examples
    --------
    >>> from posthaz.answers import answer_frame
    >>> rows = [{"quantity": "survival", "time": t, "value": 1 - t / 100} for t in (12.0, 24.0)]
    >>> find(answer_frame(rows), quantity="survival", time=24)["value"].tolist()
    [0.76]
    """
    chosen = np.ones(len(answers), dtype=bool)
    for name, value in wanted.items():
        if name not in answers.columns:
            raise KeyError(f"answers have no column '{name}'")
        values = cast("Sequence[Any]", value) if isinstance(value, tuple | list) else (value,)
        chosen &= np.any([_equal(answers[name], one) for one in values], axis=0)
    return answers[chosen]


def one_answer(answers: pd.DataFrame, /, **wanted: Any) -> pd.Series | None:
    """The first row that has these values; None where there is none.

    Examples
    --------
    >>> from posthaz.answers import answer_frame
    >>> one_answer(answer_frame([{"method": "cox"}]), method="printed") is None
    True
    """
    rows = find(answers, **wanted)
    return rows.iloc[0] if len(rows) else None


def _equal(column: pd.Series, value: Any) -> np.ndarray:
    """Where a column has a value."""
    if pd.api.types.is_numeric_dtype(column):
        number = float(value)
        if np.isnan(number):
            return column.isna().to_numpy()
        return np.isclose(column.to_numpy(dtype=float), number, rtol=1e-9, atol=0.0)
    return (column.astype(str) == str(value)).to_numpy()

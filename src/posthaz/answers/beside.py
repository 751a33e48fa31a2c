"""Looking answers up, several methods side by side, and what changed between two files."""

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import pandas as pd

_KEYS = (
    *("analysis", "population", "arm", "reference", "term", "level", "cause", "grade"),
    *("model", "method", "quantity", "time", "statement"),
)
_ERRORS = 4.0
KINDS = ("equal", "within Monte Carlo error", "changed", "gone", "new")


def changed_answers(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Rows of answers that are equal, differ by Monte Carlo error, changed, are gone or are new.

    Parameters
    ----------
    before, after : DataFrame
        Two ``answers.csv``.

    Returns
    -------
    DataFrame
        The columns that name an answer, ``before``, ``after`` (``value``, or ``probability`` where
        there is a statement), ``errors`` (difference in Monte Carlo standard errors, where both
        rows have one) and ``kind``: up to four standard errors of the difference are within error.

    Examples
    --------
    >>> row = {"quantity": "hazard_ratio", "model": "a", "value": 0.8, "mcse": 0.01}
    >>> other = {**row, "value": 0.81}
    >>> changed_answers(pd.DataFrame([row]), pd.DataFrame([other]))["kind"].tolist()
    ['within Monte Carlo error']
    """
    sides = [_keyed(one, name) for one, name in ((before, "before"), (after, "after"))]
    keys = [*_KEYS, "place"]
    joined = sides[0].merge(sides[1], on=keys, how="outer", indicator="side", sort=False)
    first, second = joined["before"].to_numpy(dtype=float), joined["after"].to_numpy(dtype=float)
    error = np.hypot(joined["before_mcse"].astype(float), joined["after_mcse"].astype(float))
    apart = np.abs(first - second)
    with np.errstate(divide="ignore", invalid="ignore"):
        joined["errors"] = np.where(error > 0, apart / error, np.nan)
    same = (first == second) | (np.isnan(first) & np.isnan(second))
    kind = np.where(joined["errors"] <= _ERRORS, KINDS[1], KINDS[2])
    kind = np.where(same, KINDS[0], kind)
    joined["kind"] = np.select(
        [joined["side"] == "left_only", joined["side"] == "right_only"], KINDS[3:], kind
    )
    return joined[[*_KEYS, "before", "after", "errors", "kind"]]


def _keyed(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Answers under what names them, those of one name told apart by their order."""
    own = table.reindex(columns=[*_KEYS, "value", "probability", "mcse"])
    texts = own[list(_KEYS)].astype(object)
    own[list(_KEYS)] = texts.where(texts.notna(), "").astype(str)
    own["place"] = own.groupby(list(_KEYS), sort=False).cumcount()
    own[name] = own["value"].astype(float).fillna(own["probability"].astype(float))
    return own.rename(columns={"mcse": f"{name}_mcse"}).drop(columns=["value", "probability"])


QUESTION = (
    *("analysis", "population", "arm", "reference", "term", "level", "cause", "grade"),
    *("quantity", "time"),
)
"""Columns that say what was asked; the others say who answered and what."""


def beside(
    answers: pd.DataFrame, methods: Sequence[str], numbers: Sequence[str] = ("value",)
) -> pd.DataFrame:
    """Answers of several methods side by side, one row a question.

    Parameters
    ----------
    answers : DataFrame
        Columns as those of `answer_frame`; with several models of one method, choose one first.
    methods : sequence of str
        Values of ``method``, in the order of the columns.
    numbers : sequence of str
        Columns to set side by side.

    Returns
    -------
    DataFrame
        The columns of `QUESTION`, then ``METHOD_NUMBER`` for every method and number; questions
        that only one method answers are kept, the others' cells missing.

    Raises
    ------
    ValueError
        When a method answers one question twice.

    Examples
    --------
    >>> from posthaz.answers import answer_frame
    >>> asked = {"quantity": "median", "arm": "RT"}
    >>> rows = [asked | {"method": "posterior", "value": 21.0}]
    >>> rows += [asked | {"method": "kaplan_meier", "value": 20.0}]
    >>> table = beside(answer_frame(rows), ["posterior", "kaplan_meier"])
    >>> float(table["posterior_value"][0]), float(table["kaplan_meier_value"][0])
    (21.0, 20.0)
    """
    stated = answers[answers["statement"] == ""]
    table = stated.loc[:, list(QUESTION)].drop_duplicates(ignore_index=True)
    for method in methods:
        part = stated[stated["method"] == method]
        if part.duplicated(list(QUESTION)).any():
            raise ValueError(f"'{method}' answers a question twice: choose one of its models first")
        names = {name: f"{method}_{name}" for name in numbers}
        part = part.loc[:, [*QUESTION, *numbers]].rename(columns=names)
        table = table.merge(part, on=list(QUESTION), how="left")
    answered = table[[f"{method}_{name}" for method in methods for name in numbers]].notna()
    return table[answered.any(axis=1)].reset_index(drop=True)


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
    if isinstance(value, float) or pd.api.types.is_numeric_dtype(column):
        number = pd.to_numeric(pd.Series([value]), errors="coerce").iloc[0]
        if pd.isna(value):
            return column.isna().to_numpy()
        numbers = pd.to_numeric(column, errors="coerce").to_numpy(dtype=float)
        return np.isclose(numbers, number, rtol=1e-9, atol=0.0)
    return (column.astype(str) == str(value)).to_numpy()

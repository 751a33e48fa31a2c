"""The same question answered by several methods, in one row."""

from collections.abc import Sequence

import pandas as pd

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

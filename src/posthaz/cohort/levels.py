"""Factors: values as text levels, ordered with the reference first."""

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from posthaz.cohort.numbers import read_numbers

_WHOLE = re.compile(r"([-+]?)0*(\d+)(?:\.0*)?")
_BOOLEANS = {"true": "True", "false": "False"}


def level_text(value: object) -> str:
    """A value as the text of a level: whole numbers without decimals.

    Examples
    --------
    >>> level_text(1.0), level_text("1.0"), level_text(" T4 "), level_text(True)
    ('1', '1', 'T4', 'True')
    """
    if isinstance(value, bool | np.bool_):
        return str(bool(value))
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    text = str(value).strip()
    whole = _WHOLE.fullmatch(text)
    return f"{whole[1].replace('+', '')}{whole[2]}" if whole else text


def level_texts(column: pd.Series, declared: Sequence[str] = ()) -> pd.Series:
    """Text of the level in each row, missing where the column is.

    Parameters
    ----------
    column : Series
        Any column.
    declared : sequence of str
        Levels as the user wrote them: true and false match however they are written.

    Returns
    -------
    Series of object
        Levels.

    Examples
    --------
    >>> import pandas as pd
    >>> level_texts(pd.Series([0, 1])).tolist()
    ['0', '1']
    """
    codes, values = pd.factorize(column)
    texts = [level_text(value) for value in pd.Series(values).astype(object)]
    booleans = {text for text in texts if text.lower() in _BOOLEANS}
    if booleans and booleans == set(texts):
        written = {level.lower(): level for level in declared if level.lower() in _BOOLEANS}
        spelled = {**_BOOLEANS, **written}
        texts = [spelled[text.lower()] for text in texts]
    taken = np.array([*texts, np.nan], dtype=object)[codes]
    return pd.Series(taken, index=column.index, name=column.name, dtype=object)


def sorted_levels(column: pd.Series, texts: pd.Series) -> tuple[str, ...]:
    """Levels found in a column: a categorical's own order, or by number, or by letter.

    Examples
    --------
    >>> import pandas as pd
    >>> column = pd.Series([10, 9, 2])
    >>> sorted_levels(column, level_texts(column))
    ('2', '9', '10')
    """
    found = {str(text) for text in texts.dropna().unique()}
    if isinstance(column.dtype, pd.CategoricalDtype):
        ordered = dict.fromkeys(level_text(category) for category in column.cat.categories)
        if found <= ordered.keys():
            return tuple(level for level in ordered if level in found)
    if read_numbers(pd.Series(sorted(found), dtype=object)).text.any():
        return tuple(sorted(found))
    return tuple(sorted(found, key=float))


def referenced(levels: Sequence[str], reference: str) -> tuple[str, ...]:
    """Levels with the reference first, the others in their order.

    Examples
    --------
    >>> referenced(["A", "B", "C"], "B")
    ('B', 'A', 'C')
    """
    if reference not in levels:
        return tuple(levels)
    return (reference, *(level for level in levels if level != reference))

"""Covariates as the cohort keeps them: numbers, and factors with the reference first."""

import pandas as pd

from posthaz.cohort.columns import Column
from posthaz.cohort.draft import Draft
from posthaz.cohort.levels import level_text, level_texts, referenced, sorted_levels
from posthaz.cohort.missing_markers import marking_levels
from posthaz.cohort.numbers import read_numbers

MEASURED_ROLES = ("gtv", "ptv", "dose", "age")


def needs_numbers(column: Column) -> bool:
    """Whether the meaning of a column leaves no room for text.

    Examples
    --------
    >>> needs_numbers(Column("dose", unit="Gy")), needs_numbers(Column("stage"))
    (True, False)
    """
    if column.role == "performance_status" or column.levels:
        return False
    return bool(column.unit) or column.role in MEASURED_ROLES or column.step is not None


def is_factor(draft: Draft, name: str) -> bool:
    """Whether a column of the table becomes a factor.

    Parameters
    ----------
    draft : Draft
        The table.
    name : str
        A column in it.

    Returns
    -------
    bool
        True for the treatment, for columns with levels, and for text and booleans.
    """
    column, values = draft.column(name), draft.values(name)
    if name == draft.spec.treatment or column.levels:
        return True
    if needs_numbers(column):
        return False
    if isinstance(values.dtype, pd.CategoricalDtype) or pd.api.types.is_bool_dtype(values):
        return True
    if pd.api.types.is_numeric_dtype(values):
        return False
    # Text that holds nothing but numbers, or nothing at all, is numbers.
    return bool(read_numbers(values).text.any() or _booleans(values))


def factor_levels(draft: Draft, name: str) -> tuple[str, ...]:
    """Levels that rows of the table have: in the order named, or else sorted.

    Parameters
    ----------
    draft : Draft
        The table.
    name : str
        A column that is a factor.

    Returns
    -------
    tuple of str
        Levels, without the reference put first; none that no row has.
    """
    declared = draft.column(name).levels
    texts = level_texts(draft.values(name), declared)
    found = sorted_levels(draft.values(name), texts)
    if not declared:
        # what looks like a missing value is never the reference unasked
        marks = marking_levels(found)
        return (*(level for level in found if level not in marks), *marks)
    return tuple(level for level in map(level_text, declared) if level in found)


def reference_of(draft: Draft, name: str) -> str:
    """Reference level that was named for a factor; empty when none was."""
    column = draft.column(name)
    stated = draft.spec.treatment_reference if name == draft.spec.treatment else ""
    reference = stated or column.reference
    if not reference:
        return ""
    text = level_text(reference)
    same = [level for level in factor_levels(draft, name) if level.casefold() == text.casefold()]
    # True and TRUE are one level; M and m may be two.
    return same[0] if text not in same and same and text.lower() in ("true", "false") else text


def typed_covariates(draft: Draft) -> pd.DataFrame:
    """The covariates kept, with the types that designs need.

    Parameters
    ----------
    draft : Draft
        A table that keeps the rules.

    Returns
    -------
    DataFrame
        Numbers as float; factors as ordered categories, reference first; missing values
        stay missing.
    """
    typed: dict[str, pd.Series] = {}
    for name in draft.kept:
        if not is_factor(draft, name):
            typed[name] = pd.Series(read_numbers(draft.values(name)).values)
            continue
        texts = level_texts(draft.values(name), draft.column(name).levels)
        levels = referenced(factor_levels(draft, name), reference_of(draft, name))
        # Ordered, because formulae sorts the categories of an unordered factor.
        typed[name] = pd.Series(pd.Categorical(texts, categories=list(levels), ordered=True))
    return pd.DataFrame(typed, index=pd.RangeIndex(len(draft.frame)))


def _booleans(values: pd.Series) -> bool:
    found = values.dropna().astype(object)
    return len(found) > 0 and bool(found.map(lambda value: isinstance(value, bool)).all())

"""Cells before any column has a meaning: what is missing, and numbers with thousands marks."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from posthaz.cohort.columns import Column
from posthaz.cohort.draft import NUMBER_ROLES
from posthaz.cohort.levels import level_text, level_texts
from posthaz.cohort.marks import OTHER, Marks, as_numbers, marks_of, settled
from posthaz.cohort.quantities import counted
from posthaz.cohort.spec import CohortSpec
from posthaz.cohort.table import Table
from posthaz.errors import Finding


def stated_cells(read: Table, spec: CohortSpec) -> Table:
    """The table with its stated missing values empty, and its numbers by the stated decimal mark.

    Parameters
    ----------
    read : Table
        The table as read.
    spec : CohortSpec
        Which column means what.

    Returns
    -------
    Table
        The table itself where nothing is stated, or was done before: what is converted later may
        have the number of a code.

    Examples
    --------
    >>> from posthaz.cohort.table import read_table
    >>> table = read_table(pd.DataFrame({"stage": ["I", "?"], "volume": [40, 999]}))
    >>> stated_cells(table, CohortSpec(missing_values=("?", 999))).frame.isna().sum().tolist()
    [1, 1]
    """
    values = spec.missing_values if isinstance(spec.missing_values, list | tuple) else ()
    stated = spec.decimal if spec.decimal in OTHER else ""
    if read.stated or (not values and not stated):
        return read
    said = {level_text(value).casefold() for value in values}
    levels = {column.taken_from or name: column.levels for name, column in spec.columns.items()}
    columns = {name: _emptied(column, said) for name, column in read.frame.items()}
    for name in [str(name) for name in columns]:
        if _text(columns[name]) and not levels.get(name):
            columns[name] = _by_mark(columns[name], stated, read)
    return replace(read, frame=pd.DataFrame(columns, index=read.frame.index), stated=True)


def two_readings(read: Table, spec: CohortSpec, kept: Sequence[str]) -> Iterator[Finding]:
    """Yield columns of the analysis whose numbers can be read in two ways.

    Parameters
    ----------
    read : Table
        The table.
    spec : CohortSpec
        Which column means what.
    kept : sequence of str
        Covariates that the cohort keeps.

    Yields
    ------
    Finding
        One a column.
    """
    roles = [getattr(spec, role) for role in NUMBER_ROLES]
    sources = [s for c in spec.columns.values() if c.derived for s in c.derived.sources]
    for name in dict.fromkeys((*roles, *kept, *sources)):
        column = spec.columns.get(name, _NO_COLUMN)
        if name not in read.frame.columns or column.levels or name == spec.treatment:
            continue
        values = read.frame[name]
        if not _text(values):
            continue
        marks = marks_of(values.dropna().unique())
        beside_points = read.separator == "," and marks.open == {"."}
        if marks.numbers and marks.open and len(marks.sure) < 2 and not beside_points:
            yield _refused(read, name, marks)


def _refused(read: Table, name: str, marks: Marks) -> Finding:
    mark = "," if "," in marks.example else "."
    whole, part = marks.example.replace(mark, ""), f"{float(marks.example.replace(mark, '.')):g}"
    others = counted(marks.number - 1, "other number") if marks.number > 1 else ""
    return Finding(
        f"{read.name}, column '{name}'",
        f"'{marks.example}' may be {whole} or {part}"
        f"{f', and so may {others}' if others else ''}: nothing in the column tells whether "
        f"'{mark}' parts thousands or decimals",
        f'say decimal = "{OTHER[mark]}" in [cohort] for {whole}, decimal = "{mark}" for {part}; '
        "or write the numbers without thousands marks",
    )


def _emptied(column: pd.Series, said: set[str]) -> pd.Series:
    """A column without the values that stand for missing ones."""
    if not said:
        return column
    texts = level_texts(column).map(lambda text: str(text).casefold(), na_action="ignore")
    out = texts.isin(said).to_numpy(dtype=bool)
    if not out.any():
        return column
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.mask(out).cat.remove_unused_categories()
    kind = float if pd.api.types.is_integer_dtype(column) else column.dtype
    kind = object if pd.api.types.is_bool_dtype(column) else kind
    return column.astype(kind).mask(out, np.nan)


def _by_mark(column: pd.Series, stated: str, read: Table) -> pd.Series:
    """A column of text as numbers, by the stated decimal mark or by what the numbers tell."""
    marks = marks_of(column.dropna().unique())
    if not stated or not marks.numbers:
        return settled(_plain(column), read.separator, read.decimal)
    return as_numbers(_plain(column), stated) if marks.sure <= {stated} else column


def _plain(column: pd.Series) -> pd.Series:
    return column.astype(object) if isinstance(column.dtype, pd.CategoricalDtype) else column


def _text(column: pd.Series) -> bool:
    if isinstance(column.dtype, pd.CategoricalDtype):
        return pd.api.types.is_object_dtype(column.cat.categories) or pd.api.types.is_string_dtype(
            column.cat.categories
        )
    return pd.api.types.is_object_dtype(column) or pd.api.types.is_string_dtype(column)


_NO_COLUMN = Column("")

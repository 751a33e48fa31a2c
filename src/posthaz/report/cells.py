"""A table's cells as text, the same in every format."""

import re
from dataclasses import dataclass
from itertools import groupby
from numbers import Integral, Real

import numpy as np
import pandas as pd

from posthaz.errors import plain_text
from posthaz.report.blocks import Checklist, Format, Report, Table

MISSING = "–"
NUMBER = re.compile(r"[-−–<>±+∞(≤≥ ]*\d|[-−–∞]*$|not reached|未达到|NR\b")


@dataclass(frozen=True)
class Row:
    """One row of text.

    Parameters
    ----------
    group : str
        Group the row stands in, empty when the table has none.
    cells : tuple of str
        Text of each cell, the row header first.
    """

    group: str
    cells: tuple[str, ...]


def cell_text(value: object, form: Format | None = None) -> str:
    """Text of one value.

    Parameters
    ----------
    value : object
        A value of a table.
    form : str, callable or None, optional
        Format specification, or function to text. A missing value is a dash under either;
        text is left as it is by a specification.

    Returns
    -------
    str

    Examples
    --------
    >>> cell_text(0.90123), cell_text(87), cell_text(float("nan")), cell_text(0.5, ".0%")
    ('0.90', '87', '–', '50%')
    """
    if value is None or value is pd.NA or value is pd.NaT:
        return MISSING
    if isinstance(value, Real) and np.isnan(float(value)):
        return MISSING
    if callable(form):
        return form(value)
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if isinstance(value, Real) and np.isinf(float(value)):
        return "∞" if float(value) > 0 else "-∞"
    if form and isinstance(value, Real):
        return format(int(value) if isinstance(value, Integral) else float(value), form)
    if isinstance(value, Integral):
        return str(int(value))
    return format(float(value), ".2f") if isinstance(value, Real) else str(value)


def table_rows(table: Table) -> list[Row]:
    """Rows of a table as text.

    Parameters
    ----------
    table : Table
        A table.

    Returns
    -------
    list of Row

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"model": ["weibull"], "term": ["arm"], "hr": [0.9]})
    >>> table_rows(Table(frame, "Hazard ratios", group="model"))
    [Row(group='weibull', cells=('arm', '0.90'))]
    """
    names = list(table.shown)
    columns = [
        [plain_text(cell_text(v, table.formats.get(name))) for v in table.frame[name]]
        for name in names
    ]
    count = len(table.frame)
    groups = [""] * count
    if table.group:
        groups = [plain_text(cell_text(v)) for v in table.frame[table.group]]
    return [Row(groups[i], tuple(column[i] for column in columns)) for i in range(count)]


def grouped_rows(table: Table) -> list[tuple[str, list[Row]]]:
    """Runs of rows that stand in one group, in order."""
    return [(name, list(rows)) for name, rows in groupby(table_rows(table), lambda row: row.group)]


def numeric_columns(table: Table) -> list[bool]:
    """Whether each shown column but the row header holds numbers, or text that begins so."""
    cells = [row.cells for row in table_rows(table)]
    numbers = [all(NUMBER.match(row[i]) for row in cells) for i in range(1, len(table.shown))]
    return [False, *(number and bool(cells) for number in numbers)]


def checklist_table(checklist: Checklist, report: Report) -> Table:
    """A checklist as a table, anchors replaced by the titles of the sections that there are."""
    places = report.titles | {"Provenance": report.say("Provenance")}
    rows = [
        {"item": one.item, "answer": one.answer, "where": places.get(one.where, "")}
        for one in checklist.items
    ]
    frame = pd.DataFrame(rows, columns=["item", "answer", "where"])
    heads = {name: report.say(name.capitalize()) for name in ("item", "answer", "where")}
    return Table(frame, checklist.caption, heads)

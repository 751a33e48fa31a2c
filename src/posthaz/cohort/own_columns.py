"""Columns of a table under another name, in another unit, or with other codes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from posthaz.cohort.levels import level_texts
from posthaz.cohort.numbers import read_numbers
from posthaz.cohort.rows import shown_rows
from posthaz.cohort.spec import CohortSpec
from posthaz.cohort.table import Table
from posthaz.cohort.units import UNITS, conversion, same_unit
from posthaz.errors import Finding, Findings, nearest

_MOST_SHOWN = 5


@dataclass(frozen=True)
class OwnColumn:
    """Where a column of an analysis stands in a table that was made for something else.

    Parameters
    ----------
    name : str
        Name in the analysis.
    taken_from : str
        Column of the table.
    convert : str
        Units, as ``"mm3 to cm3"``; empty where they are the same.
    levels : mapping of str to str
        By code of the table, the code that the analysis has; empty where codes are the same.
    cut : tuple of float
        Numbers, in the analysis's unit, at which the column is cut into groups; a value equal to
        one is in the upper group.
    groups : tuple of str
        Codes of the groups, one more than `cut`.
    """

    name: str
    taken_from: str
    convert: str = ""
    levels: Mapping[str, str] = field(default_factory=dict)
    cut: tuple[float, ...] = ()
    groups: tuple[str, ...] = ()


def with_exit(read: Table, spec: CohortSpec, findings: Findings) -> tuple[Table, CohortSpec]:
    """The table with the time at which follow-up ends, where its length is what is known.

    Parameters
    ----------
    read : Table
        The table.
    spec : CohortSpec
        Which column means what; `duration` names the length of follow-up since `entry`.
    findings : Findings
        Where problems go.

    Returns
    -------
    Table
        With a column ``entry + duration``; the table itself where no duration is named.
    CohortSpec
        With that column as `time`.

    Examples
    --------
    >>> from posthaz.cohort.table import read_table
    >>> table = read_table(pd.DataFrame({"age": [60.0, 71.5], "years": [4.0, 2.5]}))
    >>> spec = CohortSpec(entry="age", duration="years", event="dead", unit="years")
    >>> made, spec = with_exit(table, spec, Findings())
    >>> spec.time, made.frame[spec.time].tolist()
    ('age + years', [64.0, 74.0])
    """
    made = f"{spec.entry} + {spec.duration}"
    if not spec.duration or spec.time == made:
        return read, spec
    place = f"{read.name}, cohort, duration"
    if spec.time or spec.lower or spec.upper:
        findings.add(place, "the end of follow-up is named too", "keep one of the two")
    if not spec.entry:
        findings.add(place, "no column of entry is named to count it from",
                     "give entry, or name it as time where follow-up begins at 0")  # fmt: skip
    header = [str(name) for name in read.frame.columns]
    for name in {spec.entry, spec.duration} - {"", *header}:
        findings.add(place, f"there is no column '{name}' ({nearest(name, header)})",
                     "correct the name")  # fmt: skip
    if made in header or not {spec.entry, spec.duration} <= set(header):
        return read, replace(spec, time=spec.time or made)
    parts = [read_numbers(read.frame[name]) for name in (spec.entry, spec.duration)]
    negative = parts[1].values < 0
    for mask, what in ((parts[1].text, "text where a number belongs"), (negative, "it is below 0")):
        if mask.any():
            rows = shown_rows((np.flatnonzero(mask) + 1).tolist())
            findings.add(f"{read.name}, {rows}, column '{spec.duration}'", what,
                         "give the length of follow-up since entry")  # fmt: skip
    exit_ = pd.Series(parts[0].values + parts[1].values, index=read.frame.index)
    return replace(read, frame=read.frame.assign(**{made: exit_})), replace(spec, time=made)


def stated_columns(spec: CohortSpec) -> tuple[OwnColumn, ...]:
    """Columns that a specification takes from others of the table."""
    return tuple(
        OwnColumn(name, column.taken_from or name, column.convert)
        for name, column in spec.columns.items()
        if column.taken_from or column.convert
    )


def without_sources(spec: CohortSpec) -> CohortSpec:
    """The specification of a table whose columns were taken from others already."""
    spec = without_made_times(spec)
    columns = {name: replace(one, taken_from="", convert="") for name, one in spec.columns.items()}
    return replace(spec, columns=columns)


def without_made_times(spec: CohortSpec) -> CohortSpec:
    """The specification without columns that are described to be made as times, no covariates."""
    made = {column.name for column in stated_columns(spec)} & _times(spec)
    columns = {name: column for name, column in spec.columns.items() if name not in made}
    return replace(spec, columns=columns)


def with_own_columns(
    read: Table, columns: Sequence[OwnColumn], spec: CohortSpec, findings: Findings
) -> Table:
    """The table with columns under the names, units and codes that the analysis has.

    Parameters
    ----------
    read : Table
        The table.
    columns : sequence of OwnColumn
        Where the columns stand.
    spec : CohortSpec
        Which column means what, and in which unit.
    findings : Findings
        Where problems go.

    Returns
    -------
    Table
        With the columns that could be made in place of those that they were made from.

    Examples
    --------
    >>> from posthaz.cohort.table import read_table
    >>> table = read_table(pd.DataFrame({"GTV": [146000.0]}))
    >>> own = (OwnColumn("gtv_cc", "GTV", "mm3 to cm3"),)
    >>> with_own_columns(table, own, CohortSpec(), Findings()).frame["gtv_cc"].tolist()
    [146.0]
    """
    if not columns:
        return read
    frame, header = read.frame, [str(name) for name in read.frame.columns]
    made: dict[str, pd.Series] = {}
    for column in columns:
        faults = list(_faults(column, columns, spec, header, read.name))
        if not faults:
            values, faults = _made(column, frame[column.taken_from], read.name)
            made[column.name] = values
        findings.extend(faults)
    used = {column.taken_from for column in columns if column.name in made and not column.cut}
    kept = frame[[name for name in frame.columns if name not in used]]
    return replace(read, frame=kept.assign(**made))


def _faults(
    column: OwnColumn,
    columns: Sequence[OwnColumn],
    spec: CohortSpec,
    header: Sequence[str],
    table: str,
) -> Iterator[Finding]:
    """What keeps a column from being taken from another, before its cells are looked at."""
    place, source = f"{table}, column '{column.name}'", column.taken_from
    if source not in header:
        what = f"there is no column '{source}' to take it from ({nearest(source, header)})"
        yield Finding(place, what, "correct the name")
    elif column.name in header and column.name != source:
        what = f"it is taken from '{source}', but the table has a column of that name"
        yield Finding(place, what, "rename one of them in the table, or leave the other out")
    twice = [one.name for one in columns if one.taken_from == source and not one.cut]
    if len(twice) > 1 and twice[0] == column.name:
        names = " and ".join(f"'{name}'" for name in twice)
        yield Finding(f"{table}, column '{source}'", f"{names} are both taken from it",
                      "name a column for each")  # fmt: skip
    if not column.convert:
        return
    read = conversion(column.convert)
    if isinstance(read, str):
        known = ", ".join(unit for unit in UNITS if unit not in ("day", "week", "month", "year"))
        yield Finding(place, f"it can't be converted: {read}", f"give two of {known}")
        return
    wanted = spec.unit if column.name in _times(spec) else ""
    described = None if column.cut else spec.columns.get(column.name)
    wanted = wanted or (described.unit if described is not None else "")
    if wanted and not same_unit(read[1], wanted):
        what = f"it is converted to {read[1]}, but the analysis has it in {wanted}"
        yield Finding(place, what, f'give convert = "{read[0]} to {wanted}"')


def _times(spec: CohortSpec) -> set[str]:
    return {spec.time, spec.entry, spec.lower, spec.upper, spec.duration} - {""}


def _made(column: OwnColumn, values: pd.Series, table: str) -> tuple[pd.Series, list[Finding]]:
    """Values of a column, converted, cut or recoded, and what is wrong with its cells."""
    faults = []
    if column.convert or column.cut:
        numbers = read_numbers(values)
        if numbers.text.any():
            rows = shown_rows((np.flatnonzero(numbers.text) + 1).tolist())
            faults.append(
                Finding(
                    f"{table}, {rows}, column '{column.taken_from}'",
                    f"text where '{column.name}' is made from numbers",
                    "give a number, or leave the cell empty",
                )
            )
        values = pd.Series(_converted(numbers.values, column.convert), index=values.index)
    if column.cut:
        group = np.searchsorted(column.cut, values.to_numpy(dtype=float), side="right")
        names = np.array(column.groups, dtype=object)[group]
        values = pd.Series(np.where(values.isna(), np.nan, names), index=values.index)
    if column.levels:
        texts = level_texts(values, tuple(column.levels))
        unknown = sorted({str(text) for text in texts.dropna()} - set(column.levels))
        if unknown:
            listed = ", ".join(f"'{one}'" for one in unknown[:_MOST_SHOWN])
            more = f" and {len(unknown) - _MOST_SHOWN} more" if len(unknown) > _MOST_SHOWN else ""
            faults.append(
                Finding(
                    f"{table}, column '{column.taken_from}'",
                    f"no level of '{column.name}' is given for {listed}{more}",
                    f"name them in levels of '{column.name}', or leave those rows out",
                )
            )
        values = texts.map(dict(column.levels))
    return values, faults


def _converted(values: np.ndarray, convert: str) -> np.ndarray:
    if not convert:
        return values
    read = conversion(convert)
    assert not isinstance(read, str)
    size, other = (UNITS[unit][1] for unit in read)
    return values * size / other

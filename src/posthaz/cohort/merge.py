"""Columns of a second table with one row a patient, such as ADSL beside ADTTE."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

from posthaz.cohort.levels import level_texts
from posthaz.cohort.quantities import counted
from posthaz.cohort.rows import shown_values
from posthaz.cohort.table import Table
from posthaz.errors import CohortError, Finding, Findings, nearest


@dataclass(frozen=True)
class Merge:
    """A second table with one row a patient.

    Parameters
    ----------
    table : Path or None
        The table.
    by : str
        Column that both tables have, which says which rows belong together, as USUBJID.
    columns : tuple of str
        Columns taken from it; all that the first table doesn't have, when empty.
    """

    table: Path | None
    by: str
    columns: tuple[str, ...] = ()


def merge_patients(rows: Table, patients: Table, asked: Merge) -> tuple[Table, tuple[Finding, ...]]:
    """The rows of a table with the columns that another has of the same patients.

    Parameters
    ----------
    rows : Table
        One row or more a patient; all of them stay, in order.
    patients : Table
        One row a patient.
    asked : Merge
        By which column, and which columns.

    Returns
    -------
    Table
        The first table with further columns, missing where the second has no such patient.
    tuple of Finding
        How many rows found no patient.

    Raises
    ------
    CohortError
        When a column isn't there or stands in both tables, when a patient has several rows in the
        second table, or when no patient is in both.

    Examples
    --------
    >>> import pandas as pd
    >>> from posthaz.cohort.table import read_table
    >>> adtte = read_table(pd.DataFrame({"USUBJID": ["A", "A", "B"], "CNSR": [0, 1, 1]}))
    >>> adsl = read_table(pd.DataFrame({"USUBJID": ["A", "B"], "AGE": [61, 70]}))
    >>> merge_patients(adtte, adsl, Merge(None, "USUBJID"))[0].frame["AGE"].tolist()
    [61, 61, 70]
    """
    columns = _checked(rows, patients, asked)
    who, known = level_texts(rows.frame[asked.by]), level_texts(patients.frame[asked.by])
    place = {name: at for at, name in enumerate(known) if isinstance(name, str)}
    at = who.map(place)
    if not at.notna().any():
        raise _error(
            patients.name,
            f"no '{asked.by}' of {rows.name} is in it",
            "see whether both tables write the column alike",
        )
    taken = patients.frame[columns].reset_index(drop=True).reindex(at.to_numpy())
    if at.notna().all():
        taken = patients.frame[columns].iloc[at.to_numpy(dtype=int)]
    frame = rows.frame.assign(**{name: taken[name].to_numpy() for name in columns})
    for name in columns:  # a column of categories stays one
        frame[name] = frame[name].astype(taken[name].dtype)
    both = hashlib.sha256(f"{rows.sha256}{patients.sha256}".encode()).hexdigest()
    merged = replace(rows, frame=frame, name=f"{rows.name} with {patients.name}", sha256=both)
    return merged, tuple(_alone(who[at.isna()].dropna().nunique(), rows, patients, asked))


def _alone(lost: int, rows: Table, patients: Table, asked: Merge):  # noqa: ANN202
    if lost:
        yield Finding(
            rows.name,
            f"{counted(lost, 'patient')} of it {'has' if lost == 1 else 'have'} no row in "
            f"{patients.name}: what is taken from there is missing for them",
            f"see whether '{asked.by}' is complete in {patients.name}",
        )


def _checked(rows: Table, patients: Table, asked: Merge) -> list[str]:
    """The columns to take."""
    findings = Findings()
    header, theirs = ([str(n) for n in table.frame.columns] for table in (rows, patients))
    for table, names in ((rows, header), (patients, theirs)):
        if asked.by not in names:
            what = f"there is no column '{asked.by}' ({nearest(asked.by, names)})"
            findings.add(table.name, what, "correct 'by' in [cohort.merge]")
    for name in asked.columns:
        if name not in theirs:
            what = f"there is no column '{name}' ({nearest(name, theirs)})"
            findings.add(patients.name, what, "correct 'columns' in [cohort.merge]")
        elif name in header:
            what = f"'{name}' is a column of {rows.name} too, and nothing tells which is meant"
            findings.add(patients.name, what, "leave it out of 'columns' in [cohort.merge]")
    findings.raise_if_any(CohortError, _TITLE)
    known = level_texts(patients.frame[asked.by]).dropna()
    twice = known[known.duplicated()].unique().tolist()
    if twice:
        raise _error(
            patients.name,
            f"{counted(len(twice), 'patient')} {'has' if len(twice) == 1 else 'have'} several "
            f"rows in it ('{asked.by}' {shown_values(twice)})",
            "give a table with one row a patient",
        )
    return [*asked.columns] or [name for name in theirs if name not in header]


_TITLE = "The tables can't be merged:"


def _error(where: str, what: str, fix: str) -> CohortError:
    return CohortError.from_findings(_TITLE, (Finding(where, what, fix),))

"""Measurements at visits, merged into follow-up: the last value carried forward."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from posthaz.cohort.events import read_coding
from posthaz.cohort.levels import level_texts
from posthaz.cohort.quantities import counted, number_text, with_unit
from posthaz.cohort.spec import CohortSpec
from posthaz.cohort.table import Table
from posthaz.errors import CohortError, Finding, Findings, nearest

START = "episode_start"
"""Column of the merged table with the start of each episode, where the cohort has no entry."""


@dataclass(frozen=True)
class Visits:
    """A table of visits, one row a visit.

    Parameters
    ----------
    table : Path or None
        The table.
    subject : str
        Column of the patient in it; that of the cohort when empty.
    time : str
        Column with the time of the visit, counted as the cohort's times are.
    columns : tuple of str
        Columns measured.
    """

    table: Path | None
    subject: str
    time: str
    columns: tuple[str, ...]


def merge_visits(
    patients: Table, visits: Table, asked: Visits, spec: CohortSpec
) -> tuple[Table, CohortSpec, tuple[Finding, ...]]:
    """Follow-up cut at visits, each episode with the values last measured by its start.

    A value that a patient's own row holds counts until the first visit that measured it; a value
    that a visit lacks is carried forward from the visit before.

    Parameters
    ----------
    patients : Table
        One row a patient.
    visits : Table
        One row a visit.
    asked : Visits
        Which columns.
    spec : CohortSpec
        Names ``subject``, ``time`` and ``event`` of the patients, and ``entry`` where there is one.

    Returns
    -------
    Table
        One row an episode.
    CohortSpec
        How to read it.
    tuple of Finding
        How old the values were when follow-up ended, and which visits were not used.

    Raises
    ------
    CohortError
        When a table can't be merged.

    Examples
    --------
    >>> from posthaz.cohort.table import read_table
    >>> people = pd.DataFrame({"id": [1, 2], "t": [5.0, 3.0], "d": [1, 0]})
    >>> seen = pd.DataFrame({"id": [1, 1, 2], "when": [0.0, 2.0, 0.0], "ldh": [200, 350, 180]})
    >>> merged, spec, _ = merge_visits(
    ...     read_table(people), read_table(seen), Visits(None, "", "when", ("ldh",)),
    ...     CohortSpec(time="t", event="d", subject="id"),
    ... )
    >>> merged.frame[[spec.entry, "t", "d", "ldh"]].to_numpy().tolist()
    [[0.0, 2.0, 0.0, 200.0], [2.0, 5.0, 1.0, 350.0], [0.0, 3.0, 0.0, 180.0]]
    """
    subject = asked.subject or spec.subject
    _check(patients, visits, asked, spec, subject)
    frame = patients.frame.reset_index(drop=True)
    who, seen = level_texts(frame[spec.subject]), level_texts(visits.frame[subject])
    when = pd.to_numeric(visits.frame[asked.time]).to_numpy(dtype=float)
    exit_ = pd.to_numeric(frame[spec.time]).to_numpy(dtype=float)
    entry = np.zeros(len(frame))
    if spec.entry:
        entry = pd.to_numeric(frame[spec.entry]).to_numpy(dtype=float)
    rows_of: dict[Any, Any] = {name: rows[np.argsort(when[rows], kind="stable")]
               for name, rows in seen.groupby(seen).indices.items()}  # fmt: skip
    parts: list[pd.DataFrame] = []
    ages: list[dict[str, float]] = []
    censored = _censored_code(frame[spec.event], spec, patients.name)
    start = spec.entry or START
    nothing = np.zeros(0, dtype=int)
    for place, name in enumerate(who):
        rows: np.ndarray = rows_of.get(name, nothing)
        rows = rows[when[rows] < exit_[place]]
        part, age = _episodes(
            frame.iloc[[place]], visits.frame.iloc[rows], when[rows], asked.columns,
            (entry[place], exit_[place]),
        )  # fmt: skip
        ends = np.append(part[START].to_numpy()[1:], exit_[place])
        codes = np.append(np.full(len(part) - 1, censored, dtype=object),
                          frame[spec.event].iloc[place])  # fmt: skip
        parts.append(part.assign(**{spec.time: ends, spec.event: codes, start: part[START]}))
        ages.append(age)
    merged = pd.concat(parts, ignore_index=True)
    merged[spec.event] = merged[spec.event].infer_objects()
    if start != START:
        merged = merged.drop(columns=START)
    table = replace(patients, frame=merged, name=f"{patients.name} with {visits.name}")
    notices = (*_ages(ages, asked, spec, table.name), *_unused(seen, when, who, exit_, visits.name))
    return table, replace(spec, entry=start), notices


def _episodes(
    patient: pd.DataFrame,
    visits: pd.DataFrame,
    when: np.ndarray,
    columns: tuple[str, ...],
    follow_up: tuple[float, float],
) -> tuple[pd.DataFrame, dict[str, float]]:
    """Rows of one patient, and the age of each value when follow-up ended."""
    entry, end = follow_up
    starts = np.unique(np.append(entry, when[when > entry]))
    rows = patient.iloc[np.zeros(len(starts), dtype=int)].reset_index(drop=True)
    rows[START] = starts
    age: dict[str, float] = {}
    for name in columns:
        known = visits[name].notna().to_numpy()
        times, values = when[known], visits[name].to_numpy()[known]
        place = np.searchsorted(times, starts, side="right") - 1
        own = patient[name].iloc[0] if name in patient else np.nan
        rows[name] = [values[k] if k >= 0 else own for k in place]
        age[name] = end - float(times[-1]) if len(times) else np.nan
    return rows, age


def _censored_code(codes: pd.Series, spec: CohortSpec, name: str) -> object:
    """A code that means censored, for the episodes before the last."""
    for code, cause in spec.event_codes.items():
        if cause == 0:
            return code
    coding = read_coding(codes, spec.event_codes)
    if (coding.cause == 0).any():
        return codes.to_numpy()[coding.cause == 0][0]
    raise CohortError(
        f"{name}, column '{codes.name}': no code means censored, and episodes before a visit are",
        fix='state one in [cohort.event_codes], as { "1" = "event", "0" = "censored" }',
    )


def _check(patients: Table, visits: Table, asked: Visits, spec: CohortSpec, subject: str) -> None:
    findings = Findings()
    if not (spec.subject and spec.time and spec.event) or spec.recurrent == "all":
        findings.add(
            f"{patients.name}, [cohort]",
            "visits need a column of patients, and one exact time of an event or of censoring each",
            "name subject, time and event in [cohort]",
        )
        findings.raise_if_any(CohortError, "The visits can't be merged:")
    for table, names in (
        (patients, [spec.subject, spec.time, spec.event, *([spec.entry] if spec.entry else [])]),
        (visits, [subject, asked.time, *asked.columns]),
    ):
        header = [str(name) for name in table.frame.columns]
        for name in names:
            if name not in header:
                what = f"there is no column '{name}' ({nearest(name, header)})"
                findings.add(table.name, what, "correct the name in [cohort.visits] or [cohort]")
    findings.raise_if_any(CohortError, "The visits can't be merged:")
    for table, name in ((patients, spec.time), (patients, spec.entry), (visits, asked.time)):
        if name and not np.isfinite(pd.to_numeric(table.frame[name], errors="coerce")).all():
            where = f"{table.name}, column '{name}'"
            findings.add(where, "a time is missing or no number", "give a number in every row")
    if patients.frame[spec.subject].duplicated().any():
        findings.add(
            f"{patients.name}, column '{spec.subject}'", "a patient has several rows",
            "give one row a patient, and what changes as visits",
        )  # fmt: skip
    if visits.frame.duplicated([subject, asked.time]).any():
        first = visits.frame[visits.frame.duplicated([subject, asked.time])].index[0]
        findings.add(
            f"{visits.name}, row {int(first) + 1}", "a second visit of the patient at that time",
            "keep one of them",
        )  # fmt: skip
    findings.raise_if_any(CohortError, "The visits can't be merged:")


def _ages(
    ages: list[dict[str, float]], asked: Visits, spec: CohortSpec, name: str
) -> tuple[Finding, ...]:
    """How old each value was when follow-up ended, and who never had one."""
    frame = pd.DataFrame(ages)
    found = []
    for column in asked.columns:
        known = frame[column].dropna()
        never = len(frame) - len(known)
        none = f"; {counted(never, 'patient')} had no visit that measured it" if never else ""
        old = (
            f"its last value was carried forward over a median of "
            f"{with_unit(number_text(known.median(), 2), spec.unit)} "
            f"(longest {number_text(known.max(), 2)}) until follow-up ended"
            if len(known)
            else "it was never measured at a visit"
        )
        found.append(
            Finding(f"{name}, column '{column}'", f"{old}{none}",
                    "read its effect as that of the value last measured")
        )  # fmt: skip
    return tuple(found)


def _unused(
    seen: pd.Series, when: np.ndarray, who: pd.Series, exit_: np.ndarray, name: str
) -> tuple[Finding, ...]:
    """Visits of nobody in the cohort, and those at or after the end of follow-up."""
    ends = dict(zip(who, exit_, strict=True))
    strangers = sum(one not in ends for one in seen)
    late = sum(time >= ends.get(one, np.inf) for one, time in zip(seen, when, strict=True))
    found = []
    if strangers:
        what = f"{counted(strangers, 'visit')} of nobody in the cohort's table"
        found.append(Finding(name, what, "see whether the patients' numbers agree"))
    if late:
        what = f"{counted(late, 'visit')} after follow-up had ended, not used"
        found.append(Finding(name, what, "see whether both tables count time alike"))
    return tuple(found)

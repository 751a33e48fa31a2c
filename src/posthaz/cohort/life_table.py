"""Printed life tables as cohorts: how they are read, and rows whose events lie between times."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from posthaz.cohort.cohort import Cohort, Source
from posthaz.cohort.columns import Column
from posthaz.cohort.covariates import typed_covariates
from posthaz.cohort.draft import Draft, build_draft
from posthaz.cohort.life_table_rates import (
    Rates,
    count_pieces,
    printed_decimals,
    rate_pieces,
    read_counts,
    read_rates,
)
from posthaz.cohort.rows import Piece, shown_rows
from posthaz.cohort.rules import DOUBTS, RULES
from posthaz.cohort.spec import CohortSpec
from posthaz.cohort.table import Table, read_table
from posthaz.errors import CohortError, Finding, Findings, nearest


@dataclass(frozen=True)
class LifeTableSpec:
    """How to read a life table: survival rates of groups, or counts of intervals.

    Parameters
    ----------
    times : tuple of float
        Times of the survival rates, increasing; none for a table of intervals.
    survival : tuple of str
        Columns of the survival rates, one a time. An empty cell is a rate that is not known.
    number : str
        Column of the number of patients of a group, for rates.
    start, end, at_risk, events, lost : str
        Columns of the bounds of an interval, the number at risk at its start, and the events
        and losses within it, for counts. Without a column of losses they follow from the
        numbers at risk.
    percent : bool
        Whether rates are percentages.
    decimals : int, optional
        Decimals to which rates are printed; the most that any of them has, without it.
    unit : str
        Unit of time.
    columns : mapping of str to Column
        Meaning of the covariates.
    treatment, treatment_reference : str
        Covariate that holds the arm, and its reference level.
    """

    times: tuple[float, ...] = ()
    survival: tuple[str, ...] = ()
    number: str = "number"
    start: str = "start"
    end: str = "end"
    at_risk: str = "at_risk"
    events: str = "events"
    lost: str = "lost"
    percent: bool = False
    decimals: int | None = None
    unit: str = "months"
    columns: Mapping[str, Column] = field(default_factory=dict)
    treatment: str = ""
    treatment_reference: str = ""

    @property
    def numeric(self) -> tuple[str, ...]:
        """Columns that hold numbers and must be there."""
        if self.survival:
            return (self.number, *self.survival)
        return (self.start, self.end, self.at_risk, self.events)


ORIGIN = "a printed life table"


@dataclass(frozen=True, eq=False)
class _Read:
    """A life table that keeps the rules, before it becomes rows."""

    table: Table
    draft: Draft
    rates: Rates | None
    pieces: tuple[Piece, ...]
    notices: tuple[Finding, ...]


def read_life_table(
    table: str | Path | pd.DataFrame | Any,
    spec: LifeTableSpec,
    *,
    covariates: Sequence[str] = (),
    name: str = "",
) -> Cohort:
    """Read a printed life table as a cohort.

    A group of ``number`` patients with survival S1, S2, ... at t1, t2, ... becomes weighted
    rows: number (1 - S1) with the event between 0 and t1, number (S1 - S2) between t1 and t2,
    ..., and number S_last followed to the last time without it. Weights need not be whole.
    Counts of intervals become rows alike; those lost within an interval are followed to its
    middle, as in the actuarial method.

    Parameters
    ----------
    table : str, Path, DataFrame or object with ``to_pandas``
        One row a group (rates), or one row a group and interval (counts).
    spec : LifeTableSpec
        Which column means what.
    covariates : sequence of str, optional
        Covariates that the analysis needs; they may not be missing.
    name : str, optional
        Name of the table in messages and reports.

    Returns
    -------
    Cohort
        Interval-censored and right-censored weighted rows; `row_number` is the row printed.

    Raises
    ------
    CohortError
        For rates that rise over time or lie outside 0 to 1, counts that exceed the number at
        risk, and whatever else is wrong; each with its row.

    Notes
    -----
    Patients censored before the last time are counted as if they had been followed, unless
    the table says how many were lost; rates by Kaplan-Meier then seem known a little better
    than they are.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"arm": ["A", "B"], "number": [90, 93],
    ...                       "y1": [51.1, 41.9], "y2": [21.1, 6.6]})
    >>> spec = LifeTableSpec(times=(12, 24), survival=("y1", "y2"), percent=True, treatment="arm")
    >>> cohort = read_life_table(table, spec)
    >>> cohort.lower.tolist(), cohort.weight.round(2).tolist()[:3]
    ([0.0, 12.0, 24.0, 0.0, 12.0, 24.0], [44.01, 27.0, 18.99])
    """
    read = _read(table, spec, covariates, name)
    pieces = read.pieces if read.rates is None else rate_pieces(read.rates, spec.times)
    return _cohort(read, spec, [piece for piece in pieces if piece.weight > 0])


def unrounded_life_tables(
    table: str | Path | pd.DataFrame | Any,
    spec: LifeTableSpec,
    draws: int,
    seed: int,
    *,
    covariates: Sequence[str] = (),
    name: str = "",
) -> tuple[Cohort, ...]:
    """Cohorts that the printed life table may have been before its rates were rounded.

    Each rate is drawn uniformly from the numbers that round to the printed one, given that
    survival doesn't rise.

    Parameters
    ----------
    table, spec, covariates, name
        As for `read_life_table`.
    draws : int
        Number of cohorts.
    seed : int
        Seed of the draws.

    Returns
    -------
    tuple of Cohort
        All with the same rows, whose weights differ and may be 0; empty for a table of
        counts, which has nothing to round.

    Raises
    ------
    CohortError
        As for `read_life_table`.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"number": [90], "y1": [51.1]})
    >>> spec = LifeTableSpec(times=(12,), survival=("y1",), percent=True)
    >>> cohorts = unrounded_life_tables(table, spec, 2, seed=1)
    >>> [bool(abs(cohort.weight[1] / 90 - 0.511) < 0.0005) for cohort in cohorts]
    [True, True]
    """
    read = _read(table, spec, covariates, name)
    if read.rates is None:
        return ()
    random = np.random.default_rng(seed)
    drawn = (read.rates.unrounded(random) for _ in range(draws))
    return tuple(_cohort(read, spec, rate_pieces(rates, spec.times)) for rates in drawn)


def _read(
    table: str | Path | pd.DataFrame | Any,
    spec: LifeTableSpec,
    covariates: Sequence[str],
    name: str,
) -> _Read:
    read = read_table(table)
    read = replace(read, name=name or read.name)
    findings = Findings()
    header = [str(column) for column in read.frame.columns]
    if not header or not len(read.frame):
        findings.add(read.name, "the life table is empty", "give one row a group")
    if spec.survival and len(spec.survival) != len(spec.times):
        what = f"{len(spec.survival)} column(s) of survival for {len(spec.times)} time(s)"
        findings.add(read.name, what, "name one column for each time")
    increasing = np.all(np.diff([0.0, *spec.times]) > 0)
    if not increasing:
        findings.add(f"{read.name}, times", "they don't increase from 0", "give them in order")
    kept = _kept(spec, covariates, header)
    for column in (*spec.numeric, *kept):
        if column not in header:
            what = f"there is no column '{column}' ({nearest(column, header)})"
            findings.add(read.name, what, "correct the name, or add the column")
    title = f"{read.name} can't be used as a life table:"
    findings.raise_if_any(CohortError, title)
    needed = tuple(dict.fromkeys((*([spec.treatment] if spec.treatment else ()), *covariates)))
    draft = _draft(read, spec, needed, kept, findings)
    rates, pieces = None, ()
    if spec.survival:
        decimals = printed_decimals(read.frame, spec.survival, spec.decimals)
        rates = read_rates(read, spec.number, spec.survival, spec.times, spec.percent, decimals,
                           findings)  # fmt: skip
    else:
        columns = (spec.start, spec.end, spec.at_risk, spec.events)
        counts = read_counts(read, columns, spec.lost, kept, findings)
        pieces = count_pieces(counts)
    findings.raise_if_any(CohortError, title)
    notices = tuple(notice for doubt in _COVARIATE_DOUBTS for notice in doubt(draft))
    return _Read(read, draft, rates, pieces, notices)


_COVARIATE_RULES = tuple(r for r in RULES if r.__module__.endswith((".values", ".factors")))
_COVARIATE_DOUBTS = tuple(d for d in DOUBTS if d.__name__ in ("levels_absent", "levels_alike"))


def _kept(spec: LifeTableSpec, covariates: Sequence[str], header: list[str]) -> tuple[str, ...]:
    """Covariates: those named; when none is, every column without another meaning."""
    treatment = [spec.treatment] if spec.treatment else []
    named = tuple(dict.fromkeys((*spec.columns, *treatment, *covariates)))
    if spec.columns or covariates:
        return named
    used = {*spec.numeric, spec.lost}
    return tuple(dict.fromkeys((*named, *(name for name in header if name not in used))))


def _draft(
    table: Table, spec: LifeTableSpec, needed: tuple[str, ...], kept: tuple[str, ...],
    findings: Findings,
) -> Draft:  # fmt: skip
    """The covariates as a draft, checked by the rules that cohorts keep."""
    columns = dict(spec.columns)
    if spec.treatment:
        known = columns.get(spec.treatment, Column(spec.treatment))
        columns[spec.treatment] = replace(known, role=known.role or "treatment")
    reading = CohortSpec(
        unit=spec.unit,
        columns=columns,
        treatment=spec.treatment,
        treatment_reference=spec.treatment_reference,
    )
    draft = build_draft(table, table.frame, reading, needed, kept)
    for column in needed:
        missing = np.flatnonzero(table.frame[column].isna()) + 1
        if len(missing):
            where = f"{table.name}, {shown_rows(missing)}, column '{column}'"
            findings.add(where, "a covariate of the analysis is missing", "complete the rows")
    for rule in _COVARIATE_RULES:
        findings.extend(rule(draft))
    return draft


def _cohort(read: _Read, spec: LifeTableSpec, pieces: Sequence[Piece]) -> Cohort:
    row = np.array([piece.row for piece in pieces], dtype=int)
    upper = np.array([piece.upper for piece in pieces], dtype=float)
    covariates = typed_covariates(read.draft)
    return Cohort(
        entry=np.array([piece.entry for piece in pieces], dtype=float),
        lower=np.array([piece.lower for piece in pieces], dtype=float),
        upper=upper,
        cause=np.isfinite(upper).astype(int),
        subject=np.arange(len(pieces)),
        weight=np.array([piece.weight for piece in pieces], dtype=float),
        weight_kind="frequency",
        covariates=covariates.iloc[row].reset_index(drop=True),
        columns={name: read.draft.column(name) for name in read.draft.kept},
        row_number=row + 1,
        unit=spec.unit,
        source=Source(read.table.name, read.table.sha256, len(read.table.frame), origin=ORIGIN),
        treatment=spec.treatment,
        notices=read.notices,
        event_coding=(
            "The rows are those of a printed life table: events are known to lie between its "
            "times, and rows weigh as many patients as they stand for."
        ),
    )

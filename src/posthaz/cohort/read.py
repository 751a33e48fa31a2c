"""Reading a cohort: table, derived covariates and specification to valid time-to-event data."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields as fields_of
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from posthaz.cohort.argument import ill_typed
from posthaz.cohort.cells import stated_cells, two_readings
from posthaz.cohort.cohort import Cohort, Dropped, Source
from posthaz.cohort.columns import Column
from posthaz.cohort.covariates import typed_covariates
from posthaz.cohort.derivation import Cut, Derivation, derived_values
from posthaz.cohort.draft import NAMING_ROLES, Draft, build_draft
from posthaz.cohort.levels import level_text
from posthaz.cohort.numbers import read_numbers
from posthaz.cohort.origin import origin_of
from posthaz.cohort.own_columns import (
    stated_columns,
    with_exit,
    with_own_columns,
    without_made_times,
)
from posthaz.cohort.quantities import counted
from posthaz.cohort.recurrent import after_first_event
from posthaz.cohort.rows import shown_rows
from posthaz.cohort.rules import DOUBTS, RULES, check_spec
from posthaz.cohort.rules.factors import levels_lost
from posthaz.cohort.rules.weights import weight_total
from posthaz.cohort.spec import CohortSpec
from posthaz.cohort.subset import cut_by_conditions, subset_rows
from posthaz.cohort.table import RECONSTRUCTED, SIMULATED, Table, read_table
from posthaz.errors import CohortError, Finding, Findings, nearest


def origin(frame: pd.DataFrame) -> str:
    """What the rows of a table were made from; empty for patients' records.

    Parameters
    ----------
    frame : DataFrame
        The table; its column ``reconstructed_from`` says which curve.

    Returns
    -------
    str
        In words.

    Examples
    --------
    >>> origin(pd.DataFrame({"reconstructed_from": ["clicks.csv", "clicks.csv"]}))
    'a printed curve (clicks.csv)'
    """
    if RECONSTRUCTED not in frame.columns:
        return ""
    named = [str(name) for name in frame[RECONSTRUCTED].dropna().unique()]
    return f"a printed curve ({', '.join(named)})" if named else ""


def reconstructed(table: Table) -> Iterator[Finding]:
    """Yield the doubt that belongs to reconstructed patients."""
    made_from = origin(table.frame)
    if made_from:
        what = (
            f"the patients were reconstructed from {made_from}: their times are as exact as the "
            "digitising, and nothing but the arm is known of them"
        )
        yield Finding(table.name, what, "nothing, when that is what you mean to analyse")


def read_cohort(
    table: str | Path | pd.DataFrame | Any,
    spec: CohortSpec | None = None,
    *,
    covariates: Sequence[str] = (),
    **fields: Any,
) -> Cohort:
    """Read a cohort from a table, and refuse it with every problem named at once.

    Parameters
    ----------
    table : str, Path or frame
        A file (CSV, Parquet, SAS, Stata, SPSS or a spreadsheet); or a frame of pandas, Polars,
        Arrow, DuckDB or another library that narwhals knows, which is not changed.
    spec : CohortSpec, optional
        Which column means what.
    covariates : sequence of str, optional
        Covariates that the analysis needs: they may not be missing. Kept are these, the
        treatment and the columns of `spec`; when only a treatment is named, every column
        that has no part in follow-up.
    **fields
        Fields of `CohortSpec`, instead of `spec` or in place of its values.

    Returns
    -------
    Cohort
        Valid follow-up in ``spec.unit``, with ordered factors and the doubts found.

    Raises
    ------
    CohortError
        When the table can't be read or breaks a rule; the message names rows and columns.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame(
    ...     {"os_mth": [3.5, 30.0, 12.0], "os_event": [1, 0, 1], "arm": ["PCI", "PCI", "none"]}
    ... )
    >>> cohort = read_cohort(
    ...     frame, time="os_mth", event="os_event", treatment="arm", treatment_reference="none"
    ... )
    >>> cohort.arms, cohort.event.tolist()
    (('none', 'PCI'), [True, False, True])
    """
    return checked_cohort(read_table(table), _stated(spec, fields), covariates)


def checked_cohort(
    read: Table,
    spec: CohortSpec,
    covariates: Sequence[str],
    found: Sequence[Finding] = (),
    *,
    all_columns: bool = True,
) -> Cohort:
    """A cohort of a table as read, refused with every problem named at once.

    Parameters
    ----------
    read : Table
        The table, of patients or of the distinct rows of a registry.
    spec : CohortSpec
        Which column means what.
    covariates : sequence of str
        Covariates that the analysis needs.
    found : sequence of Finding
        What is known to be wrong with the table beforehand.
    all_columns : bool
        Whether every column is kept where nothing but a treatment is named.

    Returns
    -------
    Cohort
        Valid follow-up.

    Raises
    ------
    CohortError
        When the table breaks a rule.
    """
    spec = with_treatment_role(spec)
    title = f"{read.name} can't be used as a cohort:"
    findings = Findings(list(found))
    read = with_own_columns(stated_cells(read, spec), stated_columns(spec), spec, findings)
    findings.raise_if_any(CohortError, title)
    spec = without_made_times(spec)
    header = [str(column) for column in read.frame.columns]
    needed = tuple(dict.fromkeys((*([spec.treatment] if spec.treatment else ()), *covariates)))
    read, spec = with_exit(read, spec, findings)
    findings.extend(
        two_readings(read, spec, _kept(spec, needed, header, all_columns and not covariates))
    )
    findings.raise_if_any(CohortError, title)
    derived, spec = derive_columns(read.frame, spec, read.name, findings, read.count)
    read = replace(read, frame=derived)
    findings.raise_if_any(CohortError, title)
    header = [str(column) for column in read.frame.columns]
    kept = _kept(spec, needed, header, all_columns and not covariates)
    if not header or not len(read.frame):
        findings.add(read.name, "the table is empty", "give one with a header and rows below it")
        findings.raise_if_any(CohortError, title)
    findings.extend(check_spec(spec, read.name, header, kept))
    inside, outside = subset_rows(read, spec, findings)
    frame, dropped = _complete(read, inside, spec, needed, findings)
    draft = build_draft(read, frame, spec, needed, kept)
    until_first, later = after_first_event(draft)
    if later:
        draft = build_draft(read, frame.loc[until_first], spec, needed, kept)
    draft = replace(draft, emptied=levels_lost(draft, {
        "by [cohort.where]": read.frame, 'by missing = "drop"': inside,
        'by recurrent = "first"': frame,
    }))  # fmt: skip
    if len(frame):
        for rule in RULES:
            findings.extend(rule(draft))
    findings.raise_if_any(CohortError, title)
    notices = tuple(notice for doubt in DOUBTS for notice in doubt(draft))
    notices += (*cut_by_conditions(read, spec, inside), *reconstructed(read))
    return _cohort(draft, read, (*outside, *dropped, *later), notices)


def _stated(spec: CohortSpec | None, fields: dict[str, Any]) -> CohortSpec:
    known = [field.name for field in fields_of(CohortSpec)]
    unknown = tuple(
        Finding(
            f"read_cohort, {name}",
            f"unknown argument '{name}' ({nearest(name, known)})",
            "use the fields of CohortSpec",
        )
        for name in fields
        if name not in known
    )
    columns = fields.get("columns", {})
    if not isinstance(columns, Mapping):
        what = f"columns is a {type(columns).__name__}"
        fix = 'give columns = {"age": Column("age")}, or covariates = ["age"] for names alone'
        unknown += (Finding("read_cohort, columns", what, fix),)
    unknown += tuple(ill_typed(fields))
    if unknown:
        raise CohortError.from_findings("The cohort can't be read:", unknown)
    if "event_codes" in fields:
        codes = {level_text(code): cause for code, cause in fields["event_codes"].items()}
        fields = fields | {"event_codes": codes}
    return replace(spec or CohortSpec(), **fields)


def with_treatment_role(spec: CohortSpec) -> CohortSpec:
    """Treatment and role say the same: each follows from the other."""
    treatment = spec.treatment or next(
        (name for name, column in spec.columns.items() if column.role == "treatment"), ""
    )
    if not treatment:
        return spec
    column = spec.columns.get(treatment, Column(treatment))
    if column.role:
        return replace(spec, treatment=treatment)
    columns = dict(spec.columns)
    if treatment in columns:
        columns[treatment] = replace(column, role="treatment")
    return replace(spec, treatment=treatment, columns=columns)


def _kept(
    spec: CohortSpec, needed: Sequence[str], header: Sequence[str], all_columns: bool
) -> tuple[str, ...]:
    named = dict.fromkeys((*spec.columns, *needed))
    if spec.columns or not all_columns:
        return tuple(named)
    roles = (*NAMING_ROLES, "duration")
    used = {SIMULATED, RECONSTRUCTED, *(getattr(spec, role) for role in roles)}
    return tuple(dict.fromkeys((*named, *(name for name in header if name not in used))))


def _complete(
    table: Table,
    frame: pd.DataFrame,
    spec: CohortSpec,
    needed: Sequence[str],
    findings: Findings,
) -> tuple[pd.DataFrame, tuple[Dropped, ...]]:
    """The rows that have every covariate of the analysis; the others refused or dropped."""
    present = [name for name in needed if name in frame.columns]
    missing = frame.loc[:, present].isna().to_numpy(dtype=bool)
    incomplete = missing.any(axis=1)
    if not incomplete.any():
        return frame, ()
    # a row of a registry's table stands for many, which have no numbers
    place = frame.index.to_numpy(dtype=int)
    count = np.ones(len(frame), dtype=int) if table.count is None else table.count[place]
    rows = () if table.count is not None else tuple((place[incomplete] + 1).tolist())
    lacking, total = int(count[incomplete].sum()), int(count.sum())
    counts = zip(present, (count @ missing).tolist(), strict=True)
    by_column = ", ".join(f"'{name}' in {counted(n, 'row')}" for name, n in counts if n)
    if spec.missing == "drop" and lacking < total:
        reason = f"missing a covariate of the analysis: {by_column}"
        return frame.loc[~incomplete], (Dropped(reason, rows, lacking),)
    findings.add(
        f"{table.name}, {shown_rows(rows) if rows else counted(lacking, 'row')}",
        f"{lacking} of {counted(total, 'row')} lack a covariate of the analysis ({by_column})",
        "leave the covariate out of the analysis"
        if lacking == total
        else 'complete them, or say missing = "drop" to leave these rows out (which is reported)',
    )
    return frame, ()


def _cohort(
    draft: Draft, table: Table, dropped: tuple[Dropped, ...], notices: tuple[Finding, ...]
) -> Cohort:
    spec, rows = draft.spec, len(draft.frame)
    cluster = _numbered(draft.values(spec.cluster)) if spec.cluster else None
    weight = draft.numbers["weight"].values if spec.weight else np.ones(rows)
    if spec.weight_kind == "probability":
        total, patients = weight_total(draft)
        weight = weight * (patients / total)
    return Cohort(
        entry=draft.entry.astype(float),
        lower=draft.lower.astype(float),
        upper=draft.upper.astype(float),
        cause=draft.cause.astype(int),
        subject=_numbered(draft.values(spec.subject)) if spec.subject else np.arange(rows),
        weight=weight if draft.count is None else weight * draft.count,
        covariates=typed_covariates(draft),
        columns={name: _column(draft, name) for name in draft.kept},
        row_number=draft.row_number,
        unit=spec.unit,
        source=Source(table.name, table.sha256, table.rows, table.simulated, origin(table.frame)),
        cluster=cluster,
        treatment=spec.treatment,
        dropped=dropped,
        notices=notices,
        event_coding="" if draft.coding is None else draft.coding.sentence,
        resolution=draft.resolution,
        weight_kind=spec.weight_kind,
        drop_missing=spec.missing == "drop",
        origin=origin_of(draft),
        recurrent=spec.recurrent == "all",
    )


def _column(draft: Draft, name: str) -> Column:
    column = draft.column(name)
    column = replace(column, levels=tuple(level_text(level) for level in column.levels))
    if name == draft.spec.treatment and not column.role:
        return replace(column, role="treatment")
    return column


def _numbered(names: pd.Series) -> np.ndarray:
    """Number of the subject or cluster in each row, from 0 in order of appearance."""
    return np.asarray(pd.factorize(names)[0], dtype=int)


def derive_columns(
    frame: pd.DataFrame,
    spec: CohortSpec,
    name: str,
    findings: Findings,
    count: np.ndarray | None = None,
) -> tuple[pd.DataFrame, CohortSpec]:
    """The table with the covariates that the specification derives, and what they mean.

    Parameters
    ----------
    frame : DataFrame
        The table; it is not changed.
    spec : CohortSpec
        Which column means what.
    name : str
        Name of the table, for messages.
    findings : Findings
        Where problems go.
    count : ndarray of int, shape (row,), optional
        Rows of a registry that each row stands for.

    Returns
    -------
    DataFrame
        With one more column for each derived covariate that could be computed.
    CohortSpec
        With the levels that cuts have.

    Examples
    --------
    >>> frame = pd.DataFrame({"age": [59, 60]})
    >>> column = Column("old", derived=Cut("age", (60,)))
    >>> spec = CohortSpec(columns={"old": column})
    >>> derive_columns(frame, spec, "x.csv", Findings())[0]["old"].tolist()
    ['<60', '>=60']
    """
    pending = {key: c.derived for key, c in spec.columns.items() if c.derived is not None}
    for key in [key for key in pending if key in frame.columns]:
        what = f"column '{key}' is derived, but the table has one of that name"
        findings.add(f"{name}, column '{key}'", what, "give the derived column another name")
        del pending[key]
    made: dict[str, pd.Series] = {}
    while ready := {k: d for k, d in pending.items() if set(d.sources) <= {*frame.columns, *made}}:
        for key, derivation in ready.items():
            sources = {source: made.get(source, frame.get(source)) for source in derivation.sources}
            numbers = {s: read_numbers(pd.Series(values)) for s, values in sources.items()}
            del pending[key]
            problems = list(_unusable(key, numbers, name, count))
            findings.extend(problems)
            if not problems:
                arrays = {s: number.values for s, number in numbers.items()}
                made[key] = derived_values(derivation, arrays).set_axis(frame.index)
    findings.extend(_sourceless(pending, spec.columns, list(frame.columns), name))
    columns = {key: _with_levels(column, spec.columns) for key, column in spec.columns.items()}
    return frame.assign(**made), replace(spec, columns=columns)


def _unusable(key: str, numbers: Mapping, name: str, count: np.ndarray | None) -> Iterator[Finding]:
    for source, number in numbers.items():
        if number.text.any():
            rows = shown_rows((np.flatnonzero(number.text) + 1).tolist())
            if count is not None:
                rows = counted(int(count[number.text].sum()), "row")
            yield Finding(
                f"{name}, {rows}, column '{source}'",
                f"text where '{key}' is derived from numbers",
                "give a number, or leave the cell empty",
            )


def _sourceless(
    pending: Mapping[str, Derivation],
    columns: Mapping[str, Column],
    header: list[str],
    name: str,
) -> Iterator[Finding]:
    for key, derivation in pending.items():
        absent = [s for s in derivation.sources if s not in header and s not in columns]
        for source in absent:
            yield Finding(
                f"{name}, derived column '{key}'",
                f"there is no column '{source}' to derive it from ({nearest(source, header)})",
                "correct the name",
            )
        if not absent:
            yield Finding(
                f"{name}, derived column '{key}'",
                f"'{"', '".join(derivation.sources)}' can't be computed itself",
                "derive columns from columns of the table",
            )


def _with_levels(column: Column, columns: Mapping[str, Column]) -> Column:
    """A cut's own levels, and names for them with the unit of what was cut."""
    if not isinstance(column.derived, Cut):
        return column
    source = columns.get(column.derived.column)
    labels = column.level_labels or column.derived.level_labels(source.unit if source else "")
    return replace(column, levels=column.derived.levels, level_labels=labels)

"""Reading a cohort: table and specification to valid time-to-event data."""

from collections.abc import Mapping, Sequence
from dataclasses import fields as fields_of
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from posthaz.cohort.cohort import Cohort, Dropped, Source
from posthaz.cohort.columns import Column
from posthaz.cohort.covariates import typed_covariates
from posthaz.cohort.draft import NAMING_ROLES, Draft, build_draft
from posthaz.cohort.levels import level_text
from posthaz.cohort.rows import counted, shown_rows
from posthaz.cohort.rules import DOUBTS, RULES, check_spec
from posthaz.cohort.spec import CohortSpec
from posthaz.cohort.table import Table, read_table
from posthaz.errors import CohortError, Finding, Findings, nearest


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
    table : str, Path, DataFrame or object with ``to_pandas``
        A CSV or Parquet file, or a frame, which is not changed.
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
    spec = _with_treatment_role(_stated(spec, fields))
    read = read_table(table)
    title = f"{read.name} can't be used as a cohort:"
    findings = Findings()
    header = [str(column) for column in read.frame.columns]
    needed = tuple(dict.fromkeys((*([spec.treatment] if spec.treatment else ()), *covariates)))
    kept = _kept(spec, needed, covariates, header)
    if not header or not len(read.frame):
        findings.add(read.name, "the table is empty", "give one with a header and rows below it")
        findings.raise_if_any(CohortError, title)
    findings.extend(check_spec(spec, read.name, header, kept))
    frame, dropped = _complete(read, spec, needed, findings)
    draft = build_draft(read, frame, spec, needed, kept)
    if len(frame):
        for rule in RULES:
            findings.extend(rule(draft))
    findings.raise_if_any(CohortError, title)
    notices = tuple(notice for doubt in DOUBTS for notice in doubt(draft))
    return _cohort(draft, read, dropped, notices)


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
        mend = 'give columns = {"age": Column("age")}, or covariates = ["age"] for names alone'
        unknown += (Finding("read_cohort, columns", what, mend),)
    if unknown:
        raise CohortError.from_findings("The cohort can't be read:", unknown)
    return replace(spec or CohortSpec(), **fields)


def _with_treatment_role(spec: CohortSpec) -> CohortSpec:
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
    spec: CohortSpec, needed: Sequence[str], covariates: Sequence[str], header: Sequence[str]
) -> tuple[str, ...]:
    named = dict.fromkeys((*spec.columns, *needed))
    if spec.columns or covariates:
        return tuple(named)
    used = {getattr(spec, role) for role in NAMING_ROLES}
    return tuple(dict.fromkeys((*named, *(name for name in header if name not in used))))


def _complete(
    table: Table, spec: CohortSpec, needed: Sequence[str], findings: Findings
) -> tuple[pd.DataFrame, tuple[Dropped, ...]]:
    """The rows that have every covariate of the analysis; the others refused or dropped."""
    present = [name for name in needed if name in table.frame.columns]
    missing = table.frame.loc[:, present].isna().to_numpy(dtype=bool)
    incomplete = missing.any(axis=1)
    rows = np.flatnonzero(incomplete) + 1
    if not len(rows):
        return table.frame, ()
    counts = zip(present, missing.sum(axis=0).tolist(), strict=True)
    by_column = ", ".join(f"'{name}' in {counted(n, 'row')}" for name, n in counts if n)
    total = len(table.frame)
    if spec.missing == "drop" and len(rows) < total:
        reason = f"missing a covariate of the analysis: {by_column}"
        dropped = Dropped(reason, tuple(int(row) for row in rows))
        return table.frame.loc[~incomplete], (dropped,)
    findings.add(
        f"{table.name}, {shown_rows(rows)}",
        f"{len(rows)} of {counted(total, 'row')} lack a covariate of the analysis ({by_column})",
        "leave the covariate out of the analysis"
        if len(rows) == total
        else 'complete them, or say missing = "drop" to leave these rows out (which is reported)',
    )
    return table.frame, ()


def _cohort(
    draft: Draft, table: Table, dropped: tuple[Dropped, ...], notices: tuple[Finding, ...]
) -> Cohort:
    spec, rows = draft.spec, len(draft.frame)
    cluster = _numbered(draft.values(spec.cluster)) if spec.cluster else None
    return Cohort(
        entry=draft.entry.astype(float),
        lower=draft.lower.astype(float),
        upper=draft.upper.astype(float),
        cause=draft.cause.astype(int),
        subject=_numbered(draft.values(spec.subject)) if spec.subject else np.arange(rows),
        weight=draft.numbers["weight"].values if spec.weight else np.ones(rows),
        covariates=typed_covariates(draft),
        columns={name: _column(draft, name) for name in draft.kept},
        row_number=draft.row_number,
        unit=spec.unit,
        source=Source(table.name, table.sha256, len(table.frame)),
        cluster=cluster,
        treatment=spec.treatment,
        dropped=dropped,
        notices=notices,
        event_coding="" if draft.coding is None else draft.coding.sentence,
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

"""What is to be read of a registry: files, columns and their types, before any row is read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from posthaz.cohort.draft import NAMING_ROLES
from posthaz.cohort.quantities import counted
from posthaz.cohort.read import with_treatment_role
from posthaz.cohort.registry.parts import Part, find_parts
from posthaz.cohort.rows import listed
from posthaz.cohort.rules import check_spec
from posthaz.cohort.spec import CohortSpec
from posthaz.cohort.table import RECONSTRUCTED, SIMULATED
from posthaz.errors import CohortError, Finding, Findings

_FILES_NAMED = 3


@dataclass(frozen=True)
class Plan:
    """What is read of a registry.

    Parameters
    ----------
    name : str
        Name of the registry.
    parts : tuple of Part
        Its files.
    spec : CohortSpec
        Which column means what, without columns that no one asked for.
    kept : tuple of str
        Covariates that the cohort keeps.
    columns : tuple of str
        Columns to read, by which rows are told apart; without weight and subject.
    """

    name: str
    parts: tuple[Part, ...]
    spec: CohortSpec
    kept: tuple[str, ...]
    columns: tuple[str, ...]


def plan_registry(source: str | Path, spec: CohortSpec, covariates: Sequence[str]) -> Plan:
    """Find the files of a registry and check that they have what is asked for.

    Parameters
    ----------
    source : str or Path
        A file, a folder or a glob.
    spec : CohortSpec
        Which column means what.
    covariates : sequence of str
        Covariates of the analysis; those of `spec` when none are named.

    Returns
    -------
    Plan
        Files and columns.

    Raises
    ------
    CohortError
        When files or columns are missing; the message names all of them.
    """
    name, parts = find_parts(source)
    spec = with_treatment_role(spec)
    treatment = [spec.treatment] if spec.treatment else []
    kept = tuple(dict.fromkeys((*treatment, *(covariates or spec.columns))))
    asked = tuple(dict.fromkeys((*kept, *(c.column for c in spec.where.conditions))))
    sources = _sources(spec, asked)
    described = {c: spec.columns[c] for c in (*asked, *sources) if c in spec.columns}
    spec = replace(spec, columns=described)
    header = tuple(dict.fromkeys(column.strip() for part in parts for column in part.columns))
    in_table = [c for c in asked if c not in described or described[c].derived is None]
    findings = Findings()
    findings.extend(check_spec(spec, name, header, in_table))
    for one in (c for c in described.values() if c.taken_from or c.convert):
        findings.add(f"{name}, column '{one.name}'", "a registry's columns are read as they stand",
                     "convert it where the registry is made")  # fmt: skip
    if spec.duration:
        findings.add(f"{name}, duration", "a registry's times are read as they stand",
                     "give a column of the time at which follow-up ends")  # fmt: skip
    apart = [getattr(spec, role) for role in NAMING_ROLES if role not in ("weight", "subject")]
    wanted = dict.fromkeys((*(column for column in apart if column), *in_table, *sources))
    for said in (SIMULATED, RECONSTRUCTED):
        if all(said in part.columns for part in parts):
            wanted[said] = None
    columns = tuple(column for column in wanted if column in header)
    read = (*columns, *(c for c in (spec.weight, spec.subject) if c in header))
    findings.extend(_columns_in_part(parts, read))
    findings.extend(_alike_but_for_capitals(parts, read))
    findings.raise_if_any(CohortError, f"{name} can't be used as a cohort:")
    return Plan(name, parts, spec, kept, columns)


def _sources(spec: CohortSpec, kept: Sequence[str]) -> tuple[str, ...]:
    """Columns from which derived covariates are computed, at any remove."""
    found: dict[str, None] = {}
    open_ = list(kept)
    while open_:
        column = spec.columns.get(open_.pop())
        new = column.derived.sources if column is not None and column.derived else ()
        open_ += [source for source in new if source not in found]
        found.update(dict.fromkeys(new))
    return tuple(found)


def _columns_in_part(parts: Sequence[Part], columns: Sequence[str]) -> Iterator[Finding]:
    """Columns that some files have and others don't."""
    for column in columns:
        lacking = [p.name for p in parts if column not in [name.strip() for name in p.columns]]
        if lacking:
            names = listed([f"'{name}'" for name in lacking[:_FILES_NAMED]])
            more = len(lacking) - _FILES_NAMED
            names += f" and {more} more" if more > 0 else ""
            yield Finding(
                f"{counted(len(lacking), 'file')} of {len(parts)} ({names})",
                f"there is no column '{column}'",
                "add the column, with empty cells where it is unknown, or leave the files out",
            )


def _alike_but_for_capitals(parts: Sequence[Part], columns: Sequence[str]) -> Iterator[Finding]:
    """Parquet columns that SQL can't tell apart."""
    for part in parts:
        names = [name.strip() for name in part.columns] if not part.separator else []
        for column in columns:
            alike = [name for name in names if name.casefold() == column.casefold()]
            if len(alike) > 1:
                shown = listed([f"'{name}'" for name in alike])
                what = f"the columns {shown} differ only in capitals"
                yield Finding(part.name, what, "rename one of them")

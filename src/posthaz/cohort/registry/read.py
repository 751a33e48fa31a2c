"""Reading a registry: files larger than memory to a cohort of distinct rows."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from posthaz.cohort.cohort import Cohort
from posthaz.cohort.quantities import counted
from posthaz.cohort.registry.connection import grouping_connection, refusing
from posthaz.cohort.registry.distinct import distinct_cohort, file_hash, joint_hash
from posthaz.cohort.registry.grouping import column_types, grouped_rows
from posthaz.cohort.registry.plan import Plan, plan_registry
from posthaz.cohort.registry.relation import relation
from posthaz.cohort.rows import shown_values
from posthaz.cohort.spec import CohortSpec
from posthaz.errors import Finding


def read_registry(
    source: str | Path,
    spec: CohortSpec,
    covariates: Sequence[str] = (),
    memory: str = "1GB",
    folder: str | Path | None = None,
) -> Cohort:
    """Read a registry that doesn't fit in memory as a cohort of its distinct rows.

    DuckDB groups the rows, on disk where memory doesn't suffice. The distinct rows are held to
    the rules of `read_cohort`; a message says how many of the registry's rows a problem has.

    Parameters
    ----------
    source : str or Path
        A Parquet or CSV file, a folder with such files at any depth, or a glob. Folders named
        ``year=2001`` give a column.
    spec : CohortSpec
        Which column means what. Name the levels of factors whose order matters. A subject is
        used to check that its rows don't overlap and is not kept.
    covariates : sequence of str, optional
        Covariates that the analysis needs. Kept are these and the treatment; when none are
        named, those of `spec`. Each one more makes more rows distinct.
    memory : str
        What grouping may use, such as ``"1GB"``; also what the distinct rows may take.
    folder : str or Path, optional
        Where to put what exceeds `memory` while grouping; the system's temporary folder when
        not given.

    Returns
    -------
    Cohort
        One row for each distinct row, in an order that depends on their values alone. Its
        weights count the registry's rows (times case weights), and so does ``source.rows``.

    Raises
    ------
    CohortError
        When files can't be read, columns are missing, a rule is broken, or too many rows are
        distinct.

    Examples
    --------
    >>> import tempfile
    >>> import pandas as pd
    >>> from posthaz.cohort import CohortSpec
    >>> folder = Path(tempfile.mkdtemp())
    >>> frame = pd.DataFrame({"months": [3, 8, 3, 3], "dead": [1, 0, 1, 1], "sex": list("fmfm")})
    >>> frame.to_parquet(folder / "registry.parquet")
    >>> spec = CohortSpec(time="months", event="dead")
    >>> cohort = read_registry(folder / "registry.parquet", spec, ["sex"])
    >>> cohort.source.rows, len(cohort), cohort.weight.tolist()
    (4, 3, [2.0, 1.0, 1.0])
    """
    plan = plan_registry(source, spec, covariates)
    found, doubts = (), ()
    with grouping_connection(memory, folder) as connection:
        types = column_types(connection, plan)
        if spec.subject:
            found = tuple(subject_findings(connection, plan, types))
            doubts = tuple(rows_for_patients(connection, plan, types))
        grouped = grouped_rows(connection, plan, plan.parts, types, memory)
    sha256 = joint_hash(plan.parts, [file_hash(part.path) for part in plan.parts])
    cohort = distinct_cohort(
        grouped, replace(plan, spec=replace(plan.spec, subject="")), sha256, found
    )
    return replace(cohort, notices=(*cohort.notices, *doubts))


def rows_for_patients(
    connection: duckdb.DuckDBPyConnection, plan: Plan, types: dict[str, str]
) -> Iterator[Finding]:
    """Yield the doubt that belongs to subjects of several rows: distinct rows know no patients."""
    with refusing(plan.name):
        rows, subjects = connection.sql(
            "SELECT count(k0), count(DISTINCT k0) "
            f"FROM ({relation(plan.parts, [plan.spec.subject], types)})"
        ).fetchall()[0]
    if rows > subjects:
        yield Finding(
            f"{plan.name}, column '{plan.spec.subject}'",
            f"{subjects:,} subjects have {rows:,} rows, each of which counts as a patient in "
            "numbers of patients, lengths of follow-up and answers averaged over patients; events "
            "of one subject count as those of several",
            "read hazard ratios and Kaplan-Meier, or take the rows of each subject by read_cohort",
        )


_SHOWN = 5


def subject_findings(
    connection: duckdb.DuckDBPyConnection, plan: Plan, types: dict[str, str]
) -> Iterator[Finding]:
    """Yield rows without a subject, and rows that overlap an earlier one of the same subject.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        Where to look, out of core.
    plan : Plan
        A registry whose specification names a subject.
    types : dict of str to str
        From `column_types`.

    Yields
    ------
    Finding
        One a rule.
    """
    spec = plan.spec
    follow_up = [c for c in (spec.entry, spec.time, spec.lower, spec.upper) if c]
    columns = [spec.subject, *follow_up]
    decimal = plan.parts[0].separator not in ("", ",")

    def number(column: str) -> str:
        text = f"k{columns.index(column)}"
        return f"TRY_CAST({f"replace({text}, ',', '.')" if decimal else text} AS DOUBLE)"

    entry = f"coalesce({number(spec.entry)}, 0)" if spec.entry else "0.0"
    end = (
        number(spec.time) if spec.time else f"coalesce({number(spec.upper)}, {number(spec.lower)})"
    )
    rows = relation(plan.parts, columns, types)
    query = f"""
        WITH follow_up AS (SELECT k0 AS subject, {entry} AS entry, {end} AS stop FROM ({rows})),
        one_by_one AS (
            SELECT *, lag(stop) OVER (PARTITION BY subject ORDER BY entry, stop) AS before
            FROM follow_up
        ),
        judged AS (
            SELECT subject, entry < before - 1e-9 * greatest(abs(before), 1) AS is_overlap
            FROM one_by_one
        )
        SELECT count(*) FILTER (WHERE subject IS NULL),
               count(*) FILTER (WHERE is_overlap AND subject IS NOT NULL),
               min(subject, {_SHOWN}) FILTER (WHERE is_overlap AND subject IS NOT NULL)
        FROM judged
    """
    with refusing(plan.name):
        missing, overlapping, shown = connection.sql(query).fetchall()[0]
    place = f"{plan.name}, {{}}, column '{spec.subject}'"
    if missing:
        rows = counted(missing, "row")
        yield Finding(place.format(rows), "the subject is missing", "name the subject")
    if overlapping:
        fix = "let each row of a subject begin where the one before it ends"
        if not spec.entry:
            fix = "name the column of entry times, or leave out subject when rows are patients"
        what = f"follow-up overlaps an earlier row of the same subject ({shown_values(shown)})"
        yield Finding(place.format(counted(overlapping, "row")), what, fix)

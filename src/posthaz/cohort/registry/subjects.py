"""Rules on subjects, which grouped rows can't be asked any more: checked before grouping."""

from collections.abc import Iterator

import duckdb

from posthaz.cohort.quantities import counted
from posthaz.cohort.registry.connection import refusing
from posthaz.cohort.registry.plan import Plan
from posthaz.cohort.registry.relation import relation
from posthaz.cohort.rows import shown_values
from posthaz.errors import Finding

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

"""Grouping by DuckDB: files to distinct rows with counts, out of core."""

from collections.abc import Sequence

import duckdb
import pyarrow as pa

from posthaz.cohort.csv_text import refused
from posthaz.cohort.registry.connection import memory_bytes, refusing
from posthaz.cohort.registry.parts import Part
from posthaz.cohort.registry.plan import Plan
from posthaz.cohort.registry.relation import described, plain_type, relation

_BYTES_A_VALUE = 32  # of a distinct row: in Arrow, in pandas, and while it is checked


def column_types(connection: duckdb.DuckDBPyConnection, plan: Plan) -> dict[str, str]:
    """SQL type of each column of Parquet files, common to all of them; CSV is text."""
    if plan.parts[0].separator:
        return {}
    with refusing(plan.name):
        rows = connection.sql(described(plan.parts)).fetchall()
    return {str(name).strip(): plain_type(str(found)) for name, found, *_ in rows}


def grouped_rows(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    parts: Sequence[Part],
    types: dict[str, str],
    memory: str,
) -> pa.Table:
    """Distinct rows of some files, with how many rows each stands for.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        Where to group.
    plan : Plan
        What is read.
    parts : sequence of Part
        Files, all of the plan's or some.
    types : dict of str to str
        From `column_types`.
    memory : str
        What the distinct rows may take.

    Returns
    -------
    pyarrow.Table
        In order, since files are grouped in none: columns ``k0``, ``k1``, ... of the plan;
        ``rows``; and where there is a weight, ``weight``, its sum, and ``bad``, the weights that
        can't be added up.

    Raises
    ------
    CohortError
        When a file can't be read, or there are too many distinct rows.
    """
    weight, at = plan.spec.weight, len(plan.columns)
    columns = (*plan.columns, weight) if weight else plan.columns
    keys = ", ".join(f"k{i}" for i in range(at))
    measured = "CAST(count(*) AS BIGINT) AS rows"
    if weight:
        number = f"TRY_CAST(k{at} AS DOUBLE)"
        usable = f"coalesce({number} > 0 AND isfinite({number}), false)"
        keys += f", CASE WHEN {usable} THEN '' ELSE coalesce(CAST(k{at} AS VARCHAR), 'NA') END bad"
        measured += f", fsum(CASE WHEN {usable} THEN {number} END) AS weight"
    query = f"SELECT {keys}, {measured} FROM ({relation(parts, columns, types, weight)})"
    with refusing(plan.name):
        connection.execute(f"CREATE OR REPLACE TEMP TABLE grouped AS {query} GROUP BY ALL")
        (distinct,) = connection.sql("SELECT count(*) FROM grouped").fetchall()[0]
        needed = distinct * (len(columns) + 1) * _BYTES_A_VALUE
        if needed > memory_bytes(memory):
            raise refused(
                plan.name,
                f"it has {distinct} distinct rows, which take about {needed / 1e9:.1f} GB",
                "round times (to months, say), group what is measured, name fewer covariates, "
                f"or give more memory than {memory}",
            )
        return connection.sql("FROM grouped ORDER BY ALL").to_arrow_table()


def combined_rows(tables: Sequence[pa.Table]) -> pa.Table:
    """Partial counts of the same registry added up.

    Parameters
    ----------
    tables : sequence of pyarrow.Table
        From `grouped_rows`.

    Returns
    -------
    pyarrow.Table
        The same columns, each distinct row once.
    """
    if len(tables) == 1:
        return tables[0]
    together = pa.concat_tables(tables)
    keys = [name for name in together.column_names if name not in ("rows", "weight")]
    sums = "CAST(sum(rows) AS BIGINT) AS rows"
    sums += ", fsum(weight) AS weight" if "weight" in together.column_names else ""
    with duckdb.connect() as connection:
        connection.register("together", together)
        query = f"SELECT {', '.join([*keys, sums])} FROM together GROUP BY ALL"
        return connection.sql(f"{query} ORDER BY ALL").to_arrow_table()

"""SQL that reads chosen columns of a registry's files, cleaned as `read_table` cleans them."""

import glob
from collections.abc import Mapping, Sequence
from itertools import groupby

from posthaz.cohort.csv_text import MISSING_WORDS
from posthaz.cohort.registry.parts import Part

_BLANKS = r"E' \t\n\r\x0b\x0c'"
_AS_DOUBLE = ("DECIMAL", "HUGEINT", "UHUGEINT")
_AS_THEY_ARE = (
    "BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER",
    "UBIGINT", "FLOAT", "DOUBLE", "DATE", "TIMESTAMP",
)  # fmt: skip


def quoted(name: str) -> str:
    """A column name as SQL writes it.

    Examples
    --------
    >>> quoted('stage "T" x')
    '"stage ""T"" x"'
    """
    return '"' + name.replace('"', '""') + '"'


def text_literal(text: str) -> str:
    """Text as SQL writes it.

    Examples
    --------
    >>> print(text_literal("O'Neill"))
    'O''Neill'
    """
    return "'" + text.replace("'", "''") + "'"


def plain_type(found: str) -> str:
    """Type to which a column of Parquet files is cast, so that every file gives the same.

    Examples
    --------
    >>> plain_type("DECIMAL(9,2)"), plain_type("BIGINT"), plain_type("ENUM('a', 'b')")
    ('DOUBLE', 'BIGINT', 'VARCHAR')
    """
    if found.startswith(_AS_DOUBLE):
        return "DOUBLE"
    return found if found.startswith(_AS_THEY_ARE) and "[" not in found else "VARCHAR"


def relation(
    parts: Sequence[Part], columns: Sequence[str], types: Mapping[str, str], weight: str = ""
) -> str:
    """A query that gives the columns, named ``k0``, ``k1``, ..., of every row of the files.

    Parameters
    ----------
    parts : sequence of Part
        Files of one kind.
    columns : sequence of str
        Columns without blanks around their names.
    types : mapping of str to str
        SQL type of each column of Parquet files.
    weight : str, optional
        Column that must be a number, whose decimal comma is read as a point.

    Returns
    -------
    str
        The query.
    """

    def alike(part: Part) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
        # Parquet files name their columns, CSV files are read by position
        return part.separator, part.columns if part.separator else (), part.folders

    queries = []
    for _, files in groupby(sorted(parts, key=alike), key=alike):
        same = list(files)
        read = _csv_columns if same[0].separator else _parquet_columns
        expressions = [
            f"{expression} AS k{at}"
            for at, expression in enumerate(read(same[0], columns, types, weight))
        ]
        queries.append(f"SELECT {', '.join(expressions)} FROM {_reader(same)}")
    return " UNION ALL ".join(queries)


def described(parts: Sequence[Part]) -> str:
    """A query that tells names and types of all columns of Parquet files."""
    return f"DESCRIBE SELECT * FROM {_reader(parts)}"


def _reader(parts: Sequence[Part]) -> str:
    paths = ", ".join(text_literal(glob.escape(part.path)) for part in parts)
    partitioned = "true" if parts[0].folders else "false"
    if not parts[0].separator:
        return (
            f"read_parquet([{paths}], union_by_name = true, hive_partitioning = {partitioned}, "
            "hive_types_autocast = false)"
        )
    own = len(parts[0].columns) - len(_added(parts[0]))
    columns = ", ".join(f"'c{at}': 'VARCHAR'" for at in range(own))
    return (
        f"read_csv([{paths}], auto_detect = false, header = true, columns = {{{columns}}}, "
        f"delim = {text_literal(parts[0].separator)}, quote = '\"', escape = '\"', "
        f"hive_partitioning = {partitioned}, hive_types_autocast = false)"
    )


def _added(part: Part) -> tuple[str, ...]:
    """Columns that only folders give; they stand last."""
    before = len(part.columns)
    while before and part.columns[before - 1] in part.folders:
        before -= 1
    return part.columns[before:]


def _csv_columns(
    part: Part, columns: Sequence[str], types: Mapping[str, str], weight: str
) -> list[str]:
    header, added = [column.strip() for column in part.columns], _added(part)
    missing = ", ".join(text_literal(word) for word in MISSING_WORDS)
    expressions = []
    for column in columns:
        at = header.index(column)
        inside = at < len(header) - len(added)
        trimmed = f"trim({f'c{at}' if inside else quoted(column)}, {_BLANKS})"
        clean = f"CASE WHEN {trimmed} IN ({missing}) THEN NULL ELSE {trimmed} END"
        comma = column == weight and part.separator != ","
        expressions.append(f"replace({clean}, ',', '.')" if comma else clean)
    return expressions


def _parquet_columns(
    part: Part, columns: Sequence[str], types: Mapping[str, str], weight: str
) -> list[str]:
    expressions = []
    for column in columns:
        written = next(name for name in part.columns if name.strip() == column)
        value = f"CAST({quoted(written)} AS {types[column]})"
        is_text = types[column] == "VARCHAR"
        expressions.append(f"nullif(trim({value}, {_BLANKS}), '')" if is_text else value)
    return expressions

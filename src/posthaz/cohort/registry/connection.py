"""DuckDB within a limit of memory, and its errors as errors of the table."""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from posthaz.cohort.csv_text import refused
from posthaz.errors import CohortError

_MEMORY = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([KMGT])i?B\s*", re.IGNORECASE)
_POWERS = {"K": 3, "M": 6, "G": 9, "T": 12}
_ADVICE = re.compile(r"(?s)\n\s*(Possible|LINE \d|\n).*")


def memory_bytes(memory: str) -> float:
    """Bytes of a text such as ``"1GB"``.

    Raises
    ------
    CohortError
        When it is none.

    Examples
    --------
    >>> memory_bytes("1.5 GB")
    1500000000.0
    """
    match = _MEMORY.fullmatch(memory) if isinstance(memory, str) else None
    if match is None or not float(match[1]):
        raise CohortError(f"memory = {memory!r} is no amount", fix="give one, as '1GB' or '500MB'")
    return float(match[1]) * 10 ** _POWERS[match[2].upper()]


@contextmanager
def grouping_connection(
    memory: str, folder: str | Path | None, threads: int | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB connection within a limit of memory, spilling to a folder that is removed after.

    Parameters
    ----------
    memory : str
        What it may use, such as ``"1GB"``.
    folder : str or Path, optional
        Where to spill; the system's temporary folder when not given.
    threads : int, optional
        Threads; one a core when not given.

    Yields
    ------
    duckdb.DuckDBPyConnection
        The connection.
    """
    allowed = memory_bytes(memory)
    try:
        spill = tempfile.TemporaryDirectory(prefix="posthaz-", dir=folder)
    except OSError as error:
        raise CohortError(
            f"{folder}: nothing can be written there ({error.strerror})",
            fix="name a folder with free space",
        ) from error
    with spill as temporary:
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": f"{allowed / 1e6:.0f}MB",
            "temp_directory": temporary,
            "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        if threads is not None:
            settings["threads"] = threads
        with duckdb.connect(config=settings) as connection:
            connection.execute("SET enable_progress_bar = false")
            yield connection


@contextmanager
def refusing(name: str) -> Iterator[None]:
    """Turn what DuckDB can't read into the error of a table that can't be read."""
    try:
        yield
    except duckdb.ParserException:
        raise  # a fault of the query, not of the file
    except duckdb.OutOfMemoryException as error:
        raise refused(
            name,
            f"grouping its rows took more than was allowed ({_reason(error)})",
            "give more memory, a folder with more free space, or fewer covariates",
        ) from error
    except duckdb.Error as error:
        raise refused(
            name, _reason(error), "write the file again, as Parquet or as CSV in UTF-8"
        ) from error


def _reason(error: duckdb.Error) -> str:
    """What DuckDB says, without its suggestions, on one line."""
    text = str(error)
    file = re.search(r"file = (\S+)", text)
    said = " ".join(_ADVICE.sub("", text).split())
    return f"{Path(file[1]).name}: {said}" if file else said

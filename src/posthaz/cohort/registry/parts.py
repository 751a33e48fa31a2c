"""The files of a registry: which there are, and what columns each has."""

import csv
import glob
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from posthaz.cohort.csv_text import csv_header, duplicate_names, refused, without_preamble
from posthaz.cohort.table import CSV_ENDINGS, PARQUET_ENDINGS, SIMULATED
from posthaz.errors import CohortError, Finding, Findings

_HEADER_BYTES = 1_000_000


@dataclass(frozen=True)
class Part:
    """One file of a registry.

    Parameters
    ----------
    path : str
        Where it is.
    name : str
        Its path inside the registry, for messages.
    columns : tuple of str
        Its columns as written, in order; those of a folder such as ``year=2001`` last.
    separator : str
        What parts the columns of a CSV file; empty for Parquet.
    folders : tuple of str
        Columns that the names of its folders give.
    simulated : bool
        Whether its metadata say so.
    """

    path: str
    name: str
    columns: tuple[str, ...]
    separator: str = ""
    folders: tuple[str, ...] = ()
    simulated: bool = False


def find_parts(source: str | Path) -> tuple[str, tuple[Part, ...]]:
    """Find and describe the files of a registry.

    Parameters
    ----------
    source : str or Path
        A Parquet or CSV file, a folder with such files at any depth, or a glob.

    Returns
    -------
    name : str
        Name of the registry.
    parts : tuple of Part
        Its files in order of their names.

    Raises
    ------
    CohortError
        When there is no such file, or one can't be read.
    """
    root, files = _files(source)
    parquet = [path.suffix.lower() in PARQUET_ENDINGS for path in files]
    if any(parquet) and not all(parquet):
        raise refused(
            str(source),
            "the folder holds Parquet and CSV files",
            f'name one kind, as "{Path(source) / "**" / "*.parquet"}"',
        )
    findings, parts = Findings(), []
    for path in files:
        try:
            parts.append(_part(path, path.relative_to(root)))
        except CohortError as error:
            findings.extend(error.findings)
    name = Path(source).name
    findings.raise_if_any(CohortError, f"{name} can't be read as a registry:")
    return name, tuple(parts)


def _files(source: str | Path) -> tuple[Path, list[Path]]:
    """Folder that names are told from, and the files in order."""
    path = Path(source).absolute()
    endings = (*PARQUET_ENDINGS, *CSV_ENDINGS)
    listed = ", ".join(endings)
    if path.is_file():
        if path.suffix.lower() not in endings:
            raise refused(path.name, f"'{path.suffix}' files are not read", f"give {listed}")
        return path.parent, [path]
    if path.is_dir():
        root, found = path, sorted(path.rglob("*"))
    elif glob.has_magic(str(source)):
        fixed = next(parent for parent in path.parents if not glob.has_magic(str(parent)))
        root, found = fixed, sorted(fixed.glob(str(path.relative_to(fixed))))
    else:
        raise refused(str(source), "there is no such file or folder", "correct the path")
    inside = [
        file
        for file in found
        if file.is_file()
        and file.suffix.lower() in endings
        and not any(piece.startswith((".", "_")) for piece in file.relative_to(root).parts)
    ]
    if not inside:
        what = f"no file here ends in one of {listed}"
        raise refused(str(source), what, "correct the path, or write the registry as Parquet")
    return root, inside


def _part(path: Path, inside: Path) -> Part:
    folders = tuple(piece.split("=")[0] for piece in inside.parts[:-1] if "=" in piece)
    name, simulated = str(inside), False
    if path.suffix.lower() in PARQUET_ENDINGS:
        separator = ""
        columns, simulated = _parquet_header(path, name)
    else:
        separator, columns = _csv_header(path, name)
    twice = duplicate_names([column.strip() for column in columns], name)
    if twice:
        raise CohortError.from_findings(name, tuple(twice))
    added = tuple(folder for folder in folders if folder not in columns)
    return Part(str(path), name, (*columns, *added), separator, folders, simulated)


def _parquet_header(path: Path, name: str) -> tuple[tuple[str, ...], bool]:
    try:
        schema = pq.read_schema(path)
    except (pa.ArrowException, ValueError, OSError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise _unreadable(name, f"not a readable Parquet file ({reason})") from error
    metadata = schema.metadata or {}
    return tuple(schema.names), metadata.get(SIMULATED.encode(), b"").lower() == b"true"


def _csv_header(path: Path, name: str) -> tuple[str, tuple[str, ...]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            head = file.read(_HEADER_BYTES)
            if without_preamble(head) != ("", head):
                finding = Finding(name, "a line stands before the header", "remove that line")
                raise CohortError.from_findings(name, (finding,))
            separator, header = csv_header(head)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _unreadable(name, f"not readable UTF-8 text ({error})") from error
    if not header:
        finding = Finding(name, "the file is empty", "remove it, or write it again")
        raise CohortError.from_findings(name, (finding,))
    return separator, tuple(header)


def _unreadable(name: str, what: str) -> CohortError:
    return refused(name, what, "write the file again")

"""A TOML file as its user wrote it: its values, and errors that show the line."""

import re
import tomllib
from pathlib import Path
from typing import Any

from posthaz.errors import Finding, SpecError, nearest
from posthaz.files import file_bytes

_LONGEST_PATH = 200
MOST_BYTES = 4_000_000
"""Largest analysis file: a hundred times the longest of the catalogue."""


def shown_path(path: Path) -> str:
    """The file as the user would name it: from the working folder when it lies below."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except (ValueError, OSError, RuntimeError):
        return shown_name(path)


def shown_name(path: Path) -> str:
    """A path in a message, cut where it is long enough to hide the rest."""
    text = str(path)
    return text if len(text) <= _LONGEST_PATH else f"{text[:_LONGEST_PATH]}..."


def toml_hint(path: Path) -> str:
    """The nearest name of a TOML file in the same folder, in brackets; empty without any."""
    try:
        there = sorted(other.name for other in path.parent.glob("*.toml"))
    except (OSError, ValueError):
        return ""
    return f" ({nearest(path.name[:_LONGEST_PATH], there)})" if there else ""


def outside_finding(where: str, path: Path) -> Finding:
    """What is said of a file that lies outside the folder of the one that names it."""
    return Finding(
        where,
        f"{shown_name(path)} is outside the folder of the file that names it",
        "put it into that folder or below, or say --allow-outside where you trust the file "
        "(allow_outside=True in Python)",
    )


def quotable(path: Path) -> bool:
    """Whether lines of a file may be shown: it is called a TOML file, and no link to another."""
    return path.suffix.lower() == ".toml" and not path.is_symlink()


def read_toml_text(path: Path, shown: str) -> str:
    """Text of a TOML file.

    Parameters
    ----------
    path : Path
        The file.
    shown : str
        Its name in messages.

    Returns
    -------
    str
        Its text.

    Raises
    ------
    SpecError
        When it can't be read or is not UTF-8.
    """
    try:
        written = file_bytes(path, MOST_BYTES).decode("utf-8-sig")
        return written.replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise SpecError(
            f"{shown}: byte {error.start + 1} is not UTF-8", fix="save the file as UTF-8 text"
        ) from error
    except OSError as error:
        raise SpecError(
            f"{shown}: can't be read ({error.strerror or error})",
            fix="name a TOML file that you may read",
        ) from error


def parsed_toml(written: str, shown: str, *, quoted: bool = False) -> dict[str, Any]:
    """Values of a TOML text.

    Parameters
    ----------
    written : str
        The text.
    shown : str
        The file's name in messages.
    quoted : bool
        Show the line that is wrong, which only the file that the user named himself is for:
        one that another file names may be anything.

    Returns
    -------
    dict
        What TOML holds.

    Raises
    ------
    SpecError
        When it is not TOML; names line and column.
    """
    try:
        return tomllib.loads(written)
    except (ValueError, RecursionError) as error:  # a number of thousands of digits too
        message = str(error)
        place = re.search(r"\(at line (\d+), column (\d+)\)", message)
        reason = message[: place.start()].strip() if place else message
        lines = written.splitlines() or [""]
        line = int(place[1]) if place else len(lines)
        column = int(place[2]) if place else len(lines[-1]) + 1
        caret = f"\n    {lines[min(line, len(lines)) - 1]}\n    {' ' * (column - 1)}^ {reason}\n"
        raise SpecError(
            f"{shown}, line {line}, column {column}: not valid TOML{caret if quoted else ''}",
            fix="correct the line; text needs quotes, and every key stands once in its table",
        ) from error

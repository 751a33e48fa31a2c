"""A TOML file as its user wrote it: its values, and errors that show the line."""

import re
import tomllib
from pathlib import Path
from typing import Any

from posthaz.errors import SpecError


def shown_path(path: Path) -> str:
    """The file as the user would name it: from the working folder when it lies below."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return str(path)


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
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise SpecError(
            f"{shown}: byte {error.start + 1} is not UTF-8. Mend: save the file as UTF-8 text."
        ) from error
    except OSError as error:
        raise SpecError(
            f"{shown}: can't be read ({error.strerror}). Mend: check the file's permissions."
        ) from error


def parsed_toml(written: str, shown: str) -> dict[str, Any]:
    """Values of a TOML text.

    Parameters
    ----------
    written : str
        The text.
    shown : str
        The file's name in messages.

    Returns
    -------
    dict
        What TOML holds.

    Raises
    ------
    SpecError
        When it is not TOML; shows line and column.
    """
    try:
        return tomllib.loads(written)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        message = str(error)
        place = re.search(r"\(at line (\d+), column (\d+)\)", message)
        reason = message[: place.start()].strip() if place else message
        lines = written.splitlines() or [""]
        line = int(place[1]) if place else len(lines)
        column = int(place[2]) if place else len(lines[-1]) + 1
        caret = f"    {lines[min(line, len(lines)) - 1]}\n    {' ' * (column - 1)}^ {reason}"
        raise SpecError(
            f"{shown}, line {line}, column {column}: not valid TOML\n{caret}\n"
            "Mend: correct the line; text needs quotes, and every key stands once in its table."
        ) from error

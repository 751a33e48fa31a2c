"""Files read: only files, never devices, and only where they may be."""

import os
import re
import stat
from os.path import normpath
from pathlib import Path
from typing import TYPE_CHECKING, Any

from posthaz.errors import plain_line

if TYPE_CHECKING:
    import pandas as pd


_MISSING = "there is no such file"
_KINDS = (
    (stat.S_ISDIR, "it is a folder"),
    (stat.S_ISFIFO, "it is a pipe"),
    (stat.S_ISSOCK, "it is a socket"),
    (stat.S_ISCHR, "it is a device"),
    (stat.S_ISBLK, "it is a device"),
)


def unreadable(path: str | Path) -> str:
    """Why something can't be read as a file, found out without opening it; empty when it can.

    Parameters
    ----------
    path : str or Path
        The path.

    Returns
    -------
    str
        Reason, such as "it is a device".

    Examples
    --------
    >>> unreadable("/dev/zero")
    'it is a device'
    """
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116
    except FileNotFoundError:
        return _MISSING
    except OSError as error:
        return (error.strerror or "it can't be looked at").lower()
    except ValueError:
        return "no file can have this name"
    return next((reason for is_kind, reason in _KINDS if is_kind(mode)), "")


def file_bytes(path: str | Path, at_most: int | None = None) -> bytes:
    """Content of a file.

    Parameters
    ----------
    path : str or Path
        The file.
    at_most : int, optional
        Largest size in bytes.

    Returns
    -------
    bytes
        The content.

    Raises
    ------
    OSError
        When it can't be read, is no file but a folder, pipe, socket or device (these are never
        opened), or is larger; ``strerror`` says which.
    """
    reason = unreadable(path)
    if reason and reason != _MISSING:
        raise OSError(None, reason, str(path)[:200])
    if at_most is None:
        return Path(path).read_bytes()
    with Path(path).open("rb") as file:
        content = file.read(at_most + 1)
    if len(content) > at_most:
        raise OSError(None, f"it is larger than {at_most / 1e6:g} MB", str(path))
    return content


def place_below(named: str, folder: Path, root: Path | None = None) -> tuple[Path, bool]:
    """Where a file lies that another file names, and whether it may be read unasked.

    Parameters
    ----------
    named : str
        The file as it is named, relative to `folder`.
    folder : Path
        Folder of the file that names it.
    root : Path, optional
        Folder below which files may lie; `folder` without it.

    Returns
    -------
    path : Path
        The file.
    below : bool
        Whether it lies below `root` once links are followed.

    Examples
    --------
    >>> place_below("a/b.csv", Path("/x"))[1], place_below("../../etc/shadow", Path("/x"))[1]
    (True, False)
    """
    path = Path(normpath(folder / named))
    try:
        inside = path.resolve().is_relative_to((root or folder).resolve())
    except (OSError, ValueError, RuntimeError):
        inside = True  # too long, or a circle of links: there is no such file
    return path, inside


_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]")
"""What makes a spreadsheet compute a cell, in ordinary and in full width."""
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?%?")


def csv_text(frame: "pd.DataFrame") -> str:
    r"""A table as CSV.

    Text that a spreadsheet would take for a formula is given an apostrophe in front, as
    spreadsheets themselves write it; control characters and marks of direction are left out.

    Parameters
    ----------
    frame : DataFrame
        The table; its index is not written.

    Returns
    -------
    str
        Lines that end in ``\n``, a header first.

    Examples
    --------
    >>> import pandas as pd
    >>> csv_text(pd.DataFrame({"arm": ["=1+1", "PCI"], "hr": [-0.5, 1.0]}))
    "arm,hr\n'=1+1,-0.5\nPCI,1.0\n"
    """
    import pandas as pd  # here, because commands that write no table start without it

    columns = {at: _shown(frame.iloc[:, at]) for at in range(frame.shape[1])}
    shown = pd.DataFrame(columns, index=frame.index)
    header = [_cell(str(name)) for name in frame.columns]
    return shown.to_csv(index=False, header=header, lineterminator="\n")


def _shown(column: "pd.Series") -> "pd.Series":
    import pandas as pd

    types = pd.api.types
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(object)
    if not (types.is_object_dtype(column) or types.is_string_dtype(column)):
        return column
    return column.astype(object).map(_cell)


def _cell(value: Any) -> Any:
    """A cell; text without what a spreadsheet or a terminal would act on."""
    if isinstance(value, tuple | list):
        value = str(value)
    if not isinstance(value, str):
        return value
    text = plain_line(value)
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text

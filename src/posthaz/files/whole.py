"""Files written whole or not at all: a temporary name beside the target, then a rename."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from posthaz.errors import OutputError
from posthaz.files.names import check_below
from posthaz.files.stage import (
    STAGED,
    check_free,
    make_folder,
    move_together,
    remove_empty,
    stage_in,
)

_PREPARED: list[Path] = []
"""Folders that this process made beforehand, the deepest of each path last."""


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a temporary path to write to; rename it to `path` when the block ends well.

    Parameters
    ----------
    path : Path
        The file to be.

    Yields
    ------
    Path
        A temporary file on the same disk, with the same ending; removed if the block fails.

    Raises
    ------
    OutputError
        When the file can't be written (permission, full disk), or lies outside the folder that
        `staged_folder` is filling.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> with whole_file(folder / "a.txt") as temporary:
    ...     _ = temporary.write_text("whole")
    >>> (folder / "a.txt").read_text()
    'whole'
    """
    stage = STAGED.get()
    if stage is not None:
        check_below(path, stage)
    made: list[Path] = []
    try:
        made = make_folder(path.parent)
        with _temporary(path, stage) as temporary:
            yield temporary
            temporary.chmod(0o666 & ~_umask())
            temporary.replace(path)
        made = []
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        remove_empty(made)


@contextmanager
def _temporary(path: Path, stage: Path | None) -> Iterator[Path]:
    """A new empty file: in the stage that is being filled, or else in one of its own."""
    if stage is None:
        with stage_in(path.parent) as own:
            temporary = own / f"file{path.suffix}"
            temporary.touch()
            yield temporary
        return
    handle, name = tempfile.mkstemp(prefix=".file-", suffix=path.suffix, dir=path.parent)
    os.close(handle)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def write_text(path: Path, text: str) -> Path:
    """Write a text file whole, as UTF-8.

    Parameters
    ----------
    path : Path
        The file.
    text : str
        Its content.

    Returns
    -------
    Path
        `path`.
    """
    return write_bytes(path, text.encode("utf-8", errors="replace"))


def write_bytes(path: Path, content: bytes) -> Path:
    """Write a file whole.

    Parameters
    ----------
    path : Path
        The file.
    content : bytes
        Its content.

    Returns
    -------
    Path
        `path`.
    """
    with whole_file(path) as temporary:
        temporary.write_bytes(content)
    return path


@contextmanager
def staged_folder(folder: Path) -> Iterator[Path]:
    """Give a folder to write many files to; they move to `folder` together when all is well.

    Parameters
    ----------
    folder : Path
        Where the files belong.

    Yields
    ------
    Path
        A temporary folder inside it; when the block fails it is removed and `folder` is as it
        was. Nothing can be written elsewhere in the block.

    Raises
    ------
    OutputError
        When the files can't be written (permission, full disk, a file where a folder belongs).

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> with staged_folder(folder) as stage:
    ...     _ = write_text(stage / "tables" / "a.csv", "x")
    >>> [path.name for path in folder.rglob("*.csv")]
    ['a.csv']
    """
    made: list[Path] = []
    try:
        made = make_folder(folder)
        with stage_in(folder) as stage:
            token = STAGED.set(stage)
            try:
                yield stage
            finally:
                STAGED.reset(token)
            move_together(stage, folder)
        made = []
    except OSError as error:
        raise _unwritable(folder, error) from error
    finally:
        remove_empty(made)


def prepare_folder(folder: Path) -> Path:
    """Make an output folder and check that it can be written to, before any long work.

    Parameters
    ----------
    folder : Path
        The folder.

    Returns
    -------
    Path
        `folder`; what a run that was killed left in it is removed.

    Raises
    ------
    OutputError
        When it can't be made or written to, or something in it is in the way of results;
        nothing is left behind.
    """
    made: list[Path] = []
    try:
        made = make_folder(folder)
        with stage_in(folder) as stage:
            (stage / "probe").touch()
        check_free(folder)
    except OSError as error:
        remove_empty(made)
        raise _unwritable(folder, error) from error
    _PREPARED.extend(made)
    return folder


def remove_unused() -> None:
    """Remove the folders that `prepare_folder` made and nothing was written to."""
    remove_empty(_PREPARED)
    _PREPARED.clear()


def _unwritable(path: Path, error: OSError) -> OutputError:
    return OutputError(
        f"{path} can't be written: {error.strerror or error}",
        fix="choose another --out folder, or free space and permissions there",
    )


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current

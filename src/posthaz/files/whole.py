"""Files written whole or not at all: a temporary name beside the target, then a rename."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from posthaz.errors import OutputError


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
        A temporary file in the same folder, with the same ending; removed if the block fails.

    Raises
    ------
    OutputError
        When the file can't be written (permission, full disk).

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> with whole_file(folder / "a.txt") as temporary:
    ...     _ = temporary.write_text("whole")
    >>> (folder / "a.txt").read_text()
    'whole'
    """
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(
            prefix=f".{path.stem}-", suffix=path.suffix, dir=path.parent
        )
        os.close(handle)
        temporary = Path(name)
        yield temporary
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


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
    with whole_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")
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
        was.

    Raises
    ------
    OutputError
        When the files can't be written (permission, full disk).

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> with staged_folder(folder) as stage:
    ...     _ = write_text(stage / "tables" / "a.csv", "x")
    >>> [path.name for path in folder.rglob("*.csv")]
    ['a.csv']
    """
    prepare_folder(folder)
    stage = Path(tempfile.mkdtemp(prefix=".posthaz-", dir=folder))
    try:
        yield stage
        for path in sorted(p for p in stage.rglob("*") if p.is_file()):
            target = folder / path.relative_to(stage)
            target.parent.mkdir(parents=True, exist_ok=True)
            path.replace(target)
    except OSError as error:
        raise _unwritable(folder, error) from error
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def prepare_folder(folder: Path) -> Path:
    """Make an output folder and check that it can be written to, before any long work.

    Parameters
    ----------
    folder : Path
        The folder.

    Returns
    -------
    Path
        `folder`.

    Raises
    ------
    OutputError
        When it can't be made or written to; nothing is left behind.
    """
    with whole_file(folder / ".posthaz-probe"):
        pass
    (folder / ".posthaz-probe").unlink(missing_ok=True)
    return folder


def _unwritable(path: Path, error: OSError) -> OutputError:
    return OutputError(
        f"{path} can't be written: {error.strerror or error}. "
        "Mend: choose another --out folder, or free space and permissions there."
    )


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current

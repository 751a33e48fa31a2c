"""Folders in which files wait until all are written; what a killed run left is removed."""

import errno
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from posthaz.errors import OutputError
from posthaz.files.names import check_below

try:
    import fcntl
except ImportError:  # Windows: stages that a killed run left stay there
    fcntl = None

PREFIX = ".posthaz-"
_FOLDERS = ("posterior", "figures")
_ENDINGS = frozenset((".csv", ".json", ".nc", ".html", ".md", ".docx", ".png", ".svg"))
_TRIES, _BETWEEN = 100, 0.02
_STAGE = re.compile(r"\.posthaz-[a-z0-9_]{8}")
STAGED: ContextVar[Path | None] = ContextVar("staged", default=None)
"""The stage that is being filled; nothing may be written outside it meanwhile."""


@contextmanager
def stage_in(folder: Path) -> Iterator[Path]:
    """Give a stage inside a folder, held until the block ends and then removed.

    Parameters
    ----------
    folder : Path
        An existing folder.

    Yields
    ------
    Path
        A new folder; stages that no run holds any more are removed before it is made.
    """
    # through a link '..' is not what its text says, and a temporary name is made from the text
    folder = folder.resolve()
    with _held(folder):
        _sweep(folder)
        stage = Path(tempfile.mkdtemp(prefix=PREFIX, dir=folder))
        handle = _hold(stage)
    try:
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)
        _let_go(handle)


def make_folder(folder: Path) -> list[Path]:
    """Make a folder; gives those that were not there before, the deepest last.

    Parameters
    ----------
    folder : Path
        The folder.

    Returns
    -------
    list of Path
        The folders made.
    """
    missing = [one for one in (folder, *folder.parents) if not os.path.lexists(one)]
    folder.mkdir(parents=True, exist_ok=True)
    return missing[::-1]


def remove_empty(folders: list[Path]) -> None:
    """Remove folders, the last first, as far as they are empty."""
    for folder in reversed(folders):
        try:
            folder.rmdir()
        except OSError:
            return


def move_together(stage: Path, folder: Path) -> None:
    """Move every file of a stage to its place in a folder, or leave the folder as it was.

    Parameters
    ----------
    stage : Path
        Folder with the files.
    folder : Path
        Where they belong.

    Raises
    ------
    OutputError
        When a place is taken by a folder, or a folder's by a file, or a link leads elsewhere.
    """
    files = sorted(path for path in stage.rglob("*") if path.is_file())
    moves = [(path, folder / path.relative_to(stage)) for path in files]
    for _, target in moves:
        _check_place(target, folder)
    _move(moves, Path(tempfile.mkdtemp(prefix=PREFIX, dir=stage)))


def check_free(folder: Path) -> None:
    """Refuse an output folder in which something stands where results will belong.

    Parameters
    ----------
    folder : Path
        An existing folder.

    Raises
    ------
    OutputError
        When a file stands where results have a folder, a folder where they have a file, or a
        link leads elsewhere, or a folder there can't be written to.
    """
    for place in (folder, *(folder / name for name in _FOLDERS)):
        if not os.path.lexists(place):
            continue
        _check_place(place / "file", folder)
        if not os.access(place, os.W_OK | os.X_OK):
            raise OutputError(
                f"{place} can't be written to: {os.strerror(errno.EACCES)}",
                fix="give yourself permission there, or choose another --out folder",
            )
        for entry in sorted(os.scandir(place), key=lambda entry: entry.name):
            if Path(entry.name).suffix.lower() in _ENDINGS:
                _check_place(Path(entry.path), folder)


def check_empty(folder: Path) -> None:
    """Refuse a folder that holds anything, for a report that withholds what others tell.

    Parameters
    ----------
    folder : Path
        The folder; one that isn't there is empty.

    Raises
    ------
    OutputError
        When it holds something, with the name of it.
    """
    found = min((entry.name for entry in os.scandir(folder)), default="") if folder.is_dir() else ""
    if found:
        raise OutputError(
            f"{folder} holds {found}, and what an earlier report left there may tell what this one "
            "withholds",
            fix="name an empty folder by --out",
        )


def _move(moves: list[tuple[Path, Path]], old: Path) -> None:
    """Move files, keeping what they replace until all are in their places."""
    made: list[Path] = []
    done: list[tuple[Path, Path | None]] = []
    try:
        for number, (path, target) in enumerate(moves):
            made += make_folder(target.parent)
            kept = old / str(number) if os.path.lexists(target) else None
            if kept is not None:
                _keep(target, kept)
            done.append((target, kept))
            path.replace(target)
    except BaseException:
        for target, kept in reversed(done):
            if kept is None:
                target.unlink(missing_ok=True)
            else:
                kept.replace(target)
        remove_empty(made)
        raise


def _keep(target: Path, kept: Path) -> None:
    """A second name for a file, so that the first never misses; or another, on simple disks."""
    try:
        os.link(target, kept, follow_symlinks=False)
    except (OSError, NotImplementedError):
        target.replace(kept)


def _check_place(target: Path, folder: Path) -> None:
    check_below(target, folder)
    if target.is_dir() and not target.is_symlink():
        raise OutputError(
            f"{target} is a folder, and a file belongs there",
            fix="remove it, or choose another --out folder",
        )
    for parent in target.parents:
        if parent == folder:
            return
        if os.path.lexists(parent) and not parent.is_dir():
            raise OutputError(
                f"{parent} is a file, and a folder belongs there",
                fix="remove it, or choose another --out folder",
            )


def _sweep(folder: Path) -> None:
    """Remove the stages in a folder that no running process holds."""
    if fcntl is None:
        return
    for entry in list(os.scandir(folder)):
        if _STAGE.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False):
            handle = _hold(Path(entry.path))
            if handle is not None:
                shutil.rmtree(entry.path, ignore_errors=True)
                _let_go(handle)


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Hold a folder for the moment in which a stage is made, so that nobody sweeps it then."""
    handle = _hold(folder, wait=True)
    try:
        yield
    finally:
        _let_go(handle)


def _hold(folder: Path, wait: bool = False) -> int | None:
    """Lock a folder; `None` where another process has it, or where locks aren't known."""
    if fcntl is None:
        return None
    handle = os.open(folder, os.O_RDONLY)
    for _ in range(_TRIES if wait else 1):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_BETWEEN)
        except OSError:
            break
        else:
            return handle
    os.close(handle)
    return None


def _let_go(handle: int | None) -> None:
    if handle is not None and fcntl is not None:
        try:
            fcntl.flock(handle, fcntl.LOCK_UN)
        finally:
            os.close(handle)

"""Names of files that are made of somebody's text, and the paths that they may lead to."""

import unicodedata
from collections.abc import Iterable
from pathlib import Path

from posthaz.errors import OutputError, plain_line

_FORBIDDEN = frozenset('/\\:*?"<>|')
_DEVICES = frozenset(
    ("con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10)))
)
_MOST_BYTES = 120
"""Longest name in bytes: file systems take 255, and posthaz adds words and an ending."""


def name_fault(name: str) -> str:
    """Why a text can't be the name of a file on every system; empty when it can.

    Parameters
    ----------
    name : str
        The text.

    Returns
    -------
    str
        The reason in words that follow "the name".

    Examples
    --------
    >>> name_fault("N2, stage III"), name_fault("../int")
    ('', "holds '/'")
    """
    found = sorted(_FORBIDDEN & set(name))
    if found:
        return f"holds '{found[0]}'"
    if name != plain_line(name) or not name.isprintable():
        return "holds control characters"
    if not name.strip():
        return "is empty"
    if name != name.strip() or name[0] == "." or name[-1] == ".":
        return "begins or ends with a dot or a blank"
    if len(name.encode()) > _MOST_BYTES:
        return f"is longer than {_MOST_BYTES} bytes"
    if name.split(".")[0].casefold() in _DEVICES:
        return "is a device's on some systems"
    return ""


def file_name(text: object, *, word: bool = False) -> str:
    """The name of a file made of any text: the text itself wherever that can be one.

    Parameters
    ----------
    text : object
        A label, level or name.
    word : bool
        Keep letters, digits, ``_`` and ``-`` only.

    Returns
    -------
    str
        A name without a fault; different texts may give the same (see `file_names`).

    Examples
    --------
    >>> file_name("RT + PCI"), file_name("x/../../f"), file_name("")
    ('RT + PCI', 'x_.._.._f', '_')
    """
    shown = plain_line(str(text))
    if word:
        shown = "".join(c if c.isalnum() or c in "_-" else "_" for c in shown)
    kept = "".join(c if c.isprintable() and c not in _FORBIDDEN else "_" for c in shown)
    kept = kept.strip(" .") or "_"
    while len(kept.encode()) > _MOST_BYTES:
        kept = kept[:-1].rstrip(" .")
    return f"_{kept}" if name_fault(kept) else kept


def file_names(texts: Iterable[object], *, word: bool = False) -> dict[str, str]:
    """Names of files for several texts, no two the same, whatever the case of their letters.

    Parameters
    ----------
    texts : iterable
        Labels, levels or names.
    word : bool
        As in `file_name`.

    Returns
    -------
    dict of str to str
        Name of the file by text.

    Examples
    --------
    >>> file_names(["a/b", "a_b", "A_B", "c"])
    {'a/b': 'a_b_3', 'a_b': 'a_b', 'A_B': 'A_B_2', 'c': 'c'}
    """
    different = list(dict.fromkeys(str(text) for text in texts))
    # texts that can stay as they are come first, so that a stranger's can't take their name
    made = {text: file_name(text, word=word) for text in different}
    order = sorted(different, key=lambda text: made[text] != text)
    taken: set[str] = set()
    found: dict[str, str] = {}
    for text in order:
        name, number = made[text], 1
        while same_file(name) in taken:
            number += 1
            name = f"{made[text]}_{number}"
        taken.add(same_file(name))
        found[text] = name
    return {text: found[text] for text in different}


def same_file(name: str) -> str:
    """What two names have in common that are one file on some system: letters without case."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKC", name).casefold())


def file_below(folder: str | Path, *parts: str) -> Path:
    """Path of a file below a folder, refused when it leads anywhere else.

    Parameters
    ----------
    folder : str or Path
        The folder.
    *parts : str
        Folders below it, and the file.

    Returns
    -------
    Path
        ``folder / part / ...``

    Raises
    ------
    OutputError
        When a part can't be a name, or a link inside the folder leads out of it.

    Examples
    --------
    >>> file_below("out", "figures", "survival.png").as_posix()
    'out/figures/survival.png'
    """
    folder = Path(folder)
    for part in parts:
        fault = name_fault(part)
        if fault:
            raise OutputError(
                f"no file can be called '{part[:80]}': the name {fault}",
                fix="name the model, table or level in letters, digits, '_' and '-'",
            )
    path = folder.joinpath(*parts)
    check_below(path, folder)
    return path


def check_below(path: Path, folder: Path) -> None:
    """Refuse a path that lies outside a folder once links are followed.

    Parameters
    ----------
    path : Path
        A file to be written.
    folder : Path
        Where it belongs.

    Raises
    ------
    OutputError
        When it lies elsewhere.
    """
    if ".." in path.parts or not path.parent.resolve().is_relative_to(folder.resolve()):
        raise OutputError(
            f"{path} would be written outside {folder}",
            fix="remove the link there, or choose another --out folder",
        )

"""Parts of a report that could not be made: said where they belong, in the lead and on leaving."""

import os
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import wraps

from posthaz.errors import OutputError, PosthazError
from posthaz.errors.lost import Lost

_REPORT_IT = (
    "a fault of posthaz itself: please report it with the command you ran; POSTHAZ_TRACEBACK=1 "
    "shows where it happened"
)


@dataclass(frozen=True)
class MissingPart:
    """A part of a report that was asked for and could not be made; in a section, a block.

    Parameters
    ----------
    name : str
        What is missing, in words.
    reason : str
        Why.
    section : str, optional
        Anchor of the section it belongs to; said in the lead only when empty.

    Examples
    --------
    >>> MissingPart("table of medians", "no event").text
    'The table of medians could not be made: no event.'
    """

    name: str
    reason: str
    section: str = ""

    @property
    def text(self) -> str:
        """The part and the reason, as a sentence."""
        return f"The {self.name} could not be made: {self.reason.rstrip('.')}."


def missing_part(name: str, error: Exception, section: str = "") -> MissingPart:
    """What is said in place of a part that raised an error.

    Examples
    --------
    >>> missing_part("table of medians", KeyError("arm")).reason.partition(" (")[0]
    "KeyError: 'arm'"
    """
    said = " ".join(str(error).split())
    if isinstance(error, PosthazError):
        return MissingPart(name, said, section)
    if os.environ.get("POSTHAZ_TRACEBACK"):
        traceback.print_exception(error)
    kind = type(error).__name__
    return MissingPart(name, f"{kind}: {said or 'no message'} ({_REPORT_IT})", section)


def guarded[T](name: str, make: Callable[[], T], section: str = "") -> T | MissingPart:
    """What `make` gives, or why it could not; a disk that can't be written to is no such part.

    Parameters
    ----------
    name : str
        What is made, in words.
    make : callable
        Makes it.
    section : str, optional
        Anchor of the section it belongs to.

    Returns
    -------
    anything or MissingPart
        The part, or why there is none.

    Raises
    ------
    OutputError
        When files can't be written.

    Examples
    --------
    >>> guarded("sum", lambda: 1 + 1)
    2
    >>> guarded("ratio", lambda: 1 / 0).reason.partition(" (")[0]
    'ZeroDivisionError: division by zero'
    """
    try:
        return make()
    except OutputError:
        raise
    except Exception as error:  # whatever it is, finished fits are not lost to it
        return missing_part(name, error, section)


def guarded_block[**P, B](function: Callable[P, B]) -> Callable[P, B | MissingPart]:
    """Make a function that draws or tabulates a block give a `MissingPart` where it fails.

    The part is named after the function: ``_love_figure`` is the love figure, ``_table`` of
    ``sections.priors`` the table (priors).

    Examples
    --------
    >>> @guarded_block
    ... def _ratio_table():
    ...     return {}["hr"]
    >>> _ratio_table().name.partition(" (")[0]
    'ratio table'
    """
    name = block_name(function.__name__, str(function.__annotations__.get("return", "")))
    where = function.__module__.rpartition(".")[2].replace("_", " ")

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> B | MissingPart:
        return guarded(f"{name} ({where})", lambda: function(*args, **kwargs))

    return run


def block_name(function: str, returned: str) -> str:
    """A function that makes a block, in words.

    Examples
    --------
    >>> block_name("_forest", "FigureBlock")
    'forest figure'
    """
    kind = "figure" if "Figure" in returned else "table"
    words = function.strip("_").replace("_", " ").removesuffix(" block")
    return words if kind in words else f"{words} {kind}"


def lost_parts(notes: Iterable[str], of: str = "") -> tuple[MissingPart, ...]:
    """Parts that notes say are not there, with whom they are about."""
    about = f" ({of})" if of else ""
    return tuple(
        MissingPart(f"{one.name}{about}", one.reason) for one in notes if isinstance(one, Lost)
    )


@dataclass
class MissingParts:
    """Collects the parts that could not be made.

    Parameters
    ----------
    found : list of MissingPart
        Those so far.

    Examples
    --------
    >>> parts = MissingParts()
    >>> parts.made("sum", lambda: 1 + 1, 0), parts.made("ratio", lambda: 1 / 0, float("nan"))
    (2, nan)
    >>> [part.name for part in parts.found]
    ['ratio']
    """

    found: list[MissingPart] = field(default_factory=list)

    def made[T](self, name: str, make: Callable[[], T], instead: T, section: str = "") -> T:
        """What `make` gives, or `instead` of it with the reason recorded."""
        part = guarded(name, make, section)
        if isinstance(part, MissingPart):
            self.found.append(part)
            return instead
        return part

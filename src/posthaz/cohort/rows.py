"""Lists, row numbers and values as sentences and messages show them."""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from posthaz.errors import plain_line

ROWS_SHOWN = 10
VALUES_SHOWN = 4
_LONGEST = 60


def listed(words: Sequence[str]) -> str:
    """Words joined as in a sentence.

    Examples
    --------
    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def capitalised(text: str) -> str:
    """The text with a capital first letter and the rest as it was.

    Examples
    --------
    >>> capitalised("death in NSCLC")
    'Death in NSCLC'
    """
    return text[:1].upper() + text[1:]


def shown_rows(rows: Iterable[int]) -> str:
    """Row numbers as a message shows them: ten at most, and how many more.

    Parameters
    ----------
    rows : iterable of int
        Row numbers, the first data row being 1.

    Returns
    -------
    str
        The phrase.

    Examples
    --------
    >>> shown_rows([3])
    'row 3'
    >>> shown_rows([3, 5, 9])
    'rows 3, 5 and 9'
    >>> shown_rows(range(1, 15))
    'rows 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 4 more'
    """
    numbers = [str(row) for row in rows]
    if len(numbers) == 1:
        return f"row {numbers[0]}"
    if len(numbers) > ROWS_SHOWN:
        more = len(numbers) - ROWS_SHOWN
        return f"rows {', '.join(numbers[:ROWS_SHOWN])} and {more} more"
    return f"rows {listed(numbers)}"


def shown_values(values: Iterable[object]) -> str:
    """The first few different values, for a parenthesis in a message.

    Parameters
    ----------
    values : iterable
        Values, repeated ones shown once.

    Returns
    -------
    str
        The phrase; text in quotes, numbers without trailing zeros.

    Examples
    --------
    >>> shown_values([-2.0, -2.0, -3.5])
    '-2, -3.5'
    >>> shown_values(["six", "seven"])
    "'six', 'seven'"
    """
    different: dict[str, None] = {}
    for value in values:
        different[_shown(value)] = None
        if len(different) > VALUES_SHOWN:
            break
    words = list(different)
    return ", ".join(words[:VALUES_SHOWN]) + (", ..." if len(words) > VALUES_SHOWN else "")


def _shown(value: object) -> str:
    """One value, cut where it is long."""
    if isinstance(value, float | int):
        return f"{value:g}" if abs(value) <= sys.float_info.max or value != value else "infinity"
    text = plain_line(str(value))
    return f"'{text[:_LONGEST]}...'" if len(text) > _LONGEST else f"'{text}'"


@dataclass(frozen=True)
class Piece:
    """Patients of a printed row who share what is known of their event.

    Parameters
    ----------
    row : int
        Row printed, from 0.
    entry, lower, upper : float
        Time at which they come under observation, and bounds of the event; `upper` is
        infinite for those followed to `lower` without it.
    weight : float
        How many patients there are, not always a whole number.
    """

    row: int
    entry: float
    lower: float
    upper: float
    weight: float

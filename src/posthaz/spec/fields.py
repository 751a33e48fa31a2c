"""What a key of an analysis file may hold: one declared field a key."""

import math
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from posthaz.errors import nearest


class UnfitError(ValueError):
    """A TOML value is not what its key takes; the message says why, or is empty."""


@dataclass(frozen=True)
class Field:
    """What one key may hold.

    Parameters
    ----------
    expects : str
        What belongs there, in words that follow "give".
    parse : callable
        Turns the TOML value into ours; raises `UnfitError` with a reason (or none) otherwise.
    required : bool
        Whether the key must be there.
    available : bool
        False for a key of the file format that this version does nothing with.
    """

    expects: str
    parse: Callable[[Any], Any]
    required: bool = False
    available: bool = True


def text(required: bool = False) -> Field:
    """Text that is not empty."""

    def parse(raw: Any) -> str:
        if not isinstance(raw, str) or not raw.strip():
            raise UnfitError
        return raw.strip()

    return Field("text in quotes", parse, required)


def choice(options: Sequence[str], required: bool = False) -> Field:
    """One of a few words."""

    def parse(raw: Any) -> str:
        if raw not in options:
            raise UnfitError(nearest(raw, options) if isinstance(raw, str) else "")
        return raw

    return Field("one of " + ", ".join(f'"{option}"' for option in options), parse, required)


def flag() -> Field:
    """True or false."""

    def parse(raw: Any) -> bool:
        if not isinstance(raw, bool):
            raise UnfitError
        return raw

    return Field("true or false", parse)


def number(
    above: float | None = None,
    below: float | None = None,
    at_least: float | None = None,
    at_most: float | None = None,
    *,
    whole: bool = False,
    required: bool = False,
) -> Field:
    """A finite number within limits."""
    limits = [
        ("above", above, lambda value, limit: value > limit),
        ("at least", at_least, lambda value, limit: value >= limit),
        ("below", below, lambda value, limit: value < limit),
        ("at most", at_most, lambda value, limit: value <= limit),
    ]
    stated = [(word, limit, holds) for word, limit, holds in limits if limit is not None]

    def parse(raw: Any) -> float | int:
        kinds = (int,) if whole else (int, float)
        if isinstance(raw, bool) or not isinstance(raw, kinds):
            raise UnfitError
        if not is_finite(raw):
            raise UnfitError("not a finite number, or too large for one")
        for word, limit, holds in stated:
            if not holds(raw, limit):
                raise UnfitError(f"not {word} {limit:g}")
        return raw if whole else float(raw)

    expects = "a whole number" if whole else "a number"
    if stated:
        expects += " " + " and ".join(f"{word} {limit:g}" for word, limit, _ in stated)
    return Field(expects, parse, required)


def is_finite(value: float) -> bool:
    """Whether a number is finite and no larger than a computer's; whole ones can be.

    Examples
    --------
    >>> is_finite(3), is_finite(10**400)
    (True, False)
    """
    return abs(value) <= sys.float_info.max


def label() -> Field:
    """A code in a column: text or a number, kept as text."""

    def parse(raw: Any) -> str:
        if not isinstance(raw, str | int | float) or raw == "":
            raise UnfitError
        if not isinstance(raw, str) and not is_finite(raw):
            raise UnfitError("not a finite number, or too large for one")
        if isinstance(raw, float) and raw.is_integer():
            raw = int(raw)
        return str(raw)

    return Field("text or a number", parse)


MOST_ELEMENTS = 10_000


def several(
    item: Field,
    many: str,
    *,
    empty: bool = False,
    required: bool = False,
    most: int = MOST_ELEMENTS,
) -> Field:
    """A list whose elements are all of one kind; `many` says what they are."""

    def parse(raw: Any) -> tuple[Any, ...]:
        if not isinstance(raw, list):
            raise UnfitError
        if not raw and not empty:
            raise UnfitError("the list is empty")
        if len(raw) > most:
            raise UnfitError(f"{len(raw):,} elements; at most {most:,} are taken")
        parsed = []
        for position, element in enumerate(raw, start=1):
            try:
                parsed.append(item.parse(element))
            except UnfitError as error:
                reason = str(error) or f"not {item.expects}"
                raise UnfitError(f"element {position}: {reason}") from None
        return tuple(parsed)

    return Field(f"a list of {many}", parse, required)


def distinct(list_of: Field) -> Field:
    """A list in which nothing stands twice."""

    def parse(raw: Any) -> tuple[Any, ...]:
        parsed = list_of.parse(raw)
        twice = repeated(parsed)
        if twice is not None:
            raise UnfitError(f"{_shown(twice)} stands twice")
        return parsed

    return Field(f"{list_of.expects}, each once", parse, list_of.required)


def repeated(values: Sequence[Any]) -> Any:
    """The first value that has stood before, numbers to a billionth; None where all differ.

    Examples
    --------
    >>> repeated([3.0, 6.0, 3.0])
    3.0
    """
    for place, one in enumerate(values):
        for other in values[:place]:
            numbers = isinstance(one, int | float) and isinstance(other, int | float)
            if one == other or (numbers and math.isclose(one, other)):
                return one
    return None


def _shown(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def either(*fields: Field) -> Field:
    """Whatever one of `fields` takes; the first that fits."""

    def parse(raw: Any) -> Any:
        reasons = []
        for field in fields:
            try:
                return field.parse(raw)
            except UnfitError as error:
                reasons.append(str(error))
        raise UnfitError("; ".join(reason for reason in dict.fromkeys(reasons) if reason))

    return Field(", or ".join(field.expects for field in fields), parse)


def table(required: bool = False) -> Field:
    """A TOML table, read further by whoever asks for it."""

    def parse(raw: Any) -> Mapping[str, Any]:
        if not isinstance(raw, dict):
            raise UnfitError
        return raw

    return Field("a table", parse, required)


def unavailable(without: str) -> Field:
    """A key of the file format that this version does nothing with."""
    return Field(without, lambda raw: raw, available=False)

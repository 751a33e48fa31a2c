"""What a key of an analysis file may hold: one declared field a key."""

import math
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from inspect import cleandoc
from typing import Any

from posthaz.cohort.rows import capitalised
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
    schema : mapping
        JSON Schema of the TOML value, for editors; it may take more than `parse` does, not less.
    """

    expects: str
    parse: Callable[[Any], Any]
    required: bool = False
    available: bool = True
    schema: Mapping[str, Any] = field(default_factory=dict)


def text(required: bool = False) -> Field:
    """Text that is not empty."""

    def parse(raw: Any) -> str:
        if not isinstance(raw, str) or not raw.strip():
            raise UnfitError
        return raw.strip()

    return Field("text in quotes", parse, required, schema={"type": "string", "pattern": r"\S"})


def choice(options: Sequence[str], required: bool = False) -> Field:
    """One of a few words."""

    def parse(raw: Any) -> str:
        if raw not in options:
            raise UnfitError(nearest(raw, options) if isinstance(raw, str) else "")
        return raw

    expects = "one of " + ", ".join(f'"{option}"' for option in options)
    return Field(expects, parse, required, schema={"enum": list(options)})


def flag() -> Field:
    """True or false."""

    def parse(raw: Any) -> bool:
        if not isinstance(raw, bool):
            raise UnfitError
        return raw

    return Field("true or false", parse, schema={"type": "boolean"})


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
        ("above", above, lambda value, limit: value > limit, "exclusiveMinimum"),
        ("at least", at_least, lambda value, limit: value >= limit, "minimum"),
        ("below", below, lambda value, limit: value < limit, "exclusiveMaximum"),
        ("at most", at_most, lambda value, limit: value <= limit, "maximum"),
    ]
    stated = [(word, limit, holds) for word, limit, holds, _ in limits if limit is not None]
    schema = {key: limit for _, limit, _, key in limits if limit is not None}

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
    schema |= {"type": "integer" if whole else "number"}
    return Field(expects, parse, required, schema=schema)


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

    return Field("text or a number", parse, schema={"type": ["string", "number"]})


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

    schema = {"type": "array", "items": item.schema, "minItems": int(not empty), "maxItems": most}
    return Field(f"a list of {many}", parse, required, schema=schema)


def distinct(list_of: Field) -> Field:
    """A list in which nothing stands twice."""

    def parse(raw: Any) -> tuple[Any, ...]:
        parsed = list_of.parse(raw)
        twice = repeated(parsed)
        if twice is not None:
            raise UnfitError(f"{_shown(twice)} stands twice")
        return parsed

    schema = {**list_of.schema, "uniqueItems": True}
    return Field(f"{list_of.expects}, each once", parse, list_of.required, schema=schema)


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
        for one in fields:
            try:
                return one.parse(raw)
            except UnfitError as error:
                reasons.append(str(error))
        raise UnfitError("; ".join(reason for reason in dict.fromkeys(reasons) if reason))

    schemas = [one.schema for one in fields]
    return Field(
        ", or ".join(one.expects for one in fields),
        parse,
        schema={"anyOf": schemas} if all(schemas) else {},
    )


def table(
    of: Mapping[str, Field] | None = None,
    *,
    each: Field | None = None,
    about: type | None = None,
    required: bool = False,
) -> Field:
    """A TOML table, read further by whoever asks for it.

    Parameters
    ----------
    of : mapping of str to Field, optional
        Its keys, for the schema.
    each : Field, optional
        What stands under every name in it, where the names are the user's.
    about : type, optional
        Dataclass whose documentation says what the keys mean.
    required : bool
        Whether the table must be there.

    Returns
    -------
    Field
        The field.
    """

    def parse(raw: Any) -> Mapping[str, Any]:
        if not isinstance(raw, dict):
            raise UnfitError
        return raw

    schema: dict[str, Any] = {"type": "object"}
    if of is not None:
        schema = table_schema(of, about)
    elif each is not None:
        schema = {"type": "object", "additionalProperties": each.schema}
    return Field("a table", parse, required, schema=schema)


def table_schema(fields: Mapping[str, Field], about: type | None = None) -> dict[str, Any]:
    """JSON Schema of a table with these keys, described as a dataclass describes its own."""
    said = documented(about) if about else {}
    properties = {
        key: {"description": said.get(key) or f"{capitalised(one.expects)}."} | dict(one.schema)
        for key, one in fields.items()
        if one.available
    }
    required = [key for key, one in fields.items() if one.required]
    schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return schema | ({"required": required} if required else {})


_ENTRY = re.compile(r"^(\w[\w, ]*) : .*\n((?:    .*\n?|\n(?=    ))+)", re.MULTILINE)


def documented(about: type) -> dict[str, str]:
    """What the docstring of a dataclass says of each of its fields.

    Examples
    --------
    >>> documented(Field)["required"]
    'Whether the key must be there.'
    """
    found = _ENTRY.findall(cleandoc(about.__doc__ or ""))
    return {
        name.strip(): " ".join(text.split()) for names, text in found for name in names.split(",")
    }


def unavailable(without: str) -> Field:
    """A key of the file format that this version does nothing with."""
    return Field(without, lambda raw: raw, available=False)

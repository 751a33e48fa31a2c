"""The keys of a table, by the fields of the dataclass that it becomes."""

from dataclasses import MISSING, fields, replace
from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from posthaz.hazards.option import Option
from posthaz.spec.fields import (
    MOST_ELEMENTS,
    Field,
    choice,
    distinct,
    either,
    flag,
    number,
    several,
    text,
)


def limits_of(about: type) -> dict[str, Option]:
    """What `option` says of each field of a dataclass."""
    return {one.name: one.metadata.get("option", Option()) for one in fields(about)}


def keys_of(about: type) -> dict[str, Field]:
    """What a table may hold, from the annotations of a dataclass and their limits.

    Parameters
    ----------
    about : type
        A dataclass; a field without a default is a key that must be there. Annotations are
        ``bool``, ``int``, ``float``, ``str``, ``Literal``, tuples of numbers or of text, and these
        or None.

    Returns
    -------
    dict of str to Field
        By key.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> from posthaz.hazards import option
    >>> @dataclass(frozen=True)
    ... class Window:
    ...     column: str
    ...     days: int = option(30, at_least=1)
    >>> keys = keys_of(Window)
    >>> keys["column"].required, keys["days"].expects
    (True, 'a whole number at least 1')
    """
    hints, limits = get_type_hints(about), limits_of(about)
    return {
        one.name: replace(
            key_of(hints[one.name], limits[one.name], limits.get(limits[one.name].counted_by)),
            required=one.default is MISSING and one.default_factory is MISSING,
        )
        for one in fields(about)
        if limits[one.name].in_files
    }


def key_of(hint: Any, limits: Option, counted: Option | None = None) -> Field:
    """What a key takes, from the annotation of a field and its limits."""
    if limits.key is not None:
        return limits.key
    if get_origin(hint) is UnionType:
        (hint,) = (one for one in get_args(hint) if one is not NoneType)
    if get_origin(hint) is Literal:
        return choice(get_args(hint))
    if hint is bool:
        return flag()
    if hint is str:
        return text()
    if get_origin(hint) is not tuple:
        return _number(hint, limits)
    item = text() if get_args(hint)[0] is str else _number(float, limits)
    every = several(item, limits.many, most=limits.most or MOST_ELEMENTS)
    every = distinct(every) if limits.distinct else every
    return either(_number(int, counted), every) if counted else every


def _number(hint: Any, limits: Option) -> Field:
    return number(limits.above, limits.below, limits.at_least, limits.at_most, whole=hint is int)

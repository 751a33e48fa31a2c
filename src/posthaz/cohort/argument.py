"""Arguments of public functions: what stands in another's place is refused by name."""

import reprlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import is_dataclass
from functools import wraps
from inspect import Parameter, signature
from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin

import numpy as np
import pandas as pd

from posthaz.cohort.cohort import Cohort
from posthaz.cohort.columns import Column
from posthaz.cohort.draft import NAMING_ROLES
from posthaz.cohort.where import Where
from posthaz.errors import CohortError, Finding, SpecError


def require_cohort(value: Any, taker: str) -> None:
    """Refuse anything but a cohort.

    Parameters
    ----------
    value : object
        What was given.
    taker : str
        The function that it was given to.

    Raises
    ------
    CohortError
        When it is a table, or anything else.

    Examples
    --------
    >>> require_cohort("x.csv", "fit")
    Traceback (most recent call last):
    posthaz.errors.exceptions.CohortError: fit takes a cohort, ... Fix: make one, as ...
    """
    if isinstance(value, Cohort):
        return
    kind = "a table" if isinstance(value, pd.DataFrame) else f"a {type(value).__name__}"
    raise CohortError(
        f"{taker} takes a cohort, and was given {kind}",
        fix='make one, as read_cohort(table, time="months", event="dead", treatment="arm")',
    )


def asked_numbers(
    given: float | Sequence[float] | np.ndarray, what: str = "times", most: float = np.inf
) -> np.ndarray:
    """Times or fractions that an answer is asked for, one or several.

    Parameters
    ----------
    given : float or array-like of float, shape (time,)
        What was asked.
    what : str, optional
        What they are, in words.
    most : float, optional
        Largest number that can be.

    Returns
    -------
    ndarray of float, shape (time,)
        The numbers.

    Raises
    ------
    SpecError
        When they are no numbers from 0 to `most`.

    Examples
    --------
    >>> asked_numbers(24), asked_numbers([6, 12])
    (array([24.]), array([ 6., 12.]))
    """
    try:
        numbers = np.atleast_1d(np.asarray(given, dtype=float))
    except (TypeError, ValueError):
        numbers = np.array([np.nan])
    if numbers.ndim != 1 or not len(numbers) or not ((numbers >= 0.0) & (numbers <= most)).all():
        wanted = "numbers from 0" + ("" if np.isinf(most) else f" to {most:g}")
        raise SpecError(
            f"the {what} {reprlib.repr(given)} are no {wanted}", fix="give one or a list"
        )
    return numbers


def checks_arguments[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """A public function whose cohort, model, fit, settings, numbers and texts are checked first.

    Every argument whose annotation is a dataclass, a number, text, a flag, a sequence of texts,
    several of these or None must be one of them.
    """
    about = signature(function)
    known = {name: one.annotation for name, one in about.parameters.items()
             if one.kind not in (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)}  # fmt: skip
    stated = {name: kinds for name, kind in known.items() if (kinds := _dataclasses(kind))}
    plain = {name: kinds for name, kind in known.items() if (kinds := _plain(kind))}

    @wraps(function)
    def checked(*args: P.args, **named: P.kwargs) -> R:
        given = about.bind_partial(*args, **named).arguments
        for name, kinds in stated.items():
            if name not in given or isinstance(given[name], kinds):
                continue
            if Cohort in kinds:
                require_cohort(given[name], function.__name__)
            wanted, found = kinds[0].__name__, type(given[name]).__name__
            raise SpecError(
                f"{function.__name__} takes a {wanted} as {name}, and was given a {found}",
                fix=f"the order is ({', '.join(known)}); name the arguments where in doubt",
            )
        for name in plain.keys() & given.keys():
            if not any(_fits(given[name], kind) for kind in plain[name]):
                wanted = " or ".join(_words(kind) for kind in plain[name])
                raise SpecError(
                    f"{function.__name__}: {name} is {_shown(given[name])}", fix=f"give {wanted}"
                )
            if given[name] not in (known_ones := _CHOICES.get(name, (given[name],))):
                what = f"{function.__name__}: {name} is {_shown(given[name])}"
                raise SpecError(what, fix=f"give one of {', '.join(known_ones)}")
            if name in _SHARES and not 0 < given[name] < 1:
                raise SpecError(f"{function.__name__}: {name} is {given[name]}", fix=_SHARE)
        return function(*args, **named)

    return checked


def _dataclasses(annotation: Any) -> tuple[type, ...]:
    """The dataclasses that an annotation allows, and None; nothing where it allows others."""
    kinds = get_args(annotation) if isinstance(annotation, UnionType) else (annotation,)
    plain = [kind for kind in kinds if kind is not NoneType]
    return kinds if plain and all(is_dataclass(kind) for kind in plain) else ()


def _plain(annotation: Any) -> tuple[Any, ...]:
    """The plain types that an annotation allows; nothing where it allows others."""
    if get_origin(annotation) is Literal:
        return (annotation,)
    kinds = get_args(annotation) if isinstance(annotation, UnionType) else (annotation,)
    told = all(kind in _PLAIN or _many(kind) for kind in kinds) and set(kinds) != {NoneType}
    return kinds if told else ()


def _many(kind: Any) -> bool:
    """Whether a type is a sequence of one dataclass."""
    return get_origin(kind) is Sequence and is_dataclass(get_args(kind)[0])


def _fits(value: Any, kind: Any) -> bool:
    """Whether a value is of a plain type, or one of those that are listed."""
    if get_origin(kind) is Literal:
        return isinstance(value, str) and value in get_args(kind)
    if _many(kind):
        listed = isinstance(value, Collection) and not isinstance(value, pd.DataFrame)
        return listed and all(isinstance(one, get_args(kind)) for one in value)
    return _PLAIN[kind][0](value)


def _words(kind: Any) -> str:
    """What a plain type takes, in words."""
    if _many(kind):
        return f"a list of {get_args(kind)[0].__name__}"
    if get_origin(kind) is Literal:
        return f"one of {', '.join(get_args(kind))}"
    return _PLAIN[kind][1]


def _shown(value: object) -> str:
    """A value in one short line, and its type."""
    text = " ".join(repr(value).split())
    return f"{text[:_LONGEST]}{'...' * (len(text) > _LONGEST)}, a {type(value).__name__}"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool)


def _are_texts(value: Any) -> bool:
    if isinstance(value, str | bytes) or not isinstance(value, Collection):
        return False
    return all(isinstance(one, str) for one in list(value))


_LONGEST = 40
_CHOICES = {"transform": ("log-log", "log", "plain")}
"""Arguments that mean the same everywhere, and what they take."""
_SHARES, _SHARE = ("level", "interval"), "give a share between 0 and 1, such as 0.95"
_PLAIN: Mapping[Any, tuple[Callable[[Any], bool], str]] = {
    str: (lambda value: isinstance(value, str), "text"),
    bool: (lambda value: isinstance(value, bool | np.bool_), "True or False"),
    int: (lambda value: _is_cause(value), "a whole number"),
    float: (_is_number, "a number"),
    Sequence[str]: (_are_texts, "several texts"),
    NoneType: (lambda value: value is None, "None"),
}


def ill_typed(fields: Mapping[str, Any]) -> Iterator[Finding]:
    """Arguments of `read_cohort` that are of no type that their field can have.

    Parameters
    ----------
    fields : mapping of str to object
        The arguments.

    Yields
    ------
    Finding
        One an argument.

    Examples
    --------
    >>> [finding.what for finding in ill_typed({"time": ["t"], "event_codes": {1: 1, 0: 0}})]
    ["['t'] is no name of a column"]
    """
    for role in NAMING_ROLES:
        if not isinstance(fields.get(role, ""), str):
            what = f"{fields[role]!r} is no name of a column"
            yield Finding(f"read_cohort, {role}", what, "give a column's name as text")
    codes = fields.get("event_codes", {})
    if not isinstance(codes, Mapping) or not all(_is_cause(cause) for cause in codes.values()):
        what, fix = f"{codes!r} gives no causes by code", 'give event_codes = {"1": 1, "0": 0}'
        yield Finding("read_cohort, event_codes", what, fix)
    if not isinstance(fields.get("where", Where()), Where):
        what = f"where is a {type(fields['where']).__name__}"
        yield Finding("read_cohort, where", what, 'give Where((Condition("stage", ("III",)),))')
    columns = fields.get("columns", {})
    for name, column in columns.items() if isinstance(columns, Mapping) else ():
        if not isinstance(column, Column):
            what = f"the meaning of '{name}' is a {type(column).__name__}"
            yield Finding("read_cohort, columns", what, f'give Column("{name}", unit="years")')


def _is_cause(cause: object) -> bool:
    """Whether a value is a whole number, as causes are."""
    return isinstance(cause, int | np.integer) and not isinstance(cause, bool)

"""Arguments of public functions: what stands in another's place is refused by name."""

import reprlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import is_dataclass
from functools import wraps
from inspect import signature
from types import NoneType, UnionType
from typing import Any, get_args

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
    """A public function whose cohort, model, fit and settings are checked before it begins.

    Every argument whose annotation is a dataclass (or None) must be one.
    """
    about = signature(function)
    known = {name: one.annotation for name, one in about.parameters.items()}
    stated = {name: kinds for name, kind in known.items() if (kinds := _dataclasses(kind))}

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
        return function(*args, **named)

    return checked


def _dataclasses(annotation: Any) -> tuple[type, ...]:
    """The dataclasses that an annotation allows, and None; nothing where it allows others."""
    kinds = get_args(annotation) if isinstance(annotation, UnionType) else (annotation,)
    plain = [kind for kind in kinds if kind is not NoneType]
    return kinds if plain and all(is_dataclass(kind) for kind in plain) else ()


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
        yield Finding("read_cohort, where", what, 'give Where((OneOf("stage", ("III",)),))')
    columns = fields.get("columns", {})
    for name, column in columns.items() if isinstance(columns, Mapping) else ():
        if not isinstance(column, Column):
            what = f"the meaning of '{name}' is a {type(column).__name__}"
            yield Finding("read_cohort, columns", what, f'give Column("{name}", unit="years")')


def _is_cause(cause: object) -> bool:
    """Whether a value is a whole number, as causes are."""
    return isinstance(cause, int | np.integer) and not isinstance(cause, bool)

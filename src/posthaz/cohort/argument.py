"""A cohort where a cohort belongs: tables given in its place are refused by name."""

from collections.abc import Callable
from functools import wraps
from inspect import signature
from typing import Any

import pandas as pd

from posthaz.cohort.cohort import Cohort
from posthaz.errors import CohortError


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


def takes_cohort[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """A public function whose argument ``cohort`` is checked before it begins."""
    position = list(signature(function).parameters).index("cohort")

    @wraps(function)
    def checked(*args: P.args, **named: P.kwargs) -> R:
        if len(args) > position:
            require_cohort(args[position], function.__name__)
        elif "cohort" in named:
            require_cohort(named["cohort"], function.__name__)
        return function(*args, **named)

    return checked

"""Covariate values that an answer is asked for: what can't be, and what lies beyond the data."""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from posthaz.cohort.levels import level_text
from posthaz.errors import Finding, nearest


def value_faults(
    frame: pd.DataFrame, values: Mapping[str, object], place: str
) -> Iterator[Finding]:
    """Covariate values that can't be.

    Parameters
    ----------
    frame : DataFrame
        Covariates of patients, one row each; factors are categories.
    values : mapping of str to object
        Covariate values, by name.
    place : str
        Where they are stated.

    Yields
    ------
    Finding
        One a value: of an unknown covariate, an unknown level, text for a number, no number.

    Examples
    --------
    >>> ages = pd.DataFrame({"age": [50.0, 60.0]})
    >>> [finding.what for finding in value_faults(ages, {"AGE": 90}, "profile")]
    ["there is no covariate 'AGE' (did you mean 'age'?)"]
    """
    known = [str(name) for name in frame.columns]
    for name, value in values.items():
        if name not in known:
            near = _nearest_name(str(name), known)
            fix = "correct the name" if known else "leave it out; the model has no covariate"
            yield Finding(f"{place}, {name}", f"there is no covariate '{name}'{near}", fix)
            continue
        fault = _fault(frame[name], value)
        if fault:
            yield Finding(f"{place}, {name}", *fault)


def path_faults(pieces: Sequence[Mapping[str, object]], place: str) -> Iterator[Finding]:
    """What is wrong with the times of a stated course.

    Parameters
    ----------
    pieces : sequence of mapping
        Pieces of the course, each with the time ``"from"`` which it holds.
    place : str
        Where they are stated.

    Yields
    ------
    Finding
        Of a piece without a time, or of times that don't rise from 0.

    Examples
    --------
    >>> [finding.what for finding in path_faults([{"from": 3}, {"from": 2}], "profile")]
    ['its path begins pieces at 3, 2']
    """
    starts = [piece.get("from") for piece in pieces]
    numbers = [s for s in starts if isinstance(s, int | float) and math.isfinite(s)]
    if len(numbers) < len(starts):
        yield Finding(place, "a piece of its path has no time 'from'", "give from = 0, ...")
    elif numbers[:1] != [0] or any(b <= a for a, b in pairwise(numbers)):
        what = f"its path begins pieces at {', '.join(f'{s:g}' for s in numbers) or 'no time'}"
        yield Finding(place, what, "let the first begin at 0, and each later than the last")


def values_beyond(
    frame: pd.DataFrame, values: Mapping[str, object], place: str
) -> Iterator[Finding]:
    """Numbers beyond those that patients have, for which an answer is extrapolated.

    Parameters
    ----------
    frame, values, place
        As of `value_faults`, which found nothing.

    Yields
    ------
    Finding
        One a number outside the range of its covariate.
    """
    for name, value in values.items():
        if name not in frame.columns or not _is_measured(frame[name]):
            continue
        lowest, highest = float(frame[name].min()), float(frame[name].max())
        if not lowest <= float(value) <= highest:  # type: ignore[arg-type]
            yield Finding(
                f"{place}, {name}",
                f"{value:g} is beyond the data, which reach from {lowest:g} to {highest:g}, so the "
                "answer is extrapolated",
                "give a value within them, or read the answer as what the model says beyond them",
            )


def _is_measured(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) and not isinstance(
        column.dtype, pd.CategoricalDtype
    )


def _nearest_name(name: str, known: list[str]) -> str:
    same = [other for other in known if other.casefold() == name.casefold()]
    if same:
        return f" (did you mean '{same[0]}'?)"
    return f" ({nearest(name, known)})" if known else ""


def _fault(column: pd.Series, value: object) -> tuple[str, str] | None:
    """What is wrong with one value, and the fix."""
    if value is None or value is pd.NA or value is pd.NaT:
        return "no value is given", "give one, or leave the covariate out for its reference"
    if isinstance(value, list | tuple | dict | np.ndarray | pd.Series):
        return f"found a {type(value).__name__}", "give one value"
    if not _is_measured(column):
        if isinstance(column.dtype, pd.CategoricalDtype):
            levels = [level_text(level) for level in column.cat.categories]
        else:
            levels = sorted({level_text(level) for level in column.dropna()})
        text = level_text(value)
        if text in levels:
            return None
        return f"there is no level '{text}' ({nearest(text, levels)})", (
            f"give one of {', '.join(levels[:20])}"
        )
    if isinstance(value, bool | np.bool_):
        return f"found {str(bool(value)).lower()}, where a number belongs", "give 1 or 0"
    if isinstance(value, str):
        return f"found the text '{value}', where a number belongs", "give a number without quotes"
    if not isinstance(value, int | float | np.integer | np.floating):
        return f"found a {type(value).__name__}, where a number belongs", "give a number"
    if abs(value) > 1e300 or not math.isfinite(value):
        return f"{value} is no finite number", "give a finite number"
    return None

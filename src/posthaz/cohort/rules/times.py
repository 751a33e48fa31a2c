"""Rules on times: numbers, there, finite, not negative, not zero, and entry before exit."""

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from posthaz.cohort.draft import NUMBER_ROLES, Draft
from posthaz.cohort.rows import shown_values
from posthaz.errors import Finding

_TIME_ROLES = ("time", "entry", "lower", "upper")
_DATE = re.compile(r"(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})([ T].*)?")
_MOST_SEEN = 50
_FEWEST, _MONTHS, _DAYS = 3, 12, 31
_YEARS, _SERIAL, _CENTURY = (1900, 2101), (20_000, 80_000), 36_525
"""Calendar years; days since 1900 of 1954 to 2119; the oldest age in days."""
_NOUN = {"lower": "lower bound", "upper": "upper bound", "entry": "entry time"}


def no_text(draft: Draft) -> Iterator[Finding]:
    """Times and weights are numbers."""
    for role in NUMBER_ROLES:
        text, column = draft.numbers[role].text, draft.named(role)
        if text.any():
            found = shown_values(str(value) for value in draft.values(column)[text])
            yield Finding(
                draft.where(text, column),
                f"{_noun(role)} is text: {found}",
                "write numbers with a decimal point, without units or thousands separators, and "
                "list what stands for a missing one in missing_values; "
                f"a date becomes the {draft.spec.unit} since the start of follow-up",
            )


def not_dates(draft: Draft) -> Iterator[Finding]:
    """Times are lengths of follow-up, not the numbers by which dates are written."""
    name = draft.spec.time
    if not name or name not in draft.frame.columns:
        return
    values = draft.numbers["time"].values
    looks_like = dates_as_numbers(values, draft.spec.unit, late=bool(draft.spec.entry))
    if looks_like:
        shown = ", ".join(f"{value:.0f}" for value in values[:3])
        yield Finding(
            draft.where(column=name),
            f"its numbers ({shown}, ...) look like {looks_like}, and not like lengths of follow-up",
            f"give the {draft.spec.unit} between the start of follow-up and that date",
        )


def dates_as_numbers(values: np.ndarray, unit: str, *, late: bool = False) -> str:
    """What kind of dates numbers look like that should be times; empty for none.

    Parameters
    ----------
    values : ndarray of float
        The numbers.
    unit : str
        Unit that they are said to have.
    late : bool
        Whether patients enter late, so that times may count from birth or on the calendar.

    Returns
    -------
    str
        In words.

    Examples
    --------
    >>> dates_as_numbers(np.array([20150420, 20161231, 20170101]), "days")
    'dates written as year, month and day'
    >>> dates_as_numbers(np.array([42114, 42840, 43020]), "days")
    'the numbers by which spreadsheets store dates'
    >>> dates_as_numbers(np.array([365, 42840, 700]), "days")
    ''
    """
    known = values[np.isfinite(values)]
    if len(known) < _FEWEST or (known != np.round(known)).any():
        return ""
    low, high = known.min(), known.max()
    month, day = known // 100 % 100, known % 100
    of_calendar = (month >= 1) & (month <= _MONTHS) & (day >= 1) & (day <= _DAYS)
    if low >= _YEARS[0] * 1e4 and high < _YEARS[1] * 1e4 and of_calendar.all():
        return "dates written as year, month and day"
    if low >= (_CENTURY if late else _SERIAL[0]) and high < _SERIAL[1]:
        return "the numbers by which spreadsheets store dates"
    if not late and unit in ("years", "months") and low >= _YEARS[0] and high < _YEARS[1]:
        return "calendar years"
    return ""


def holds_dates(values: pd.Series) -> bool:
    """Whether a column holds dates or spans of them, as such or as text.

    Examples
    --------
    >>> holds_dates(pd.Series(["2015-03-01", "1.4.2016"])), holds_dates(pd.Series(["T1", "T2"]))
    (True, False)
    """
    kinds = pd.api.types
    if kinds.is_datetime64_any_dtype(values) or kinds.is_timedelta64_dtype(values):
        return True
    if kinds.is_numeric_dtype(values) or kinds.is_bool_dtype(values):
        return False
    texts = values.dropna().astype(str).unique()[:_MOST_SEEN]
    return len(texts) > 0 and all(_DATE.fullmatch(text.strip()) for text in texts)


def none_missing(draft: Draft) -> Iterator[Finding]:
    """Every row has its times and its weight; only an upper bound may be empty."""
    for role in NUMBER_ROLES:
        missing = draft.numbers[role].missing
        if role == "upper" or not missing.any():
            continue
        fix = "fill it in or remove the row"
        if role == "lower":
            fix += "; write 0 for an event before the first visit"
        yield Finding(draft.where(missing, draft.named(role)), f"{_noun(role)} is missing", fix)


def finite(draft: Draft) -> Iterator[Finding]:
    """Times and weights are finite; an upper bound may be infinite."""
    for role in NUMBER_ROLES:
        values = draft.numbers[role].values
        infinite = np.isneginf(values) if role == "upper" else np.isinf(values)
        if infinite.any():
            yield Finding(
                draft.where(infinite, draft.named(role)),
                f"{_noun(role)} is infinite",
                "correct it"
                if role == "weight"
                else "write the last time at which the subject was seen",
            )


def not_negative(draft: Draft) -> Iterator[Finding]:
    """Times count from the start of follow-up."""
    for role in _TIME_ROLES:
        values = draft.numbers[role].values
        negative = (values < 0) & np.isfinite(values)
        if negative.any():
            yield Finding(
                draft.where(negative, draft.named(role)),
                f"{_noun(role)} is negative ({shown_values(values[negative].tolist())})",
                "count from the start of follow-up; see whether two dates were swapped",
            )


def not_zero(draft: Draft) -> Iterator[Finding]:
    """A time of zero has no likelihood; the user says what stands for it."""
    if draft.zero.any() and draft.spec.zero_time is None:
        small = {"days": "0.5", "weeks": "0.07", "months": "0.016", "years": "0.0014"}
        yield Finding(
            draft.where(draft.zero, draft.spec.time or draft.spec.upper),
            "follow-up ends at time 0",
            "say what stands for zero, such as "
            f"zero_time = {small.get(draft.spec.unit, '0.01')} (half a day in "
            f"{draft.spec.unit}), or remove the rows",
        )


def entry_before_exit(draft: Draft) -> Iterator[Finding]:
    """A row comes under observation before it leaves it."""
    if not draft.has(draft.spec.entry):
        return
    late = (draft.entry >= draft.exit) & (draft.exit > 0) & np.isfinite(draft.entry)
    within = (draft.entry > draft.lower) & ~late & (draft.lower < draft.upper)
    within &= np.isfinite(draft.upper)
    if late.any():
        pairs = [
            f"{entry:g} >= {exit_:g}"
            for entry, exit_ in zip(draft.entry[late], draft.exit[late], strict=True)
        ]
        more = ", ..." if len(pairs) > 3 else ""
        yield Finding(
            draft.where(late, draft.spec.entry),
            f"entry is not before exit ({', '.join(pairs[:3])}{more})",
            "correct the times, or remove rows that were never under observation",
        )
    if within.any():
        yield Finding(
            draft.where(within, draft.spec.entry),
            "entry lies inside the interval that holds the event",
            f"let '{draft.spec.lower}' be no earlier than '{draft.spec.entry}'",
        )


def _noun(role: str) -> str:
    return _NOUN.get(role, role)


TIME_RULES = (
    no_text, none_missing, finite, not_negative, not_zero, entry_before_exit, not_dates,
)  # fmt: skip


def interval_order(draft: Draft) -> Iterator[Finding]:
    """The lower bound is no later than the upper one; equal bounds are an exact time."""
    lower, upper = draft.numbers["lower"].values, draft.numbers["upper"].values
    swapped = lower > upper
    if swapped.any():
        pairs = [f"{a:g} > {b:g}" for a, b in zip(lower[swapped], upper[swapped], strict=True)]
        more = ", ..." if len(pairs) > 3 else ""
        yield Finding(
            draft.where(swapped, draft.spec.lower),
            f"the lower bound is after the upper one ({', '.join(pairs[:3])}{more})",
            f"swap them; leave '{draft.spec.upper}' empty for a right-censored row",
        )


INTERVAL_RULES = (interval_order,)

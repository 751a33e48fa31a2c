"""Rules on times: numbers, there, finite, not negative, not zero, and entry before exit."""

from collections.abc import Iterator

import numpy as np

from posthaz.cohort.draft import NUMBER_ROLES, Draft
from posthaz.cohort.rows import shown_values
from posthaz.errors import Finding

_TIME_ROLES = ("time", "entry", "lower", "upper")
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


TIME_RULES = (no_text, none_missing, finite, not_negative, not_zero, entry_before_exit)


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

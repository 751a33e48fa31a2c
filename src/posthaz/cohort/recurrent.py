"""Several events a subject: refused until it is said which of them are asked about."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from posthaz.cohort.cohort import Dropped
from posthaz.cohort.draft import Draft
from posthaz.cohort.quantities import counted
from posthaz.cohort.rows import shown_values
from posthaz.errors import Finding

RECURRENT = ("first", "all")
FIRST_OR_ALL = (
    'say recurrent = "first" (follow-up ends at each subject\'s first event) or recurrent = "all" '
    "(every event counts: mean cumulative count, rate ratios and expected numbers of events in "
    "place of survival)"
)


def events_stated(draft: Draft) -> Iterator[Finding]:
    """Where a subject has several events, it is said whether the first or all are asked about."""
    asked = draft.spec.recurrent
    if asked and not draft.has(draft.spec.subject):
        yield Finding(
            f"{draft.name}, recurrent",
            "no column says which rows are one subject",
            "name it as subject, or leave recurrent out",
        )
        return
    if asked == "all":
        yield from _countable(draft)
    if asked or not draft.has(draft.spec.subject):
        return
    again = _again(draft)
    if again.any():
        names = draft.values(draft.spec.subject)
        several = len(names[again].unique())
        yield Finding(
            draft.where(again, draft.spec.subject),
            f"{counted(several, 'subject')} of {len(names.unique()):,} "
            f"{'has' if several == 1 else 'have'} more than one event "
            f"({shown_values(names[again])})",
            FIRST_OR_ALL,
        )
        return
    later = _rows_after_first(draft)
    if later.any():
        names = draft.values(draft.spec.subject)
        followed = len(names[later].unique())
        yield Finding(
            draft.where(later, draft.spec.subject),
            f"{counted(followed, 'subject')} of {len(names.unique()):,} "
            f"{'is' if followed == 1 else 'are'} still followed after an event "
            f"({shown_values(names[later])}), as if it had not happened",
            f"{FIRST_OR_ALL}; where the event ends follow-up, code it in a subject's last row",
        )


def after_first_event(draft: Draft) -> tuple[np.ndarray, tuple[Dropped, ...]]:
    """Rows to keep where only first events are asked about, and those left out.

    Parameters
    ----------
    draft : Draft
        A table whose follow-up is valid.

    Returns
    -------
    ndarray of bool, shape (row,)
        False for rows after a subject's first event.
    tuple of Dropped
        Those rows, with the number of their events; nothing where there are none.
    """
    later = _rows_after_first(draft)
    if draft.spec.recurrent != "first" or not later.any():
        return np.ones(len(later), dtype=bool), ()
    events = int((draft.cause[later] > 0).sum())
    subjects = len(draft.values(draft.spec.subject)[later].unique())
    reason = (
        f'after the first event of a patient (recurrent = "first"): {counted(subjects, "patient")}'
        f", {counted(events, 'further event')}"
    )
    return ~later, (Dropped(reason, tuple(draft.rows(later))),)


def _countable(draft: Draft) -> Iterator[Finding]:
    """Events can be counted where their times are exact and nothing else ends the counting."""
    if draft.spec.upper:
        yield Finding(
            f"{draft.name}, recurrent",
            "events are only known to lie between two times, and can't be counted over time",
            'give exact times, or recurrent = "first"',
        )
    others = draft.cause > 1
    if others.any():
        yield Finding(
            draft.where(others, draft.spec.cause or draft.spec.event),
            "other causes end the counting of recurrent events, which can't be told from "
            "ordinary censoring here",
            "count them as censored by event_codes (the rate is then that of patients who are "
            'alive), or give recurrent = "first"',
        )


def _again(draft: Draft) -> np.ndarray:
    """Event rows that come after another event of their subject, shape (row,)."""
    return (draft.cause > 0) & _rows_after_first(draft)


def _rows_after_first(draft: Draft) -> np.ndarray:
    """Rows that come after the first event of their subject, shape (row,)."""
    if not draft.has(draft.spec.subject):
        return np.zeros(len(draft.exit), dtype=bool)
    ends = pd.Series(np.where(draft.cause > 0, draft.exit, np.inf))
    subject = pd.factorize(draft.values(draft.spec.subject))[0]
    first = ends.groupby(subject).transform("min").to_numpy()
    return draft.exit > first

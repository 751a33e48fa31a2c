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
_SURELY_REPEATED = 5
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
    if ended := _ends_in_every_row(draft):
        yield ended
        return
    if asked == "all":
        yield from _countable(draft)
    if asked or not draft.has(draft.spec.subject):
        return
    later = _rows_after_first(draft)
    again = later & (draft.cause > 0)
    if again.any():
        yield _of_subjects(draft, again, ("has", "have"), "more than one event", "", FIRST_OR_ALL)
    elif later.any():
        fix = f"{FIRST_OR_ALL}; where the event ends follow-up, code it in a subject's last row"
        yield _of_subjects(draft, later, ("is", "are"), "still followed after an event",
                           ", as if it had not happened", fix)  # fmt: skip


def _ends_in_every_row(draft: Draft) -> Finding | None:
    """Codes that every row of a subject repeats, which tell how follow-up ended and not when."""
    if not draft.has(draft.spec.subject):
        return None
    names = draft.values(draft.spec.subject)
    rows = pd.Series(draft.cause > 0).groupby(pd.factorize(names)[0])
    several, share = rows.size() > 1, rows.mean()
    with_event, without = (int((several & (share == end)).sum()) for end in (1.0, 0.0))
    if with_event + without < int(several.sum()) or min(with_event, without) < _SURELY_REPEATED:
        return None
    return Finding(
        draft.where(column=draft.spec.event or draft.spec.cause),
        f"every row of a subject repeats one code, with the event in all rows of {with_event:,} "
        f"subjects and in none of {without:,} others, as if it told how their follow-up ended",
        "code the event in a subject's last row, and 0 in the rows before it",
    )


def _of_subjects(
    draft: Draft, rows: np.ndarray, verb: tuple[str, str], what: str, more: str, fix: str
) -> Finding:
    """How many subjects some rows are of, and which."""
    names = draft.values(draft.spec.subject)
    several = len(names[rows].unique())
    return Finding(
        draft.where(rows, draft.spec.subject),
        f"{counted(several, 'subject')} of {len(names.unique()):,} {verb[several != 1]} {what} "
        f"({shown_values(names[rows])}){more}",
        fix,
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
    if draft.spec.recurrent != "first" or not later.any() or _ends_in_every_row(draft):
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


def _rows_after_first(draft: Draft) -> np.ndarray:
    """Rows that come after the first event of their subject, shape (row,)."""
    if not draft.has(draft.spec.subject):
        return np.zeros(len(draft.exit), dtype=bool)
    ends = pd.Series(np.where(draft.cause > 0, draft.exit, np.inf))
    subject = pd.factorize(draft.values(draft.spec.subject))[0]
    first = ends.groupby(subject).transform("min").to_numpy()
    return draft.exit > first

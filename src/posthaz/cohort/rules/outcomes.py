"""Rules on events: codes with a meaning, and at least one event."""

from collections.abc import Iterator

import numpy as np

from posthaz.cohort.draft import Draft
from posthaz.cohort.events import code_counts
from posthaz.cohort.levels import level_text, level_texts
from posthaz.cohort.numbers import read_numbers
from posthaz.cohort.quantities import counted
from posthaz.cohort.rows import shown_values
from posthaz.cohort.rules.naming import OUTCOME_FIX, outcome_meaning
from posthaz.errors import Finding

_MOST, _LONGEST = 20, 40  # codes shown, and letters of each


def codes_there(draft: Draft) -> Iterator[Finding]:
    """Every row has an event code."""
    if draft.coding is not None and draft.coding.missing.any():
        yield Finding(
            draft.where(draft.coding.missing, _column(draft)),
            "the event code is missing",
            f"fill it in ({draft.coding.accepted}) or remove the row",
        )


def codes_known(draft: Draft) -> Iterator[Finding]:
    """Every event code has a meaning."""
    coding = draft.coding
    if coding is None or not (coding.unknown.any() or coding.readings):
        return
    column = _column(draft)
    codes = level_texts(draft.values(column)).dropna()
    counts = sorted(code_counts(codes, draft.count).items())
    found = ", ".join(f"{code[:_LONGEST]} ({counted(n, 'row')})" for code, n in counts[:_MOST])
    found += ", ..." if len(counts) > _MOST else ""
    if coding.readings:
        yield Finding(
            draft.where(column=column),
            f"the codes {found} of a column with this name mean the events in some tables and "
            "those without an event in others",
            f"say which: event_codes = {coding.readings[0]}, or {coding.readings[1]} "
            "(1 an event, 0 censored)",
        )
        return
    if coding.ambiguous:
        yield Finding(
            draft.where(coding.unknown, column),
            f"the event codes {found} may be several causes or a slip",
            "give every code a meaning, as event_codes = "
            '{ "0" = 0, "1" = 1, "2" = 2 } (0 censored, 1 the event, 2 and above other causes)',
        )
        return
    unknown = shown_values(codes[coding.unknown[codes.index]])
    fix = f"accepted are {coding.accepted}"
    if not draft.spec.event_codes:
        fix += "; or give every code a meaning in event_codes (1 an event, 0 censored)"
    yield Finding(
        draft.where(coding.unknown, column), f"event codes without a meaning: {unknown}", fix
    )


def any_event(draft: Draft) -> Iterator[Finding]:
    """Without an event nothing can be learned about the hazard."""
    coding = draft.coding
    if coding is None or (coding.missing | coding.unknown).any() or (draft.cause == 1).any():
        return
    column = _column(draft)
    others = draft.number(draft.cause > 1)
    what = "there are no events"
    if others:
        what = f"there are no events of interest, only {counted(others, 'event')} of other causes"
    elif draft.spec.upper:
        what += ": every upper bound is empty"
    elif (codes := draft.values(column).dropna()).nunique() == 1:
        what += f": every code is {level_text(codes.iloc[0])}"
    yield Finding(
        draft.where(column=column),
        what,
        "see whether the column and its event_codes are the right ones",
    )


def _column(draft: Draft) -> str:
    spec = draft.spec
    return spec.cause if draft.has(spec.cause) else spec.event or spec.upper


OUTCOME_RULES = (codes_there, codes_known, any_event)


_FEWEST, _SAME_ORDER = 20, 0.995


def refuse_copies(draft: Draft) -> Iterator[Finding]:
    """Refuse covariates of the analysis that say in every row what the outcome says.

    Yields
    ------
    Finding
        One a covariate that orders patients exactly as the follow-up time does, or whose levels
        are the event's.
    """
    if len(draft.frame) < _FEWEST or draft.spec.upper:
        return
    for name in draft.needed:
        allowed = (draft.spec.subject, draft.spec.cluster, draft.spec.treatment)
        if name in allowed or not draft.has(name) or outcome_meaning(draft.spec, name):
            continue
        said = _follows_time(draft, name) or _follows_event(draft, name)
        if said:
            yield Finding(f"{draft.name}, column '{name}'", said, OUTCOME_FIX)


def _follows_time(draft: Draft, name: str) -> str:
    numbers = read_numbers(draft.values(name))
    values, times = numbers.values, draft.exit
    if not np.isfinite(values).all() or len(np.unique(times)) < _FEWEST:
        return ""
    if np.allclose(values, times, rtol=1e-9, atol=0.0):
        return "it is the follow-up time in every row"
    number, same = _ranks(values), _ranks(times)
    if np.array_equal(number, same):
        return "it orders all rows exactly as the follow-up time does, so it is computed from it"
    # rounded, or in another unit; on a scale such as age what is known at entry comes as near
    if not (draft.entry > 0).any() and np.ptp(values) > 0:
        alike = float(np.corrcoef(number, same)[0, 1])
        if alike > _SAME_ORDER:
            return (
                f"it orders rows as the follow-up time does (rank correlation {alike:.4f}), so it "
                "is computed from it"
            )
    return ""


def _ranks(values: np.ndarray) -> np.ndarray:
    """Ranks, of equal values their mean."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(count) - (count - 1) / 2)[place]


def _follows_event(draft: Draft, name: str) -> str:
    event = draft.cause > 0
    if event.all() or not event.any():
        return ""
    values = level_texts(draft.values(name)).to_numpy(dtype=object)
    of_events, of_others = set(values[event]), set(values[~event])
    if len(of_events) == 1 and len(of_others) == 1 and of_events != of_others:
        (one,), (other,) = of_events, of_others
        return f"it is '{one}' in every row with an event and '{other}' in every other"
    return ""


COPY_RULES = (refuse_copies,)

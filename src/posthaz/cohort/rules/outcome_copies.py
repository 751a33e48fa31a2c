"""Covariates that are the outcome under another name."""

from collections.abc import Iterator

import numpy as np

from posthaz.cohort.draft import Draft
from posthaz.cohort.levels import level_texts
from posthaz.cohort.numbers import read_numbers
from posthaz.cohort.rules.naming import OUTCOME_FIX, outcome_meaning
from posthaz.errors import Finding

_FEWEST = 20


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
    number, same = np.unique(values, return_inverse=True), np.unique(times, return_inverse=True)
    if len(number[0]) == len(same[0]) and np.array_equal(number[1], same[1]):
        return "it orders all rows exactly as the follow-up time does, so it is computed from it"
    return ""


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

"""The time from which curves can be told: where enough patients are under observation."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from posthaz.cohort.cohort import Cohort
from posthaz.cohort.covariates import factor_levels
from posthaz.cohort.draft import Draft
from posthaz.cohort.levels import level_texts
from posthaz.cohort.quantities import at_time, counted, number_text
from posthaz.errors import Finding

ENOUGH = 10


@dataclass(frozen=True, eq=False)
class _Arm:
    """Follow-up of the rows of one arm, and how many patients each row stands for."""

    name: str
    entry: np.ndarray
    exit: np.ndarray
    event: np.ndarray
    count: np.ndarray

    def at_risk_after(self, times: np.ndarray) -> np.ndarray:
        """Number under observation just after each time."""
        return _up_to(self.entry, self.count, times) - _up_to(self.exit, self.count, times)

    @property
    def enough(self) -> float:
        """Ten at risk, or half of the most that ever are in an arm that is smaller than that."""
        most = self.at_risk_after(np.unique(self.entry)).max(initial=0.0)
        return float(min(ENOUGH, np.ceil(most / 2)))

    @property
    def emptied(self) -> np.ndarray:
        """Times at which everybody at risk has the event while others have yet to enter."""
        times, place = np.unique(self.exit[self.event], return_inverse=True)
        seen = np.bincount(place, weights=self.count[self.event], minlength=len(times))
        entered = _up_to(self.entry, self.count, times, "left")
        at_risk = entered - _up_to(self.exit, self.count, times, "left")
        return times[(at_risk <= seen) & (times <= self.entry.max(initial=0.0))]


def default_origin(draft: Draft) -> float:
    """0 where somebody is at risk from 0, otherwise the first time with enough at risk.

    Enough is ten patients in every arm, or half of the largest number at risk in an arm that
    never has twenty. The time is looked for after the last one at which everybody at risk in an
    arm has had the event while others have yet to enter.

    Parameters
    ----------
    draft : Draft
        A table whose follow-up is valid.

    Returns
    -------
    float
        The time, in ``draft.spec.unit``; 0 where events are only known to lie between two times.
    """
    if not draft.spec.entry or draft.spec.upper or (draft.entry <= 0).any():
        return 0.0
    return _first_with_enough(list(_arms(draft)))


def origin_of(draft: Draft) -> float:
    """The time from which curves are told: as stated, or by default."""
    stated = draft.spec.origin
    return default_origin(draft) if stated is None else float(stated)


def after_origin(cohort: Cohort) -> Cohort:
    """The follow-up after ``cohort.origin``: what a curve conditional on reaching it rests on.

    Parameters
    ----------
    cohort : Cohort
        A cohort with exact or right-censored times.

    Returns
    -------
    Cohort
        Rows that end after the origin, none of which enters before it.

    Examples
    --------
    >>> import pandas as pd
    >>> import posthaz as ph
    >>> frame = pd.DataFrame({"from": [50, 61, 66], "age": [58, 70, 80], "dead": [1, 1, 0]})
    >>> cohort = ph.read_cohort(frame, time="age", entry="from", event="dead", origin=60)
    >>> after_origin(cohort).entry.tolist()
    [61.0, 66.0]
    """
    if not cohort.origin:
        return cohort
    kept = cohort.where(cohort.exit > cohort.origin)
    return replace(kept, entry=np.maximum(kept.entry, cohort.origin))


def origin_possible(draft: Draft) -> Iterator[Finding]:
    """A stated origin leaves somebody at risk, and an event, in every arm."""
    origin = draft.spec.origin
    if not isinstance(origin, int | float) or not np.isfinite(draft.exit).all():
        return
    for arm in _arms(draft):
        later = arm.exit > origin
        if arm.event.any() and not (later & arm.event).any():
            last = float(arm.exit[arm.event].max(initial=0.0))
            yield Finding(
                f"{draft.name}, origin",
                f"no event comes after the origin of {at_time(origin, draft.spec.unit)}{_of(arm)}",
                f"set origin below {number_text(last)}, or leave it out",
            )


def late_origin(draft: Draft) -> Iterator[Finding]:
    """Curves that begin after 0, because nobody was under observation before."""
    origin = origin_of(draft)
    where = draft.where(column=draft.spec.entry)
    unit = draft.spec.unit
    if draft.spec.origin is None and origin > 0:
        first = float(draft.entry.min())
        yield Finding(
            where,
            f"nobody is under observation before {at_time(first, unit)}, and in every arm enough "
            "are "
            f"from {at_time(origin, unit)} on: survival, medians and restricted means are those of "
            f"patients event-free at {at_time(origin, unit)}",
            "nothing, or set another time as origin in [cohort]",
        )
    elif draft.spec.upper and draft.spec.entry and draft.entry.min() > 0:
        yield Finding(
            where,
            f"nobody is under observation before {at_time(draft.entry.min(), unit)}: curves up "
            "to then "
            "are the model's alone",
            "read survival after that time only",
        )


def emptied_before_all_entered(draft: Draft) -> Iterator[Finding]:
    """Kaplan-Meier that falls to 0 while patients have yet to enter."""
    if not draft.spec.entry or draft.spec.upper:
        return
    origin, arms = origin_of(draft), list(_arms(draft))
    better = _first_with_enough(arms)
    for arm in arms:
        times = arm.emptied[arm.emptied > origin]
        if not times.size:
            continue
        first = float(times[0])
        yet = int(arm.count[arm.entry >= first].sum())
        have = "has" if yet == 1 else "have"
        yield Finding(
            draft.where(column=draft.spec.entry),
            f"everybody at risk{_of(arm)} has had the event by "
            f"{at_time(first, draft.spec.unit)}, so "
            f"that Kaplan-Meier falls to 0 while {counted(yet, 'patient')} {have} yet to enter: "
            "it says nothing from that time on, and no estimate is given there",
            f"begin the curves later: origin = {better:g} in [cohort]"
            if better > first
            else "begin the curves later, by origin in [cohort]",
        )


def last_believable(entry: np.ndarray, exit_: np.ndarray, event: np.ndarray) -> float:
    """Time from which Kaplan-Meier is 0 although some enter later; infinite where it never is.

    Parameters
    ----------
    entry, exit_ : ndarray of float, shape (row,)
        Follow-up of one arm.
    event : ndarray of bool, shape (row,)
        Whether each row ends with the event.

    Returns
    -------
    float
        The time.

    Examples
    --------
    >>> import numpy as np
    >>> entry, ends = np.array([0.0, 0.0, 5.0]), np.array([2.0, 3.0, 9.0])
    >>> last_believable(entry, ends, np.array([True, True, False]))
    3.0
    """
    if not len(entry) or not (entry > entry.min()).any():
        return float("inf")
    times = _Arm("", entry, exit_, event, np.ones(len(entry))).emptied
    return float(times[0]) if times.size else float("inf")


def _first_with_enough(arms: Sequence[_Arm]) -> float:
    """First time of entry after which every arm has enough at risk and none is emptied."""
    times = np.unique(np.concatenate([arm.entry for arm in arms]))
    enough = np.all([arm.at_risk_after(times) >= arm.enough for arm in arms], axis=0)
    last = max((float(arm.emptied.max(initial=0.0)) for arm in arms), default=0.0)
    for usable in (enough & (times >= last), enough):
        if usable.any():
            return float(times[usable][0])
    return float(max(arm.entry.min() for arm in arms))


def _arms(draft: Draft) -> Iterator[_Arm]:
    count = np.ones(len(draft.exit)) if draft.count is None else draft.count.astype(float)
    name, event = draft.spec.treatment, draft.cause == 1
    if not draft.has(name):
        yield _Arm("", draft.entry, draft.exit, event, count)
        return
    arm = level_texts(draft.values(name), draft.column(name).levels)
    for level in factor_levels(draft, name):
        rows = (arm == level).to_numpy()
        if rows.any():
            yield _Arm(level, draft.entry[rows], draft.exit[rows], event[rows], count[rows])


def _of(arm: _Arm) -> str:
    return f" in arm '{arm.name}'" if arm.name else ""


def _up_to(
    moments: np.ndarray,
    count: np.ndarray,
    times: np.ndarray,
    side: Literal["left", "right"] = "right",
) -> np.ndarray:
    """How many moments lie before each time; with side "right" also those at it."""
    order = np.argsort(moments)
    total = np.concatenate([[0.0], np.cumsum(count[order])])
    return total[np.searchsorted(moments[order], times, side=side)]

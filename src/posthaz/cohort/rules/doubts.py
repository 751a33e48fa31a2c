"""Doubts that do not stop an analysis: one generator a doubt, each yields notices."""

from collections.abc import Iterator

import numpy as np
from scipy.special import digamma

from posthaz.cohort.covariates import factor_levels, is_factor
from posthaz.cohort.draft import Draft
from posthaz.cohort.event_names import contradicted
from posthaz.cohort.first_event import events_as_long_after, late_first_event
from posthaz.cohort.levels import level_text, level_texts
from posthaz.cohort.quantities import at_time, counted, number_text
from posthaz.cohort.rows import listed, shown_values
from posthaz.errors import Finding

# A median or maximum above these is in a finer unit; a maximum below the last is in a coarser.
_HIGH = {
    "months": (150, 600, "days"),
    "weeks": (650, 2600, "days"),
    "years": (20, 60, "months"),
}
_LOW = {"months": (12, "years"), "weeks": (15, "years"), "days": (30, "months")}
_DAYS_IN_YEARS = 300


def likely_unit(time: np.ndarray, unit: str, median: float | None = None) -> str:
    """Unit that follow-up looks like, empty when it looks like the one named.

    Parameters
    ----------
    time : ndarray of float, shape (subject,)
        Time under observation.
    unit : str
        The unit named: days, weeks, months or years.
    median : float, optional
        Median time, where it isn't that of `time`.

    Returns
    -------
    str
        Another unit, or nothing.

    Examples
    --------
    >>> import numpy as np
    >>> likely_unit(np.array([306.0, 455.0, 1010.0]), "months")
    'days'
    >>> likely_unit(np.array([3.0, 14.5, 31.0]), "months")
    ''
    """
    median = float(np.median(time)) if median is None else median
    longest = float(np.max(time))
    if unit in _HIGH:
        high_median, high_longest, finer = _HIGH[unit]
        if median > high_median or longest > high_longest:
            return "days" if unit == "years" and median > _DAYS_IN_YEARS else finer
    if unit in _LOW:
        low, coarser = _LOW[unit]
        # Trials of 28 days count whole days; months or years taken for days have fractions.
        whole = unit == "days" and bool((time % 1 == 0).all())
        if longest < low and not whole:
            return coarser
    return ""


FEW_EVENTS = 10
_NEARLY_ALL = 0.95
_FEW_ROWS = 20
_LONG_TAIL = 1.25
_MOVED = 0.01
_WHOLE = 2.0**53


def zero_times_replaced(draft: Draft) -> Iterator[Finding]:
    """Times of zero were replaced."""
    if draft.zero.any() and draft.spec.zero_time is not None:
        yield Finding(
            draft.where(draft.zero, draft.spec.time or draft.spec.upper),
            f"follow-up of 0 was replaced by {at_time(draft.spec.zero_time, draft.spec.unit)}",
            "nothing, when that is what you meant by zero_time",
        )


def few_events(draft: Draft) -> Iterator[Finding]:
    """So few events that the priors decide."""
    events = draft.number(draft.cause == 1)
    if events < FEW_EVENTS:
        yield Finding(
            draft.where(column=_event_column(draft)),
            f"there {'is' if events == 1 else 'are'} only {counted(events, 'event')}, so the "
            "answer will lean on the priors",
            "look at the prior beside the posterior, and keep the model small",
        )


def late_start_of_events(draft: Draft) -> Iterator[Finding]:
    """A stretch at first in which nobody can have had an event."""
    if (draft.entry > 0).any():
        return
    times = draft.lower[(draft.cause == 1) & (draft.lower == draft.upper)]
    first = late_first_event(times)
    if first:
        unit = draft.spec.unit
        yield Finding(
            draft.where(column=_event_column(draft)),
            f"nobody has an event in the first {at_time(first, unit)}, and "
            f"{events_as_long_after(times)} have one in the {at_time(first, unit)} after the "
            "first: at "
            "first nobody could, or who did is not in the table (as when patients had to live to "
            "be included)",
            "see whether time 0 lies too early, and count from when events were possible "
            "(entry, or landmark)",
        )


def arm_without_events(draft: Draft) -> Iterator[Finding]:
    """An arm without events leaves its hazard ratio to the prior."""
    name = draft.spec.treatment
    if not name:
        return
    arm = level_texts(draft.values(name), draft.column(name).levels)
    for level in factor_levels(draft, name):
        rows = (arm == level).to_numpy()
        if not (draft.cause[rows] == 1).any():
            yield Finding(
                draft.where(column=name),
                f"no events in arm '{level}' ({counted(draft.number(rows), 'row')}): the "
                "likelihood of the hazard ratio has no maximum, so the posterior is driven by "
                "its prior and the Cox estimate does not exist",
                "report the answer under several priors, or the absolute risks only",
            )


def suspected_inversion(draft: Draft) -> Iterator[Finding]:
    """Event codes that may mean the opposite."""
    if not draft.spec.event:
        return
    column = draft.spec.event
    if against := contradicted(column, draft.spec.event_codes):
        yield Finding(
            draft.where(column=column),
            f"{against}, and event_codes say the opposite",
            "see which code means an event; nothing, when the codes are right",
        )
    rows = draft.number(np.ones(len(draft.cause)))
    share = draft.number(draft.cause > 0) / rows
    if draft.spec.event_codes or share <= _NEARLY_ALL or rows < _FEW_ROWS:
        return
    early = _censored_early(draft)
    if early:
        yield Finding(
            draft.where(column=column),
            f"{share:.1%} of the rows are events, {early}: the codes may be inverted",
            "see which code means an event, and say so in event_codes",
        )


def another_unit_of_time(draft: Draft) -> Iterator[Finding]:
    """Follow-up that looks like another unit."""
    person_time = _person_time(draft)
    median = draft.median(person_time) if not draft.spec.subject else float(np.median(person_time))
    unit = likely_unit(person_time, draft.spec.unit, median)
    if unit:
        yield Finding(
            draft.where(column=draft.spec.time or draft.spec.upper),
            f"follow-up has a median of {median:g} and a maximum of "
            f"{at_time(person_time.max(), draft.spec.unit)}, which looks like {unit}",
            f'say unit = "{unit}" when it is',
        )


def finer_than_stated(draft: Draft) -> Iterator[Finding]:
    """Times finer than the resolution stated, which is then not used."""
    between = draft.between_steps
    if between.any():
        yield Finding(
            draft.where(between, draft.spec.time),
            f"events lie between the steps of resolution = {draft.spec.resolution:g} "
            f"({shown_values(draft.exit[between].tolist())}), so times were taken as exact",
            "leave resolution out, or give the step in which times were recorded",
        )


def coarse_times(draft: Draft) -> Iterator[Finding]:
    """Times so coarse that taking them as exact moves survival."""
    spec = draft.spec
    if not spec.time or draft.resolution:
        return
    moved, time, tied = _moved_by_ties(draft)
    if moved < _MOVED:
        return
    step = _common_step(draft.exit[draft.cause == 1])
    yield Finding(
        draft.where(column=spec.time),
        f"many events share a time ({tied:g} at time {number_text(time)}): models that take "
        f"times as exact overstate survival by up to "
        f"{counted(round(100 * moved), 'percentage point')}",
        f"say resolution = {step:g} in [cohort] when times were recorded in such steps"
        if step
        else "give the step in which times were recorded as resolution in [cohort]",
    )


def _levels_asked(draft: Draft, name: str) -> list[str]:
    """Levels of a column that the conditions on patients leave; none where there is none on it."""
    conditions = [one for one in draft.spec.where.conditions if one.column == name]
    return [level_text(level) for one in conditions for level in one.levels]


def levels_absent(draft: Draft) -> Iterator[Finding]:
    """Levels that were named and that no row has are left out."""
    for name in draft.kept:
        declared = [level_text(level) for level in draft.column(name).levels]
        if declared:
            found = factor_levels(draft, name)
            asked = _levels_asked(draft, name) or declared
            absent = [level for level in declared if level not in found and level in asked]
            if absent:
                yield Finding(
                    draft.where(column=name),
                    f"no row has the {'level' if len(absent) == 1 else 'levels'} "
                    f"{listed(absent)}, so it was left out",
                    "nothing, when that is so",
                )


def levels_alike(draft: Draft) -> Iterator[Finding]:
    """Levels that differ only in capitals are probably one."""
    for name in draft.kept:
        if not is_factor(draft, name) or draft.column(name).levels:
            continue
        spellings: dict[str, list[str]] = {}
        for level in factor_levels(draft, name):
            spellings.setdefault(level.casefold(), []).append(level)
        for alike in (found for found in spellings.values() if len(found) > 1):
            yield Finding(
                draft.where(column=name),
                f"the levels {listed([f"'{level}'" for level in alike])} differ only in capitals",
                "write them alike when they are one level",
            )


def _censored_early(draft: Draft) -> str:
    """What speaks for inverted codes where nearly all rows are events; empty for nothing.

    Where nearly everybody dies, those censored are the ones followed longest. Where the codes
    are inverted, the few "censored" are the deaths, and came early.
    """
    time, censored, unit = draft.exit, draft.cause == 0, draft.spec.unit
    if not censored.any():
        long = time.max() > _LONG_TAIL * draft.median(time)
        return f"although follow-up goes on to {at_time(time.max(), unit)}" if long else ""
    early = draft.median(np.where(censored, time, np.nan))
    late = draft.median(np.where(censored, np.nan, time))
    if early >= late:
        return ""
    return (
        f"and the few censored rows have the shorter follow-up (median {at_time(early, unit)}, "
        "events "
        f"{number_text(late)})"
    )


def _moved_by_ties(draft: Draft) -> tuple[float, float, float]:
    """By how much ties move survival at most, the time with most events, and how many they are."""
    event = draft.cause == 1
    if not event.any():
        return 0.0, 0.0, 0.0
    count = np.ones(len(event)) if draft.count is None else draft.count
    times, place = np.unique(draft.exit[event], return_inverse=True)
    events = np.bincount(place, weights=count[event])
    # whoever enters at a time or later also leaves later
    at_risk = _not_before(draft.exit, count, times) - _not_before(draft.entry, count, times)
    together = np.cumsum(events / at_risk)
    # one after another, as untied events would be: the sum of 1 / (at risk - j) over j < events
    one_by_one = np.cumsum(digamma(at_risk + 1) - digamma(at_risk - events + 1))
    most = int(events.argmax())
    moved = np.max(np.exp(-together) - np.exp(-one_by_one))
    return float(moved), float(times[most]), float(events[most])


def _not_before(time: np.ndarray, count: np.ndarray, times: np.ndarray) -> np.ndarray:
    """How many rows have a time that is not before each of `times`."""
    order = np.argsort(time)
    before = np.concatenate([[0.0], np.cumsum(count[order])])
    return before[-1] - before[np.searchsorted(time[order], times)]


def _common_step(times: np.ndarray) -> float:
    """Largest step of which all times are multiples; 0 where there is none worth naming."""
    for step in (1.0, 0.5, 0.25, 0.1, 0.05, 0.01):
        steps = np.round(times / step)
        if np.abs(steps).max() < _WHOLE and np.allclose(times, steps * step, rtol=0.0, atol=1e-9):
            return float(step * np.gcd.reduce(steps.astype(int)))
    return 0.0


def _person_time(draft: Draft) -> np.ndarray:
    """Time under observation of each subject, so that age as the time scale is no surprise."""
    if not draft.spec.subject:
        return draft.exit - draft.entry
    _, subject = np.unique(draft.values(draft.spec.subject).astype(str), return_inverse=True)
    return np.bincount(subject, weights=draft.exit - draft.entry)


def _event_column(draft: Draft) -> str:
    return draft.spec.event or draft.spec.cause or draft.spec.upper

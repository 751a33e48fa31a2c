"""How follow-up is told: rows, unit, codes of events, entry, several rows of a patient."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from posthaz.cohort.event_names import (
    ALIVE,
    CENSORED,
    CENSORING,
    kind_of_name,
    opposite_readings,
)
from posthaz.cohort.events import read_coding
from posthaz.cohort.quantities import counted, number_text
from posthaz.errors import SpecError, nearest
from posthaz.spec.guess.end_points import EndPoint, may_be_event, may_be_time, subject_columns
from posthaz.spec.guess.facts import Facts, Guesses, facts_of, name_words
from posthaz.spec.guess.names import event_stem, time_stem

UNITS = ("days", "weeks", "months", "years")
_UNIT_WORDS = (
    ("days", re.compile(r"(.*)days?")),
    ("weeks", re.compile(r"(.*)(weeks?|wks?)")),
    ("months", re.compile(r"(.*)(months?|mths?|mos?)")),
    ("years", re.compile(r"(.*)(years?|yrs?)")),
)
_RATIOS = {
    365.25: ("days", "years"), 12.0: ("months", "years"), 30.4375: ("days", "months"),
    7.0: ("days", "weeks"), 52.18: ("weeks", "years"),
}  # fmt: skip
_ENTRY = re.compile(r"(t_?)?(start|entry|enter|begin)(_?time)?|.*entry", re.IGNORECASE)
_NO_FOLLOW_UP = {"age", "year", "yr", "date", "birth", "dob", "calendar"}
"""Words of columns that hold an age or a calendar time, which needn't be on the scale of time."""
_COUNTS = re.compile(r"freq(uency)?|counts?|n_?(patients?|subjects?)|fw(eight)?", re.IGNORECASE)
_WEIGHTS = re.compile(r"(case|sampling|survey|s?ipt?)?_?(weights?|wts?|w)", re.IGNORECASE)
_LARGEST_WEIGHT = 10.0
_EVENT, _CENSORED = "event", "censored"
_LEFT = re.compile(r"withdr|drop")  # who left may be a cause of its own


def guess_follow_up(frame: pd.DataFrame, point: EndPoint, guesses: Guesses) -> pd.DataFrame:
    """Guess how the follow-up of an end point is told.

    Parameters
    ----------
    frame : DataFrame
        The table.
    point : EndPoint
        Its time and event.
    guesses : Guesses
        Where guesses go.

    Returns
    -------
    DataFrame
        The rows of the end point.
    """
    for key, level in point.where.items():
        levels = facts_of(frame)[key].levels
        why = f"'{key}' tells the end points apart: {', '.join(levels[:12])}"
        place = ("cohort", "where", key)
        level = guesses.take(place, level, why, choices=levels, doubtful=True, decisive=True)
        frame = frame[facts_of(frame)[key].texts == level]
    facts = facts_of(frame)
    if point.interval:
        why = "bounds of the time at which the event was found"
        guesses.take("cohort.lower", point.time, why, decisive=True)
        guesses.take("cohort.upper", point.event, "empty where the event was not found")
        _unit(facts, facts[point.time], point, guesses)
        return frame
    if not (facts[point.time].numeric and (facts[point.time].known > 0.0).any()):
        what = f"'{point.time}' has no number above 0, and so is no time of follow-up"
        raise SpecError(what, fix="name another column of time")
    times = [name for name, column in facts.items() if may_be_time(column)]
    events = [name for name, column in facts.items() if may_be_event(column)]
    several = len([name for name in times if time_stem(name) is not None]) > 1
    why = f"numbers from {number_text(facts[point.time].known.min())} to " \
        f"{number_text(facts[point.time].known.max())}"  # fmt: skip
    time = guesses.take(
        "cohort.time", point.time, why, choices=times, doubtful=several, decisive=True
    )
    why = f"its values are {', '.join(facts[point.event].levels)}"
    named = [name for name in events if event_stem(name) is not None]
    event = guesses.take("cohort.event", point.event, why, choices=events,
                         doubtful=len(named) > 1 and event_stem(point.event) == "",
                         decisive=True)  # fmt: skip
    _entry(facts, time, guesses)
    if "duration" in stated_of(guesses):
        guesses.made = [guess for guess in guesses.made if guess.key != ("cohort", "time")]
    seen = _codes(facts[event], facts[time].numbers, guesses)
    _unit(facts, facts[time], point, guesses)
    _zero(facts[time], guesses)
    _repeats(facts, seen, guesses)
    _weights(facts, guesses)
    return frame


def _entry(facts: Mapping[str, Facts], time: str, guesses: Guesses) -> None:
    found: list[str] = [
        n for n, f in facts.items()
        if _ENTRY.fullmatch(n) and f.numeric and n != time and not _NO_FOLLOW_UP & {*name_words(n)}
    ]  # fmt: skip
    stated = guesses.stated.get(("cohort", "entry"))
    found = [str(stated)] if stated in facts else found
    if not found or not any(np.ptp(facts[name].known) for name in found):
        return
    entry, exit_ = facts[found[0]].numbers, facts[time].numbers
    after = bool((exit_ >= entry)[np.isfinite(entry) & np.isfinite(exit_)].all())
    why = "patients come under observation then"
    guesses.take("cohort.entry", found[0], why, decisive=True)
    if not after:
        why = f"'{time}' is often below '{found[0]}', so it counts from there"
        guesses.take("cohort.duration", time, why, decisive=True)


def _codes(event: Facts, times: np.ndarray, guesses: Guesses) -> np.ndarray:
    """Rows with the event, by the codes as guessed."""
    coding = read_coding(event.values.rename(event.name), {})
    texts = event.texts.to_numpy()
    meaning = {
        level: int(coding.cause[np.flatnonzero(texts == level)[0]]) for level in event.levels
    }
    why, doubtful = coding.sentence or "the codes are those of no common coding", False
    if -1 in meaning.values():
        meaning, doubtful, free = _ordered(event), True, _without_event(event)
        taken = (
            f"{' and '.join(f"'{level}'" for level in free)} {'is' if len(free) == 1 else 'are'}"
            if free
            else ""
        )
        why = (
            f"the codes are those of no common coding: {taken or 'the lowest is'} taken as censored"
        )
    readings: tuple[Mapping[str, int], ...] = (meaning,)
    if len(meaning) == 2 and set(meaning.values()) == {0, 1}:
        readings = (meaning, {level: 1 - cause for level, cause in meaning.items()})
    words = doubtful and not event.numeric
    if (words or opposite_readings(event.name, list(event.levels))) and len(readings) == 2:
        shown = [_longer_censored(texts, times, one) for one in readings]
        readings = readings if shown[0] >= shown[1] else readings[::-1]
        meaning, doubtful = readings[0], True
        either = "the codes are words of no common coding"
        either = either if words else f"tables use '{event.name}' either way"
        why = (
            f"{either}; so read, those without the event were "
            f"followed longer than those with it in {100 * max(shown):.0f} of 100 pairs"
        )
    if max(meaning.values(), default=0) > 1:
        readings, doubtful = _of_interest(texts, meaning), True
        why = f"{why.rstrip('.')}; several are events: say which is meant, the others are other "
        why += "causes"
    share = ", ".join(f"{level}: {int(np.sum(texts == level)):,}" for level in event.levels)
    worded = [{level: _word(cause) for level, cause in one.items()} for one in readings]
    chosen = guesses.take("cohort.event_codes", worded[0], f"{why} ({share})", choices=worded,
                          doubtful=doubtful, decisive=True)  # fmt: skip
    return np.isin(texts, [level for level, word in chosen.items() if word in (_EVENT, 1)])


def _of_interest(texts: np.ndarray, meaning: Mapping[str, int]) -> tuple[Mapping[str, int], ...]:
    """Readings in which each cause in turn is the event, the likeliest first.

    It is the one whose code is a word for an event, such as death; of codes that are no words, or
    where several are, the lowest by custom, unless another is three times as frequent.
    """
    causes = sorted(cause for cause in meaning.values() if cause)
    codes = {cause: [code for code, one in meaning.items() if one == cause] for cause in causes}
    number = {cause: int(np.isin(texts, codes[cause]).sum()) for cause in causes}
    most = max(causes, key=lambda cause: number[cause])
    first = most if number[most] >= 3 * number[causes[0]] else causes[0]
    named = [
        cause for cause in causes if any(event_stem(code) is not None for code in codes[cause])
    ]
    first = named[0] if len(named) == 1 else first
    turns = [first, *(cause for cause in causes if cause != first)]
    return tuple(
        {code: {0: 0, turn: 1, 1: turn}.get(cause, cause) for code, cause in meaning.items()}
        for turn in turns
    )


def _ordered(event: Facts) -> dict[str, int]:
    """Codes in their order: censored are those whose words say so, such as alive, or the first."""
    if len(event.levels) == 1:
        return dict.fromkeys(event.levels, 1)
    free = _without_event(event) or tuple(event.levels[:1])
    causes = [level for level in event.levels if level not in free]
    numbers = {level: number for number, level in enumerate(causes, start=1)}
    return {level: numbers.get(level, 0) for level in event.levels}


def _without_event(event: Facts) -> tuple[str, ...]:
    """Codes whose words say that there was no event; none where all do, or none does."""
    kinds = {level: kind_of_name(level) for level in event.levels}
    free = tuple(
        level
        for level, kind in kinds.items()
        if kind in (ALIVE, CENSORED, CENSORING) and not _LEFT.search(level.lower())
    )
    return free if len(free) < len(event.levels) else ()


def _word(cause: int) -> str | int:
    return {0: _CENSORED, 1: _EVENT}.get(cause, cause)


def _longer_censored(texts: np.ndarray, times: np.ndarray, meaning: Mapping[str, int]) -> float:
    """Share of pairs in which the censored patient was followed longer."""
    seen = np.isin(texts, [level for level, cause in meaning.items() if cause == 1])
    known = np.isfinite(times)
    events, censored = np.sort(times[seen & known]), times[~seen & known]
    if not len(events) or not len(censored):
        return 0.5
    below = np.searchsorted(events, censored) + np.searchsorted(events, censored, side="right")
    return float(below.mean() / (2 * len(events)))


def _unit(facts: Mapping[str, Facts], time: Facts, point: EndPoint, guesses: Guesses) -> None:
    stated = guesses.stated.get(("cohort", "unit"), UNITS[0])
    if stated not in UNITS:
        what = f"cohort.unit: '{stated}' is no unit of time ({nearest(str(stated), UNITS)})"
        raise SpecError(what, fix=f"give one of {', '.join(UNITS)}")
    unit, why = _named_unit(facts, time)
    sure = bool(unit)
    if not unit:
        longest = float(time.known.max())
        unit = "days" if longest > 500 else "months" if longest > 40 or time.whole else "years"
        why = f"no name says it; the longest is {number_text(longest)}"
    guesses.take("cohort.unit", unit, why, choices=UNITS, doubtful=not sure, decisive=True)


def _named_unit(facts: Mapping[str, Facts], time: Facts) -> tuple[str, str]:
    """Unit by a name, by words of another column, or by the same time in another unit."""
    for unit, known in _UNIT_WORDS:
        if any(known.fullmatch(word) for word in name_words(time.name)):
            return unit, f"'{time.name}' says so"
    for column in facts.values():
        if column.name.lower() in ("param", "avalu", "unit", "units", "time_unit"):
            said = " ".join(column.levels).lower()
            named = [unit for unit, _ in _UNIT_WORDS if unit[:-1] in said]
            if len(named) == 1:
                return named[0], f"'{column.name}' says so"
    for other in facts.values():
        if other.name == time.name or not other.numeric:
            continue
        positive = (time.numbers > 0) & (other.numbers > 0)
        if positive.sum() < 3:
            continue
        ratio = time.numbers[positive] / other.numbers[positive]
        for factor, (small, large) in _RATIOS.items():
            for value, unit in ((factor, small), (1 / factor, large)):
                if np.allclose(ratio, value, rtol=0.005):
                    return unit, f"it is {number_text(value)} times '{other.name}'"
    return "", ""


def _zero(time: Facts, guesses: Guesses) -> None:
    zeros = int((time.known == 0).sum())
    if zeros:
        value = float(f"{time.known[time.known > 0].min() / 2:.3g}")
        why = f"{counted(zeros, 'time')} of exactly 0: half of the shortest instead"
        guesses.take("cohort.zero_time", value, why, decisive=True)


def _repeats(facts: Mapping[str, Facts], seen: np.ndarray, guesses: Guesses) -> None:
    """Several rows of a patient: episodes, recurrent events, or times within a cluster."""
    repeated = [name for name in subject_columns(facts) if facts[name].values.duplicated().any()]
    if not repeated:
        return
    name, stated = repeated[0], {guess.key: guess.value for guess in guesses.made}
    if ("cohort", "entry") not in stated:
        why = f"'{name}' has several rows a patient, all from time 0: times within a cluster"
        guesses.take("cohort.cluster", name, why, decisive=True)
        return
    guesses.take("cohort.subject", name, "several rows a patient, each a piece of follow-up")
    events = pd.Series(seen).groupby(facts[name].texts.to_numpy()).sum()
    if (events > 1).any():
        why = f"{counted(int((events > 1).sum()), 'patient')} had several events"
        guesses.take("cohort.recurrent", "first", why, choices=("first", "all"), doubtful=True,
                     decisive=True)  # fmt: skip


def _weights(facts: Mapping[str, Facts], guesses: Guesses) -> None:
    """A column that says how many patients a row stands for, or how much it counts."""
    for name, column in facts.items():
        if not column.numeric or column.lacking or column.known.min() <= 0:
            continue
        counts = bool(_COUNTS.fullmatch(name)) and column.whole and column.known.max() > 1
        weights = _WEIGHTS.fullmatch(name) and np.median(column.known) <= _LARGEST_WEIGHT
        if not counts and not weights:
            continue
        kind = "frequency" if counts else "probability"
        why = f"'{name}' is named like " + (
            "a number of patients" if counts else "a weight, and left out unless you say so"
        )
        taken = guesses.take("cohort.weight", name if counts else None, why,
                             choices=(name, None), doubtful=True, decisive=True)  # fmt: skip
        if taken is not None:
            guesses.take("cohort.weight_kind", kind, "what the weights are", decisive=True,
                         choices=("frequency", "probability", "importance"))  # fmt: skip
        return


def time_like(facts: Mapping[str, Facts], points: Sequence[EndPoint]) -> set[str]:
    """Columns that tell of follow-up, of this end point or another, and so are no covariates."""
    found = {name for point in points for name in (point.time, point.event, *point.where)}
    for name, column in facts.items():
        if _ENTRY.fullmatch(name) or (time_stem(name) is not None and may_be_time(column)):
            found.add(name)
        if event_stem(name) is not None and may_be_event(column):
            found.add(name)
    return found


def stated_of(guesses: Guesses) -> dict[str, Any]:
    """What was guessed so far of ``[cohort]``, by key."""
    return {g.key[1]: g.value for g in guesses.made if g.key[0] == "cohort" and len(g.key) == 2}

"""End points of a table: pairs of a time and an event, in columns or in rows."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from posthaz.cohort.identifiers import identifying
from posthaz.cohort.rules.times import dates_as_numbers, holds_dates
from posthaz.errors import SpecError
from posthaz.spec.guess.facts import Facts, facts_of
from posthaz.spec.guess.names import endpoint_order, event_stem, likeness, time_stem

_IN_ROWS = re.compile(r"paramcd|outcome|end_?point|etype|event_?type|trans", re.IGNORECASE)
_SURE_IN_ROWS = re.compile(r"paramcd|outcome|end_?point", re.IGNORECASE)
_SUBJECT = re.compile(
    r"id|.*(usubjid|patid|patient|subject|subj|patno|ptid|(^|[^a-z])pid)[\W_]*(id|no|nr|number)?"
    r"|seqno|obs", re.IGNORECASE
)  # fmt: skip
_LOWER = re.compile(r"(time_?)?(lower|left|l)(_?time)?", re.IGNORECASE)
_UPPER = re.compile(r"(time_?)?(upper|right|u|r)(_?time)?", re.IGNORECASE)
_STOP = re.compile(r"t?_?(stop|exit|end)(_?time)?", re.IGNORECASE)
_CAUSES = ("cause", "outcome")
_MOST_CODES, _FEWEST_TIMES, _MOST_END_POINTS = 5, 5, 40
_CALENDAR = (1850, 2150)


@dataclass(frozen=True)
class EndPoint:
    """Columns of one end point.

    Parameters
    ----------
    stem : str
        What it is about, as names of columns say: ``"pfs"``; empty where they don't.
    time, event : str
        Columns of time and event; of an interval when `interval`.
    where : mapping of str to str
        Column and level that choose its rows, where a table holds several end points in rows.
    interval : bool
        Whether the two columns are the bounds of an interval.
    """

    stem: str
    time: str
    event: str
    where: Mapping[str, str] = field(default_factory=dict)
    interval: bool = False


def end_points(frame: pd.DataFrame, name: str) -> tuple[EndPoint, ...]:
    """End points that a table seems to hold, the most important first.

    Parameters
    ----------
    frame : DataFrame
        The table.
    name : str
        Its name, for messages.

    Returns
    -------
    tuple of EndPoint
        One or more.

    Raises
    ------
    SpecError
        When no column looks like a time of follow-up with an event.

    Examples
    --------
    >>> frame = pd.DataFrame({"os_mth": [3, 4, 5, 6, 9.5], "os_event": [1, 0, 1, 1, 0]})
    >>> [(point.stem, point.time, point.event) for point in end_points(frame, "x.csv")]
    [('os', 'os_mth', 'os_event')]
    """
    facts = facts_of(frame)
    interval = _interval(facts)
    pairs = [interval] if interval else list(_pairs(facts)) or list(_fallback(facts))
    if not pairs:
        dates = [f"'{n}'" for n, f in facts.items() if _calendar(f)]
        held = f"; {', '.join(dates[:_MOST_CODES])} hold{'s' * (len(dates) == 1)} dates"
        raise SpecError(
            f"{name}: no column looks like a time of follow-up with a column of events beside it "
            f"(columns: {', '.join(list(facts)[:_MOST_END_POINTS])}{held if dates else ''})",
            fix="add a column with the time between the dates"
            if dates
            else "name them: --time COLUMN --event COLUMN",
        )
    key = _rows_key(facts)
    if key is not None:
        levels = sorted(facts[key].levels, key=lambda level: endpoint_order(level.lower()))
        if all(endpoint_order(level.lower()) > endpoint_order("") for level in levels):
            levels = levels[::-1]  # numbered end points: death is coded last
        first = pairs[0]
        return tuple(
            EndPoint(level.lower(), first.time, first.event, {key: level}) for level in levels
        )
    return tuple(sorted(pairs, key=lambda pair: endpoint_order(pair.stem)))


def subject_columns(facts: Mapping[str, Facts]) -> list[str]:
    """Columns that look like the number of a patient."""
    return [name for name in facts if _SUBJECT.fullmatch(name)]


def may_be_time(column: Facts) -> bool:
    """Whether the values of a column may be lengths of follow-up."""
    known = column.known
    if not column.numeric or len(np.unique(known)) < min(_FEWEST_TIMES, len(known)):
        return False
    if dates_as_numbers(known, "years", late=True):
        return False
    calendar = _CALENDAR[0] <= known.min() and known.max() <= _CALENDAR[1] and column.whole
    return bool(known.min() >= 0 and known.max() > 1.5 and not calendar)


def _calendar(column: Facts) -> bool:
    """Whether a column holds dates: as such, as text or as numbers."""
    return holds_dates(column.values) or (
        column.numeric and bool(dates_as_numbers(column.known, "days", late=True))
    )


def may_be_event(column: Facts) -> bool:
    """Whether the values of a column may be codes of events."""
    if pd.api.types.is_datetime64_any_dtype(column.values):
        return False
    return 1 <= len(column.levels) <= _MOST_CODES and (not column.numeric or column.whole)


def _pairs(facts: Mapping[str, Facts]) -> Iterator[EndPoint]:
    """Pairs by the likeness of their names, each event once and each time once."""
    times = {n: s for n, f in facts.items() if (s := time_stem(n)) is not None and may_be_time(f)}
    stops = {n: "" for n, f in facts.items() if _STOP.fullmatch(n) and may_be_time(f)}
    times = stops or times
    events = {
        n: s for n, f in facts.items()
        if (s := event_stem(n)) is not None and may_be_event(f) and n not in times
    }  # fmt: skip
    # a column of causes may hold who is censored too, and stands for the event where none is named
    events |= {} if events else {
        n: "" for n, f in facts.items() if n.lower() in _CAUSES and may_be_event(f)
    }  # fmt: skip
    order = list(facts)
    scored = sorted(
        (-likeness(t, e), abs(order.index(time) - order.index(event)), order.index(time),
         time, event)
        for time, t in times.items()
        for event, e in events.items()
        if likeness(t, e)
    )  # fmt: skip
    taken: set[str] = set()
    for _, _, _, time, event in scored:
        if not taken & {time, event}:
            taken |= {time, event}
            yield EndPoint(events[event] or times[time], time, event)


def _fallback(facts: Mapping[str, Facts]) -> Iterator[EndPoint]:
    """A column named as an event, and the longest numbers whose name holds its name."""
    for event, column in facts.items():
        if event_stem(event) is None or not may_be_event(column):
            continue
        for time, values in facts.items():
            if time != event and event.lower() in time.lower() and may_be_time(values):
                yield EndPoint(event_stem(event) or "", time, event)
                return


def _interval(facts: Mapping[str, Facts]) -> EndPoint | None:
    lower = [n for n, f in facts.items() if _LOWER.fullmatch(n) and f.numeric]
    upper = [n for n, f in facts.items() if _UPPER.fullmatch(n) and f.numeric]
    if len(lower) != 1 or len(upper) != 1:
        return None
    low, high = facts[lower[0]].numbers, facts[upper[0]].numbers
    both = np.isfinite(low) & np.isfinite(high)
    ordered = bool((low[both] <= high[both]).all())
    return EndPoint("", lower[0], upper[0], interval=True) if ordered else None


def _rows_key(facts: Mapping[str, Facts]) -> str | None:
    """Column by which rows of a table are about several end points; None for none."""
    subjects = [name for name in subject_columns(facts) if facts[name].values.duplicated().any()]
    for name, column in facts.items():
        if not _IN_ROWS.fullmatch(name) or not 2 <= len(column.levels) <= _MOST_END_POINTS:
            continue
        if _SURE_IN_ROWS.fullmatch(name):
            return name
        for subject in subjects:
            both = pd.DataFrame({"s": facts[subject].texts, "k": column.texts})
            if not both.duplicated().any():
                return name
    return None


def looks_like_identifier(column: Facts, patients: int) -> bool:
    """Whether a column tells who a patient is, or numbers the rows."""
    if identifying(column.name, column.values, patients) or _SUBJECT.fullmatch(column.name):
        return True
    numbers = column.numbers
    return bool(column.numeric and len(numbers) > 2 and np.all(np.diff(numbers) == 1))

"""Events and person-time of a hazard that is constant between cuts, as a short cohort."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd

from posthaz.cohort.argument import checks_arguments
from posthaz.cohort.cohort import Cohort
from posthaz.cohort.collapse import numbered_groups, pattern_codes, with_covariates
from posthaz.cohort.patients import stacked
from posthaz.cohort.quantities import number_text
from posthaz.cohort.ties import at_times_of, between_steps
from posthaz.errors import CohortError

_ROUNDING = 1e-12


@checks_arguments
def person_time(
    cohort: Cohort, cuts: Sequence[float], covariates: Sequence[str] | None = None
) -> Cohort:
    """Reduce follow-up to events and person-time of each covariate pattern and interval.

    Where the hazard is constant between cuts, these are all that the likelihood asks of exact
    and right-censored follow-up (Holford 1980, Laird and Olivier 1981). They are written as an
    ordinary cohort: `d` events in person-time `T` of an interval (a, b] become `d` events that
    each come after `T / d`, or, where `b` is nearer than that, `d` events at `b` and as many
    censored rows (a, b] as hold the rest of `T`.

    Parameters
    ----------
    cohort : Cohort
        Valid time-to-event data. Interval-censored rows are kept as they are; events of other
        causes count as censored.
    cuts : sequence of float
        Times between intervals, increasing, above 0. Intervals are ``(cut[k-1], cut[k]]``, and
        the hazard has to be constant on each of them.
    covariates : sequence of str, optional
        Covariates that make a pattern, those of the model's formula. All when not given.

    Returns
    -------
    Cohort
        One or two weighted rows for each pattern and interval, in order of patterns, with the
        log-likelihood of `cohort` under any hazard that is constant between the cuts. `subject`
        numbers the rows; `row_number` is that of the first row of the pattern.

    Raises
    ------
    CohortError
        For cuts that do not increase, and covariates that are not in the cohort.

    Examples
    --------
    >>> import posthaz as ph
    >>> frame = pd.DataFrame({"months": [2, 3, 8, 9], "dead": [1, 1, 0, 1]})
    >>> reduced = person_time(ph.read_cohort(frame, time="months", event="dead"), [4.0])
    >>> reduced.entry.tolist(), reduced.exit.tolist(), reduced.weight.tolist()
    ([0.0, 0.0, 4.0, 4.0], [4.0, 4.0, 9.0, 9.0], [2.0, 1.25, 1.0, 0.8])
    """
    edges = _edges(cohort, cuts)
    cohort = between_steps(with_covariates(cohort, covariates))
    kept = cohort.interval_censored
    if kept.all():
        return cohort
    whole = cohort.where(~kept) if kept.any() else cohort
    codes = pattern_codes(whole) or [(np.zeros(len(whole), dtype=np.int64), 1)]
    pattern, first = numbered_groups(codes)
    cells = [_cells(whole, pattern, len(first), *ends) for ends in pairwise(edges)]
    rows = pd.concat([row for cell in cells for row in _rows(cell)], ignore_index=True)
    rows = rows.sort_values(["pattern", "entry"], kind="stable")
    reduced = _reduced(whole, rows, first[rows["pattern"].to_numpy()])
    if not kept.any():
        return reduced
    both = stacked([reduced, cohort.where(kept)])
    return replace(both, subject=np.arange(len(both)))


def _edges(cohort: Cohort, cuts: Sequence[float]) -> np.ndarray:
    times = at_times_of(cohort, np.asarray(cuts, dtype=float))
    if not (np.isfinite(times).all() and (np.diff(times, prepend=0.0) > 0).all()):
        raise CohortError(
            f"{cohort.source.name}: cuts {', '.join(map(number_text, times))} are not "
            "increasing times above 0",
            fix="give finite cuts in order, without 0",
        )
    # the last interval ends where follow-up does, so that no row lies beyond what was seen
    last = float(cohort.exit.max())
    return np.array([0.0, *times[times < last], last])


def _cells(
    cohort: Cohort, pattern: np.ndarray, size: int, start: float, end: float
) -> pd.DataFrame:
    """Events and person-time in one interval, one row for each pattern seen there."""
    inside = np.minimum(cohort.exit, end) - np.maximum(cohort.entry, start)
    seen = np.flatnonzero(inside > 0)
    events = seen[cohort.event[seen] & (cohort.exit[seen] <= end)]
    time = np.bincount(pattern[seen], cohort.weight[seen] * inside[seen], minlength=size)
    events = np.bincount(pattern[events], cohort.weight[events], minlength=size)
    cells = pd.DataFrame({"pattern": np.arange(size), "events": events, "time": time})
    return cells[time > 0].assign(start=start, end=end)


def _rows(cells: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Event rows and censored rows that say the same as the cells."""
    width = cells["end"] - cells["start"]
    with_events = cells[cells["events"] > 0]
    mean = with_events["time"] / with_events["events"]
    # an event lies after the start of its interval, however short the time to it
    earliest = np.nextafter(with_events["start"], np.inf)
    seen = pd.DataFrame(
        {
            "pattern": with_events["pattern"],
            "entry": with_events["start"],
            "exit": np.clip(with_events["start"] + mean, earliest, with_events["end"]),
            "event": True,
            "weight": with_events["events"],
        }
    )
    rest = cells["time"] / width - cells["events"]
    left = cells[(rest > _ROUNDING * cells["events"]) & (rest > 0)]
    censored = pd.DataFrame(
        {
            "pattern": left["pattern"],
            "entry": left["start"],
            "exit": left["end"],
            "event": False,
            "weight": rest[left.index],
        }
    )
    return seen, censored


def _reduced(cohort: Cohort, rows: pd.DataFrame, original: np.ndarray) -> Cohort:
    exit_ = rows["exit"].to_numpy(dtype=float)
    event = rows["event"].to_numpy(dtype=bool)
    return replace(
        cohort.at(original),
        entry=rows["entry"].to_numpy(dtype=float),
        lower=exit_,
        upper=np.where(event, exit_, np.inf),
        cause=event.astype(int),
        subject=np.arange(len(rows)),
        weight=rows["weight"].to_numpy(dtype=float),
    )

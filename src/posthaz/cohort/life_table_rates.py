"""Printed counts or survival rates of groups: read, checked, and cut into weighted pieces."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd

from posthaz.cohort.numbers import read_numbers
from posthaz.cohort.quantities import number_text
from posthaz.cohort.rows import Piece
from posthaz.cohort.table import Table
from posthaz.errors import Finding, Findings

_TRIES = 1000


@dataclass(frozen=True, eq=False)
class Rates:
    """Survival rates of groups.

    Parameters
    ----------
    number : ndarray of float, shape (group,)
        Patients in each group.
    survival : ndarray of float, shape (group, time)
        Shares; NaN where a rate is not known.
    rounding : float
        Half the width of the interval that rounds to a printed rate.
    """

    number: np.ndarray
    survival: np.ndarray
    rounding: float

    def unrounded(self, random: np.random.Generator) -> "Rates":
        """Rates that round to the printed ones, drawn uniformly among those that don't rise."""
        drawn = np.stack([_unrounded(row, self.rounding, random) for row in self.survival])
        return replace(self, survival=drawn)


def _unrounded(row: np.ndarray, rounding: float, random: np.random.Generator) -> np.ndarray:
    known = np.isfinite(row)
    lower = np.clip(row[known] - rounding, 0.0, 1.0)
    upper = np.clip(row[known] + rounding, 0.0, 1.0)
    proposed = random.uniform(lower, upper, (_TRIES, int(known.sum())))
    falling = np.flatnonzero(np.all(np.diff(proposed, axis=1) <= 0, axis=1))
    # when none falls many rates are equal; sorted uniforms on one interval are the law wanted
    chosen = proposed[falling[0]] if len(falling) else np.sort(proposed[0])[::-1]
    drawn = row.copy()
    drawn[known] = chosen
    return drawn


def printed_decimals(
    frame: pd.DataFrame, survival: Sequence[str], stated: int | None = None
) -> int:
    """Decimals of the printed rates: as stated, else the most that any of them has.

    Examples
    --------
    >>> printed_decimals(pd.DataFrame({"y1": [51.1, 42.0]}), ["y1"])
    1
    """
    if stated is not None:
        return stated
    texts = [f"{value:.10g}" for name in survival for value in read_numbers(frame[name]).values]
    return max((len(text.partition(".")[2]) for text in texts if "." in text), default=0)


def read_rates(
    table: Table,
    number: str,
    survival: Sequence[str],
    times: Sequence[float],
    percent: bool,
    decimals: int,
    findings: Findings,
) -> Rates:
    """Numbers and rates of a table; everything wrong with them is recorded.

    Parameters
    ----------
    table : Table
        The table, which has the columns.
    number : str
        Column of the number of patients.
    survival : sequence of str
        Columns of the rates.
    times : sequence of float
        Their times.
    percent : bool
        Whether rates are percentages.
    decimals : int
        Decimals to which they are printed.
    findings : Findings
        Where problems go.

    Returns
    -------
    Rates
        Shares.
    """
    patients = read_numbers(table.frame[number]).values
    read = [read_numbers(table.frame[name]) for name in survival]
    whole = 100.0 if percent else 1.0
    shares = np.column_stack([column.values for column in read]) / whole
    for name, column in zip(survival, read, strict=True):
        for row in np.flatnonzero(column.text):
            what = f"'{table.frame[name].iloc[row]}' is not a rate"
            findings.add(f"{table.name}, row {row + 1}, column '{name}'", what, "give a number")
    findings.extend(_scale_problems(table.name, shares, percent))
    for row, (size, rates) in enumerate(zip(patients, shares, strict=True)):
        findings.extend(_row_problems(f"{table.name}, row {row + 1}", size, rates, times, whole))
    return Rates(patients, shares, 0.5 * 10.0**-decimals / whole)


def _scale_problems(name: str, shares: np.ndarray, percent: bool) -> Iterator[Finding]:
    known = shares[np.isfinite(shares)]
    if not percent and len(known) and known.max() > 1 and known.max() <= 100:
        what = f"rates up to {known.max():g}, which look like percentages"
        yield Finding(name, what, "say percent = true")
    if percent and len(known) > 1 and 0 < known.max() <= 0.01:
        what = f"no rate is above {100 * known.max():g} %, which looks like shares"
        yield Finding(name, what, "say percent = false")


def _row_problems(
    where: str, size: float, rates: np.ndarray, times: Sequence[float], whole: float
) -> Iterator[Finding]:
    if not (np.isfinite(size) and size > 0):
        yield Finding(where, "the number of patients is not a number above 0", "give it")
    known = np.flatnonzero(np.isfinite(rates)).tolist()
    if not known:
        yield Finding(where, "no survival rate is given", "give one at least, or leave the row out")
    for place in known:
        if not 0 <= rates[place] <= 1 and not (whole == 1 and rates[place] <= 100):
            what = f"survival at {times[place]:g} is {whole * rates[place]:g}"
            yield Finding(where, what, f"give a number from 0 to {whole:g}")
    for before, after in pairwise(known):
        if rates[after] > rates[before] + 1e-12:
            what = (
                f"survival rises from {whole * rates[before]:g} at {times[before]:g} to "
                f"{whole * rates[after]:g} at {times[after]:g}"
            )
            fix = "see the source; leave a rate that is a misprint empty (nan)"
            yield Finding(where, what, fix)


def rate_pieces(rates: Rates, times: Sequence[float]) -> tuple[Piece, ...]:
    """Weighted pieces of follow-up, in order of groups and times; some may weigh nothing.

    Examples
    --------
    >>> rates = Rates(np.array([10.0]), np.array([[0.5, np.nan, 0.2]]), 0.0)
    >>> [(p.lower, p.upper, round(p.weight, 6)) for p in rate_pieces(rates, (1, 2, 3))]
    [(0.0, 1.0, 5.0), (1.0, 3.0, 3.0), (3.0, inf, 2.0)]
    """
    pieces = []
    for row, (size, survival) in enumerate(zip(rates.number, rates.survival, strict=True)):
        known = np.isfinite(survival)
        bounds = [0.0, *np.asarray(times, dtype=float)[known].tolist()]
        levels = [1.0, *survival[known].tolist()]
        for k in range(len(bounds) - 1):
            weight = float(size * (levels[k] - levels[k + 1]))
            pieces.append(Piece(row, 0.0, bounds[k], bounds[k + 1], weight))
        pieces.append(Piece(row, 0.0, bounds[-1], np.inf, float(size * levels[-1])))
    return tuple(pieces)


@dataclass(frozen=True)
class Interval:
    """One interval of one group.

    Parameters
    ----------
    row : int
        Row printed, from 0.
    start, end : float
        Bounds.
    at_risk, events, lost : float
        Counts; `lost` is NaN where it is not printed.
    """

    row: int
    start: float
    end: float
    at_risk: float
    events: float
    lost: float


def read_counts(
    table: Table, columns: Sequence[str], lost: str, covariates: Sequence[str], findings: Findings
) -> tuple[tuple[Interval, ...], ...]:
    """Intervals by group; everything wrong with them is recorded.

    Parameters
    ----------
    table : Table
        The table, which has the columns.
    columns : sequence of str
        Columns of start, end, numbers at risk and events.
    lost : str
        Column of losses; there may be none.
    covariates : sequence of str
        Columns that tell groups apart.
    findings : Findings
        Where problems go.

    Returns
    -------
    tuple of tuple of Interval
        One tuple a group, in order of time.
    """
    numbers = [read_numbers(table.frame[name]).values for name in columns]
    with_losses = lost in table.frame.columns
    losses = read_numbers(table.frame[lost]).values if with_losses else np.full(len(table.frame),
                                                                               np.nan)  # fmt: skip
    keys = [tuple(map(str, row)) for row in table.frame[list(covariates)].to_numpy(dtype=object)]
    groups: dict[tuple[str, ...], list[Interval]] = {}
    for row, key in enumerate(keys):
        start, end, at_risk, events = (float(column[row]) for column in numbers)
        interval = Interval(row, start, end, at_risk, events, float(losses[row]))
        groups.setdefault(key, []).append(interval)
    ordered = tuple(tuple(sorted(g, key=lambda one: one.start)) for g in groups.values())
    for group in ordered:
        for interval in group:
            _check(table.name, interval, findings)
        for before, after in pairwise(group):
            _check_next(table.name, before, after, findings)
    return ordered


def _check(name: str, one: Interval, findings: Findings) -> None:
    where = f"{name}, row {one.row + 1}"
    numbers = (one.start, one.end, one.at_risk, one.events)
    if not np.all(np.isfinite(numbers)) or min(numbers) < 0 or one.lost < 0:
        what = "start, end, numbers at risk, events and losses are not all numbers from 0"
        findings.add(where, what, "complete and correct the row")
        return
    if one.end <= one.start:
        start, end = number_text(one.start), number_text(one.end)
        what = f"the interval ends at {end}, not after its start, {start}"
        findings.add(where, what, "correct the bounds")
    gone = one.events + (0.0 if np.isnan(one.lost) else one.lost)
    if gone > one.at_risk * (1 + 1e-9):
        losses = "" if np.isnan(one.lost) else f" and {one.lost:g} lost"
        what = f"{one.events:g} events{losses} exceed the {one.at_risk:g} at risk"
        findings.add(where, what, "correct the counts")


def _check_next(name: str, before: Interval, after: Interval, findings: Findings) -> None:
    where = f"{name}, row {after.row + 1}"
    if after.start != before.end:
        start, end = number_text(after.start), number_text(before.end)
        what = f"the interval starts at {start}, and the one before ends at {end}"
        findings.add(where, what, "give intervals that follow one another")
    left = before.at_risk - before.events - (0.0 if np.isnan(before.lost) else before.lost)
    if left < 0 or not np.isfinite(left + after.at_risk):
        return  # said of the row itself
    if after.at_risk > left + 1e-9 * max(left, 1.0):
        what = f"{after.at_risk:g} are at risk, but only {left:g} are left by row {before.row + 1}"
        findings.add(where, what, "correct the counts")
    elif after.at_risk < left - 1e-9 * max(left, 1.0) and not np.isnan(before.lost):
        what = f"{after.at_risk:g} are at risk, but {left:g} are left by row {before.row + 1}"
        findings.add(where, what, "correct the counts, or leave the losses out")


def count_pieces(groups: Sequence[Sequence[Interval]]) -> tuple[Piece, ...]:
    """Weighted pieces of follow-up; those lost are followed to the middle of their interval.

    Examples
    --------
    >>> group = [Interval(0, 0, 1, 10, 3, 2), Interval(1, 1, 2, 5, 1, float("nan"))]
    >>> [(piece.lower, piece.upper, piece.weight) for piece in count_pieces([group])]
    [(0, 1, 3), (0.5, inf, 2), (1, 2, 1), (2, inf, 4.0)]
    """
    pieces = []
    for group in groups:
        entry = group[0].start
        for place, one in enumerate(group):
            last = place == len(group) - 1
            left = one.at_risk - one.events
            remaining = (
                left - (0.0 if np.isnan(one.lost) else one.lost)
                if last
                else group[place + 1].at_risk
            )
            lost = left - remaining
            middle = (one.start + one.end) / 2.0
            pieces.append(Piece(one.row, entry, one.start, one.end, one.events))
            pieces.append(Piece(one.row, entry, middle, np.inf, lost))
            if last:
                pieces.append(Piece(one.row, entry, one.end, np.inf, remaining))
    return tuple(piece for piece in pieces if piece.weight > 0)

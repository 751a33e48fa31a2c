"""Printed counts of intervals: at risk, events and losses, read, checked and cut into pieces."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from posthaz.cohort.numbers import read_numbers
from posthaz.cohort.quantities import number_text
from posthaz.cohort.rows import Piece
from posthaz.cohort.table import Table
from posthaz.errors import Findings


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

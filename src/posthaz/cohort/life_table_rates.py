"""Printed survival rates of groups: read, checked, unrounded, and cut into weighted pieces."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd

from posthaz.cohort.numbers import read_numbers
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

"""Whether a report withholds small counts and exact times, and Table 1 without them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from posthaz.adjust.balance import OVERALL, arm_head
from posthaz.cohort import Cohort
from posthaz.spec import Analysis

WITHHELD = "withheld"


def withholds(analysis: Analysis) -> Any:
    """The table ``[privacy]`` of an analysis; None where nothing is withheld."""
    return analysis.clinical.get("privacy")


def coarse(time: float, rounded: Callable[[float], float] = np.round) -> float:
    """A time to two digits.

    Examples
    --------
    >>> coarse(13.4827), coarse(1078.0), coarse(1078.0, np.floor), coarse(float("inf"))
    (13.0, 1100.0, 1000.0, inf)
    """
    if not np.isfinite(time) or time == 0:
        return time
    step = 10.0 ** (np.floor(np.log10(abs(time))) - 1)
    return float(f"{rounded(time / step) * step:.6g}")


def told_table(table: pd.DataFrame, cohort: Cohort, least: int) -> pd.DataFrame:
    """Table 1 without small counts and what they could be computed from.

    A line of counts, of a level over arms or of an arm over levels, adds up to a number that is
    known. More is withheld until no small count follows from these sums, and what a line withholds
    is at least `least` patients. Shares, tests and differences of a covariate
    with withheld counts are withheld too: each would give them away.

    Parameters
    ----------
    table : DataFrame
        Result of `table_one`.
    cohort : Cohort
        Its cohort.
    least : int
        Smallest count that is told.

    Returns
    -------
    DataFrame
        The same columns.
    """
    if table.empty:
        return table
    arms = [arm_head(arm) for arm in cohort.arms]
    parts = [
        _told_variable(part.copy(), arms, least)
        for _, part in table.groupby("variable", sort=False)
    ]
    return pd.concat(parts, ignore_index=True)


def _told_variable(part: pd.DataFrame, arms: list[str], least: int) -> pd.DataFrame:
    counted = (part["kind"] != "numeric").to_numpy()
    if not counted.any():
        return part
    columns = [*arms, OVERALL]
    texts = part.loc[counted, columns].astype(str)
    counts = texts.map(lambda text: int(text.split()[0]) if text else 0).to_numpy()
    numeric = not counted.all()  # the others of a number are those whose value is known
    hidden = hidden_cells(counts, least, open_columns=numeric)
    if not hidden.any():
        return part
    # which of the hidden are small would narrow down the others, whose sums are told
    part.loc[counted, columns] = np.where(hidden, WITHHELD, counts.astype(str))
    return part.assign(smd=np.nan, test="", p=np.nan)


def hidden_cells(counts: np.ndarray, least: int, *, open_columns: bool = False) -> np.ndarray:
    """Which counts are withheld: small ones, and those by which they could be computed.

    Parameters
    ----------
    counts : ndarray of int, shape (level, arm + 1)
        Patients; the last column is the sum of the others where there are any.
    least : int
        Smallest count that is told.
    open_columns : bool
        Whether columns don't add up to the arm's patients, since others are not counted here.

    Returns
    -------
    ndarray of bool
        True where a count is withheld.

    Examples
    --------
    >>> hidden_cells(np.array([[3, 20, 23], [30, 31, 61], [9, 8, 17]]), 5).astype(int).tolist()
    [[1, 1, 0], [0, 0, 0], [1, 1, 1]]
    """
    hidden = (counts > 0) & (counts < least)
    small = hidden.copy()
    for _ in range(counts.size):
        known = _computable(counts, hidden, least, open_columns)
        free = ~hidden & _in_line(known, open_columns)
        if not ((small & known).any() and free.any()):
            break
        sizes = np.where(free, np.where(counts > 0, counts, counts.max() + 1), np.inf)
        hidden[np.unravel_index(np.argmin(sizes), counts.shape)] = True
    return hidden


def _computable(
    counts: np.ndarray, hidden: np.ndarray, least: int, open_columns: bool
) -> np.ndarray:
    """Which withheld counts follow from the others, or are left so few values that they may."""
    from scipy.linalg import null_space

    found, places = np.zeros(counts.shape, dtype=bool), np.argwhere(hidden)
    if not len(places):
        return found
    sums, lines = [], []
    if counts.shape[1] > 1:
        lines += [places[:, 0] == row for row in range(counts.shape[0])]
        sums += [np.where(places[:, 1] == counts.shape[1] - 1, -1.0, 1.0) * on for on in lines]
    if not open_columns:
        by_column = [places[:, 1] == column for column in range(counts.shape[1])]
        lines, sums = lines + by_column, sums + [on.astype(float) for on in by_column]
    if not sums:
        return found
    free = null_space(np.array(sums))
    known = np.abs(free).max(axis=1, initial=0.0) < 1e-9
    for on in lines:
        known |= on & (counts[hidden][on].sum() < least)
    found[hidden] = known
    return found


def _in_line(cells: np.ndarray, open_columns: bool) -> np.ndarray:
    """Cells whose line, over arms or over levels, holds one of some cells."""
    along = cells.any(axis=1, keepdims=True) & np.ones_like(cells)
    return along if open_columns else along | cells.any(axis=0, keepdims=True)

"""Tests that a covariate has the same distribution in every arm."""

from collections.abc import Sequence
from math import comb
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import gammaln

from posthaz.adjust.patients import first_rows, is_categorical, level_codes
from posthaz.cohort import Cohort

_SMALL = 5


def arm_tests(
    cohort: Cohort, columns: Sequence[str], *, always_exact: bool = False
) -> pd.DataFrame:
    """Tests between arms for each covariate, missing values left out.

    Parameters
    ----------
    cohort : Cohort
        A cohort; the first row of each subject is used.
    columns : sequence of str
        Covariates.
    always_exact : bool
        Whether to give Fisher's exact test also where every expected count is 5 or more.

    Returns
    -------
    DataFrame
        Columns ``variable, test, statistic, df, p``. `test` is ``kruskal``, and with two arms
        ``wilcoxon`` (normal approximation with continuity correction), for numbers;
        ``chi_square``, ``chi_square_corrected`` (Yates, two by two only) and ``fisher`` for
        factors. No rows for a single-arm cohort or a covariate that does not vary.

    Examples
    --------
    >>> import pandas as pd
    >>> from posthaz.cohort import read_cohort
    >>> table = pd.DataFrame({"time": [1, 2, 3, 4], "event": [1, 0, 1, 1], "arm": list("abab"),
    ...                       "age": [50, 61, 70, 55]})
    >>> cohort = read_cohort(table, time="time", event="event", treatment="arm")
    >>> arm_tests(cohort, ["age"])[["test", "df"]].to_numpy().tolist()
    [['wilcoxon', nan], ['kruskal', 1.0]]
    """
    patients = first_rows(cohort)
    arms = [name for name in cohort.arms if (patients.arm == name).any()]
    rows = []
    for name in columns if len(arms) > 1 else ():
        values = pd.Series(patients.covariates[name])
        if is_categorical(values):
            found = _of_levels(values, patients.arm, arms, always_exact)
        else:
            found = _of_numbers(values, patients.arm, arms)
        rows += [(name, *row) for row in found]
    return pd.DataFrame(rows, columns=["variable", "test", "statistic", "df", "p"])


def _of_numbers(
    values: pd.Series, arm: np.ndarray, arms: list[str]
) -> list[tuple[str, float, float, float]]:
    # loaded here: commands that only check an analysis start in half the time without it
    from scipy.stats import kruskal, mannwhitneyu

    numbers = values.to_numpy(dtype=float)
    known = np.isfinite(numbers)
    parts = [numbers[known & (arm == name)] for name in arms]
    if min(len(part) for part in parts) == 0 or len(np.unique(numbers[known])) < 2:
        return []
    found = []
    if len(parts) == 2:
        rank: Any = mannwhitneyu(*parts, method="asymptotic", use_continuity=True)
        found.append(("wilcoxon", float(rank.statistic), np.nan, float(rank.pvalue)))
    ranks = kruskal(*parts)
    found.append(("kruskal", float(ranks.statistic), len(parts) - 1, float(ranks.pvalue)))
    return found


def _of_levels(
    values: pd.Series, arm: np.ndarray, arms: list[str], always_exact: bool
) -> list[tuple[str, float, float, float]]:
    codes, levels = level_codes(values)
    counts = np.array(
        [np.bincount(codes[(arm == name) & (codes >= 0)], minlength=len(levels)) for name in arms]
    ).T
    if len(levels) < 2 or (counts.sum(axis=0) == 0).any():
        return []
    tests = table_tests(counts, always_exact=always_exact)
    return list(tests.itertuples(index=False, name=None))


def table_tests(counts: np.ndarray, *, always_exact: bool = False) -> pd.DataFrame:
    """Tests that the rows of a table of counts have the same shares in every column.

    Parameters
    ----------
    counts : ndarray of int, shape (level, arm)
        Counts; no row and no column may be empty.
    always_exact : bool
        Whether to give Fisher's exact test also where every expected count is 5 or more.

    Returns
    -------
    DataFrame
        Columns ``test, statistic, df, p``: ``chi_square``, ``chi_square_corrected`` (Yates, two
        by two only) and ``fisher``.

    Examples
    --------
    >>> table_tests(np.array([[3, 1], [1, 3]]))["p"].round(4).tolist()
    [0.1573, 0.4795, 0.4857]
    """
    from scipy.stats import chi2_contingency

    found = []
    for name, correction in (("chi_square", False), ("chi_square_corrected", True)):
        if correction and counts.shape != (2, 2):
            continue
        test: Any = chi2_contingency(counts, correction=correction)
        found.append((name, float(test.statistic), float(test.dof), float(test.pvalue)))
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    if always_exact or expected.min() < _SMALL:
        found.append(("fisher", np.nan, np.nan, fisher_exact_p(counts)))
    return pd.DataFrame(found, columns=["test", "statistic", "df", "p"])


_TOLERANCE = 1e-7
_PAIRS = 60_000_000
_PARTIAL = 4_000_000


def fisher_exact_p(counts: np.ndarray) -> float:
    """Probability of a table no likelier than the one seen, its margins given.

    Parameters
    ----------
    counts : ndarray of int, shape (level, arm)
        A table of counts.

    Returns
    -------
    float
        Two-sided p value; NaN when a margin has fewer than two parts, or when there are too many
        tables to go through (Pearson's test is then close).

    Examples
    --------
    >>> round(fisher_exact_p(np.array([[3, 1], [1, 3]])), 4)
    0.4857
    """
    table = np.asarray(counts, dtype=int)
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    if min(table.shape, default=0) < 2:
        return float("nan")
    if table.shape[1] > table.shape[0]:
        table = table.T
    table = table[np.argsort(table.sum(axis=1))]
    levels, arms = table.sum(axis=1), table.sum(axis=0)
    factorial = gammaln(np.arange(table.sum() + 1) + 1.0)
    constant = factorial[levels].sum() + factorial[arms].sum() - factorial[-1]
    # a table is in the tail when its sum of log factorials is at least this
    bound = factorial[table].sum() - _TOLERANCE
    # the largest level follows from the others, which are met in the middle
    left = _partial(levels[:-2], arms, factorial)
    right = _partial(levels[-2:-1], arms, factorial)
    if left is None or right is None:
        return float("nan")
    return _tail(left, right, arms, factorial, (constant, bound))


def _partial(
    levels: np.ndarray, arms: np.ndarray, factorial: np.ndarray
) -> tuple[np.ndarray, np.ndarray] | None:
    """Margins of every way to fill the levels, and the sum of log factorials of each."""
    margins, value = np.zeros((1, len(arms)), dtype=int), np.zeros(1)
    for count in levels:
        ways = comb(int(count) + len(arms) - 1, len(arms) - 1)
        if ways * len(margins) > _PARTIAL:
            return None
        rows = _compositions(int(count), arms)
        both = (margins[:, None, :] + rows[None, :, :]).reshape(-1, len(arms))
        sums = (value[:, None] + factorial[rows].sum(axis=1)[None, :]).ravel()
        fits = (both <= arms).all(axis=1)
        margins, value = both[fits], sums[fits]
    return margins, value


def _compositions(count: int, arms: np.ndarray) -> np.ndarray:
    """Every way to share `count` over the arms, shape (way, arm)."""
    ways = np.zeros((1, 0), dtype=int)
    for size in arms[:-1]:
        share = np.arange(min(count, int(size)) + 1)
        ways = np.column_stack([np.repeat(ways, len(share), axis=0), np.tile(share, len(ways))])
        ways = ways[ways.sum(axis=1) <= count]
    last = count - ways.sum(axis=1)
    return np.column_stack([ways, last])[last <= arms[-1]]


def _tail(
    left: tuple[np.ndarray, np.ndarray],
    right: tuple[np.ndarray, np.ndarray],
    arms: np.ndarray,
    factorial: np.ndarray,
    limits: tuple[float, float],
) -> float:
    constant, bound = limits
    keys, group = np.unique(left[0], axis=0, return_inverse=True)
    if len(keys) * len(right[1]) > _PAIRS:
        return float("nan")
    order = np.lexsort((left[1], group.ravel()))
    edges = np.concatenate([[0], np.cumsum(np.bincount(group.ravel()))])
    values = left[1][order]
    total = 0.0
    for place, key in enumerate(keys):
        rest = arms - key - right[0]
        possible = (rest >= 0).all(axis=1)
        other = right[1][possible] + factorial[rest[possible]].sum(axis=1)
        mine = values[edges[place] : edges[place + 1]]
        weight = np.append(np.cumsum(np.exp(mine[0] - mine)[::-1])[::-1], 0.0)
        inside = weight[np.searchsorted(mine, bound - other)]
        total += float((inside * np.exp(constant - other - mine[0])).sum())
    return min(total, 1.0)

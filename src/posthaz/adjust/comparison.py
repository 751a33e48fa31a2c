"""Tests that a covariate has the same distribution in every arm."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from posthaz.adjust.fisher import fisher_exact_p
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

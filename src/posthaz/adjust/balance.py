"""Table 1: the patients by arm, with standardised differences."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from posthaz.adjust.comparison import arm_tests
from posthaz.adjust.patients import (
    counted_by_grade,
    first_rows,
    is_categorical,
    level_codes,
)
from posthaz.adjust.weighted_numbers import weighted_quantiles, weighted_variance
from posthaz.cohort import Cohort
from posthaz.cohort.argument import takes_cohort

OVERALL = "overall"


def covariate_summary(
    cohort: Cohort, columns: Sequence[str], *, weighted: bool = False
) -> pd.DataFrame:
    """Counts, percentages, means and quartiles of covariates, by arm and overall.

    Parameters
    ----------
    cohort : Cohort
        A cohort; the first row of each subject is described.
    columns : sequence of str
        Covariates.
    weighted : bool, optional
        Whether each patient counts with its weight, as after matching or weighting. Otherwise
        whole-number weights are so many patients and others are ignored.

    Returns
    -------
    DataFrame
        Columns ``variable, kind, level, arm, n, missing, count, percent, mean, sd, median, q1,
        q3, minimum, maximum``. `kind` is ``numeric`` (one row an arm), ``categorical`` (one row a
        level and arm) or ``missing`` (one row an arm, where values are missing in any); `arm` is
        ``overall`` for all patients; percentages of a level are of those known, quartiles are of
        type 7, the standard deviation divides by n - 1. Weighted, `n`, `missing` and `count` are
        sums of weights; quantiles and deviations are those of `weighted_quantiles` and
        `weighted_variance`, and the same when all weights are 1.

    Examples
    --------
    >>> import pandas as pd
    >>> from posthaz.cohort import read_cohort
    >>> table = pd.DataFrame({"time": [1, 2, 3, 4], "event": [1, 0, 1, 1], "arm": list("abab"),
    ...                       "age": [50, 61, 70, 55]})
    >>> cohort = read_cohort(table, time="time", event="event", treatment="arm")
    >>> covariate_summary(cohort, ["age"])[["arm", "mean"]].to_numpy().tolist()
    [['a', 60.0], ['b', 58.0], ['overall', 59.0]]
    """
    patients = cohort.patients if weighted else first_rows(cohort)
    each = patients.weight if weighted else np.ones(len(patients))
    groups = {arm: np.where(patients.arm == arm, each, 0.0) for arm in cohort.arms}
    groups[OVERALL] = each
    rows = []
    for name in columns:
        values = pd.Series(patients.covariates[name])
        describe = _levels if is_categorical(values) else _numbers
        rows += [{"variable": name, **row} for row in describe(values, groups)]
    return pd.DataFrame(rows, columns=_COLUMNS)


_COLUMNS = [
    *("variable", "kind", "level", "arm", "n", "missing", "count", "percent", "mean", "sd"),
    *("median", "q1", "q3", "minimum", "maximum"),
]


def _numbers(values: pd.Series, groups: dict[str, np.ndarray]) -> list[dict[str, object]]:
    numbers = values.to_numpy(dtype=float)
    known = np.isfinite(numbers)
    rows = []
    for arm, weight in groups.items():
        used = known & (weight > 0)
        row = {"kind": "numeric", "level": "", "arm": arm, "n": _count(weight[known])}
        row |= {"missing": _count(weight[~known])}
        if used.any():
            mine, own = numbers[used], weight[used]
            q1, median, q3 = weighted_quantiles(mine, own, [0.25, 0.5, 0.75])
            row |= {"median": median, "q1": q1, "q3": q3, "mean": np.average(mine, weights=own)}
            row |= {"minimum": mine.min(), "maximum": mine.max()}
            row |= {"sd": np.sqrt(weighted_variance(mine, own))}
        rows.append(row)
    return rows + _missing(~known, groups)


def _levels(values: pd.Series, groups: dict[str, np.ndarray]) -> list[dict[str, object]]:
    codes, levels = level_codes(values)
    rows = []
    for number, level in enumerate(levels):
        for arm, weight in groups.items():
            known, count = _count(weight[codes >= 0]), _count(weight[codes == number])
            row = {"kind": "categorical", "level": level, "arm": arm, "n": known, "count": count}
            row |= {"missing": _count(weight[codes < 0]), "percent": _percent(count, known)}
            rows.append(row)
    return rows + _missing(codes < 0, groups)


def _missing(absent: np.ndarray, groups: dict[str, np.ndarray]) -> list[dict[str, object]]:
    if not absent.any():
        return []
    rows = []
    for arm, weight in groups.items():
        size, count = _count(weight), _count(weight[absent])
        row = {"kind": "missing", "level": "missing", "arm": arm, "n": _count(weight[~absent])}
        rows.append(row | {"missing": count, "count": count, "percent": _percent(count, size)})
    return rows


def _count(weight: np.ndarray) -> float:
    total = float(weight.sum())
    return int(total) if total.is_integer() else total


def _percent(count: float, size: float) -> float:
    return 100 * count / size if size else float("nan")


_PREFERENCE = ("wilcoxon", "kruskal", "fisher", "chi_square")


@takes_cohort
def table_one(cohort: Cohort, columns: Sequence[str], *, weighted: bool = False) -> pd.DataFrame:
    """Covariates by arm as a reader sees them.

    Parameters
    ----------
    cohort : Cohort
        A cohort; the first row of each subject is described.
    columns : sequence of str
        Covariates.
    weighted : bool, optional
        Whether each patient counts with its weight; a weight of 0 leaves it out.

    Returns
    -------
    DataFrame
        Columns ``variable, label, kind, level, level_label``, one an arm, ``overall``, ``smd,
        test, p``. Numbers have one row with "median (Q1-Q3)"; factors one a level with "n (%)";
        missing values a row of their own, where there are any. Numbers without a unit or a step
        that take three to six whole values are grades or scores: counted by level, but tested and
        compared as the numbers that they are (Wilcoxon, difference of means). `smd`, `test` and
        `p` stand on the first row of a covariate: Wilcoxon or Kruskal-Wallis for numbers, Fisher's
        exact test for factors with an expected count below 5, otherwise chi-square (without
        correction). `covariate_summary` has the numbers behind the texts.

        Weighted, counts are sums of weights (with one decimal unless all weights are whole
        numbers), and medians and quartiles are weighted. Tests and differences are then given
        only where each weight is 0 or 1: P values of weighted patients mean nothing, and
        `table_one_by_sample` has the differences that belong to a matched or weighted sample.

    Examples
    --------
    >>> import pandas as pd
    >>> from posthaz.cohort import read_cohort
    >>> table = pd.DataFrame({"time": [1, 2, 3, 4], "event": [1, 0, 1, 1], "arm": list("abab"),
    ...                       "age": [50, 61, 70, 55]})
    >>> cohort = read_cohort(table, time="time", event="event", treatment="arm")
    >>> table_one(cohort, ["age"])[["a", "b", "overall"]].iloc[0].tolist()
    ['60 (55-65)', '58 (56.5-59.5)', '58 (53.8-63.2)']
    """
    summary = covariate_summary(counted_by_grade(cohort, columns), columns, weighted=weighted)
    counted = cohort.where(cohort.weight > 0) if weighted else cohort
    plain = not weighted or bool(np.all(counted.weight == 1))
    decimals = 1 if weighted and np.any(cohort.weight != np.round(cohort.weight)) else 0
    tests = arm_tests(counted, columns if plain else ())
    rows = []
    for name in columns:
        mine = summary[summary["variable"] == name]
        parts = mine.groupby(["kind", "level"], sort=False)
        for position, (_, group) in enumerate(parts):
            kind, level = str(group["kind"].iloc[0]), str(group["level"].iloc[0])
            row = {"variable": name, "label": _label(cohort, name), "kind": kind, "level": level}
            row["level_label"] = _level_label(cohort, name, kind, level)
            row |= {str(cell["arm"]): _text(cell, decimals) for _, cell in group.iterrows()}
            row |= {"smd": np.nan, "test": "", "p": np.nan}
            if position == 0 and plain:
                row |= {"smd": standardised_difference(counted, name)}
                row |= _shown_test(tests.loc[tests["variable"] == name, :])
            rows.append(row)
    order = ["variable", "label", "kind", "level", "level_label", *cohort.arms, OVERALL]
    return pd.DataFrame(rows, columns=[*order, "smd", "test", "p"])


def _label(cohort: Cohort, name: str) -> str:
    column = cohort.columns.get(name)
    return column.shown if column else name


def _level_label(cohort: Cohort, name: str, kind: str, level: str) -> str:
    column = cohort.columns.get(name)
    if kind == "missing":
        return "Missing"
    return column.level_label(level) if column and kind == "categorical" else level


def _shown_test(tests: pd.DataFrame) -> dict[str, object]:
    for name in _PREFERENCE:
        found = tests[(tests["test"] == name) & tests["p"].notna()]
        if len(found):
            return {"test": name, "p": float(found["p"].iloc[0])}
    return {}


def _text(cell: pd.Series, decimals: int) -> str:
    if cell["kind"] != "numeric":
        share = "" if np.isnan(cell["percent"]) else f" ({cell['percent']:.1f}%)"
        return f"{cell['count']:.{decimals}f}{share}"
    if np.isnan(cell["median"]):
        return ""
    link = " to " if min(cell["q1"], cell["q3"]) < 0 else "-"
    return f"{_number(cell['median'])} ({_number(cell['q1'])}{link}{_number(cell['q3'])})"


def _number(value: float) -> str:
    """Three significant digits, but every digit before the point."""
    if value == 0:
        return "0"
    digits = max(0, 2 - int(np.floor(np.log10(abs(value)))))
    text = f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def standardised_difference(cohort: Cohort, column: str) -> float:
    """How far apart the arms are in a covariate, in standard deviations.

    Parameters
    ----------
    cohort : Cohort
        A cohort with a treatment; the first row of each subject is used, and those with the
        covariate missing are left out.
    column : str
        A covariate.

    Returns
    -------
    float
        For a number in two arms, mean of the second minus mean of the reference arm over the
        square root of the average variance (signed). For a factor, the multinomial distance of
        Yang and Dalton (2012), which is not signed. With more than two arms the average of the
        absolute pairwise differences. NaN for a single-arm cohort.

    Examples
    --------
    >>> import pandas as pd
    >>> from posthaz.cohort import read_cohort
    >>> table = pd.DataFrame({"time": [1, 2, 3, 4], "event": [1, 0, 1, 1], "arm": list("abab"),
    ...                       "age": [50, 61, 70, 55]})
    >>> cohort = read_cohort(table, time="time", event="event", treatment="arm")
    >>> round(standardised_difference(cohort, "age"), 4)
    -0.1916
    """
    patients = first_rows(cohort)
    values, arm = pd.Series(patients.covariates[column]), patients.arm
    distance = _shares if is_categorical(values) else _means
    arms = [name for name in cohort.arms if (arm == name).any()]
    found = [distance(values, arm == first, arm == other) for first, other in combinations(arms, 2)]
    if not found:
        return float("nan")
    return found[0] if len(found) == 1 else float(np.mean(np.abs(found)))


def _means(values: pd.Series, first: np.ndarray, other: np.ndarray) -> float:
    numbers = values.to_numpy(dtype=float)
    a, b = (numbers[inside & np.isfinite(numbers)] for inside in (first, other))
    if len(a) < 2 or len(b) < 2:
        return float("nan")
    spread = np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / 2)
    difference = float(b.mean() - a.mean())
    if spread > 0:
        return difference / float(spread)
    return 0.0 if difference == 0 else float("nan")


def _shares(values: pd.Series, first: np.ndarray, other: np.ndarray) -> float:
    codes, levels = level_codes(values)
    if len(levels) < 2:
        return 0.0 if levels else float("nan")
    a, b = (_share(codes[inside], len(levels)) for inside in (first, other))
    covariance = (_multinomial(a) + _multinomial(b)) / 2
    gap = b - a
    return float(np.sqrt(max(gap @ np.linalg.pinv(covariance) @ gap, 0.0)))


def _share(codes: np.ndarray, levels: int) -> np.ndarray:
    known = codes[codes >= 0]
    # the last share follows from the others
    return np.bincount(known, minlength=levels)[1:] / max(len(known), 1)


def _multinomial(share: np.ndarray) -> np.ndarray:
    return np.diag(share) - np.outer(share, share)

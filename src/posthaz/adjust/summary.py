"""What each covariate looks like in each arm, as numbers."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from posthaz.adjust.patients import (
    first_rows,
    is_categorical,
    level_codes,
)
from posthaz.adjust.weighted_numbers import weighted_quantiles, weighted_variance
from posthaz.cohort import Cohort

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

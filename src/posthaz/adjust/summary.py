"""What each covariate looks like in each arm, as numbers."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from posthaz.adjust.patients import first_rows, is_categorical, level_codes
from posthaz.cohort import Cohort

OVERALL = "overall"


def covariate_summary(cohort: Cohort, columns: Sequence[str]) -> pd.DataFrame:
    """Counts, percentages, means and quartiles of covariates, by arm and overall.

    Parameters
    ----------
    cohort : Cohort
        A cohort; the first row of each subject is described.
    columns : sequence of str
        Covariates.

    Returns
    -------
    DataFrame
        Columns ``variable, kind, level, arm, n, missing, count, percent, mean, sd, median, q1,
        q3, minimum, maximum``. `kind` is ``numeric`` (one row an arm), ``categorical`` (one row a
        level and arm) or ``missing`` (one row an arm, where values are missing in any); `arm` is
        ``overall`` for all patients; percentages of a level are of those known, quartiles are of
        type 7, the standard deviation divides by n - 1.

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
    patients = first_rows(cohort)
    groups = {arm: patients.arm == arm for arm in cohort.arms}
    groups[OVERALL] = np.ones(len(patients), dtype=bool)
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
    rows = []
    for arm, inside in groups.items():
        known = numbers[inside & np.isfinite(numbers)]
        row = {"kind": "numeric", "level": "", "arm": arm, "n": len(known)}
        row |= {"missing": int(inside.sum()) - len(known)}
        if len(known):
            q1, median, q3 = np.quantile(known, [0.25, 0.5, 0.75])
            row |= {"median": median, "q1": q1, "q3": q3, "mean": known.mean()}
            row |= {"minimum": known.min(), "maximum": known.max()}
            row |= {"sd": known.std(ddof=1) if len(known) > 1 else np.nan}
        rows.append(row)
    return rows + _missing(~np.isfinite(numbers), groups)


def _levels(values: pd.Series, groups: dict[str, np.ndarray]) -> list[dict[str, object]]:
    codes, levels = level_codes(values)
    rows = []
    for number, level in enumerate(levels):
        for arm, inside in groups.items():
            known = int((inside & (codes >= 0)).sum())
            count = int((inside & (codes == number)).sum())
            row = {"kind": "categorical", "level": level, "arm": arm, "n": known, "count": count}
            row |= {"missing": int(inside.sum()) - known, "percent": _percent(count, known)}
            rows.append(row)
    return rows + _missing(codes < 0, groups)


def _missing(absent: np.ndarray, groups: dict[str, np.ndarray]) -> list[dict[str, object]]:
    if not absent.any():
        return []
    rows = []
    for arm, inside in groups.items():
        size, count = int(inside.sum()), int((inside & absent).sum())
        row = {"kind": "missing", "level": "missing", "arm": arm, "n": size - count}
        rows.append(row | {"missing": count, "count": count, "percent": _percent(count, size)})
    return rows


def _percent(count: int, size: int) -> float:
    return 100 * count / size if size else float("nan")

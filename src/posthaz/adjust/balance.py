"""Table 1: the patients by arm, with standardised differences."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd

from posthaz.adjust.comparison import arm_tests
from posthaz.adjust.matched import Matched
from posthaz.adjust.patients import (
    counted_by_grade,
    first_rows,
    is_categorical,
    level_codes,
)
from posthaz.adjust.score import PropensityScore, require_score
from posthaz.adjust.weighting import Weighted
from posthaz.cohort import Cohort
from posthaz.cohort.argument import checks_arguments
from posthaz.design import formula_variables

OVERALL = "overall"
_OTHER_COLUMNS = (
    *("variable", "label", "kind", "level", "level_label", OVERALL, "smd", "test", "p", "sample"),
)


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


@checks_arguments
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
        Columns ``variable, label, kind, level, level_label``, one an arm (`arm_head`), ``overall``,
        ``smd, test, p``. Numbers have one row with "median (Q1-Q3)"; factors one a level with "n
        (%)"; missing values a row of their own, where there are any. Numbers without a unit or a
        step that take three to six whole values are grades or scores: counted by level, but tested
        and compared as the numbers that they are (Wilcoxon, difference of means). `smd`, `test` and
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
            cells = [(str(cell["arm"]), _text(cell, decimals)) for _, cell in group.iterrows()]
            row |= {arm if arm == OVERALL else arm_head(arm): text for arm, text in cells}
            row |= {"smd": np.nan, "test": "", "p": np.nan}
            if position == 0 and plain:
                row |= {"smd": standardised_difference(counted, name)}
                row |= _shown_test(tests.loc[tests["variable"] == name, :])
            rows.append(row)
    heads = [arm_head(arm) for arm in cohort.arms]
    order = ["variable", "label", "kind", "level", "level_label", *heads, OVERALL]
    return pd.DataFrame(rows, columns=[*order, "smd", "test", "p"])


def arm_head(arm: str) -> str:
    """Column of `table_one` that an arm has: its name, unless another column is called so.

    Examples
    --------
    >>> arm_head("RT"), arm_head("test")
    ('RT', 'arm test')
    """
    return f"arm {arm}" if arm in _OTHER_COLUMNS else arm


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


def weighted_variance(values: np.ndarray, weight: np.ndarray) -> float:
    """Variance of values whose weights say how much each counts.

    Parameters
    ----------
    values, weight : ndarray of float, shape (row,)
        Values and their weights, above 0 somewhere.

    Returns
    -------
    float
        The unbiased estimate, with ``n - 1`` below it when all weights are equal; NaN for a
        single value.

    Examples
    --------
    >>> weighted_variance(np.array([1.0, 2.0, 3.0]), np.array([0.5, 0.5, 0.5]))
    1.0
    """
    total = float(weight.sum())
    mean = float(np.average(values, weights=weight))
    # the unbiased estimate for weights that say how reliable a value is; n - 1 when all are equal
    correction = total - float(np.sum(weight**2)) / total
    squares = float(np.sum(weight * (values - mean) ** 2))
    return squares / correction if correction > 0 else float("nan")


def weighted_quantiles(
    values: np.ndarray, weight: np.ndarray, fractions: Sequence[float]
) -> np.ndarray:
    """Quantiles of weighted values, of type 7 when all weights are equal.

    A quantile is the average of the ordered values over a window of the cumulative weight, as
    wide as one patient of the effective sample size (Akinshin 2023, Weighted quantile estimators,
    arXiv:2304.07265); it doesn't change when all weights are multiplied by a number.

    Parameters
    ----------
    values, weight : ndarray of float, shape (row,)
        Values and their weights; a weight of 0 leaves a value out.
    fractions : sequence of float
        Between 0 and 1.

    Returns
    -------
    ndarray of float, shape (fraction,)
        The quantiles; NaN where nothing has a weight.

    Examples
    --------
    >>> weighted_quantiles(np.array([1.0, 2.0, 3.0, 9.0]), np.array([2.0, 2.0, 2.0, 0.0]), [0.25])
    array([1.5])
    """
    used = weight > 0
    values, weight = values[used], weight[used]
    if not len(values):
        return np.full(len(fractions), np.nan)
    if np.all(weight == weight[0]):
        return np.quantile(values, fractions)
    order = np.argsort(values, kind="stable")
    ends = np.append(0.0, np.cumsum(weight[order]) / weight.sum())
    size = float(weight.sum()) ** 2 / float(np.sum(weight**2))
    start = np.asarray(fractions, dtype=float)[:, None] * (size - 1.0) / size
    covered = np.clip((ends - start) * size, 0.0, 1.0)
    return np.diff(covered, axis=1) @ values[order]


BEFORE = "before"
SCORE = "propensity score (logit)"
_AFTER_COLUMNS = [
    *("sample", "variable", "level", "mean_reference", "mean_treated", "smd_treated_sd"),
    *("smd_pooled_sd", "variance_ratio"),
]


def balance_table(
    score: PropensityScore,
    samples: Mapping[str, Matched | Weighted],
    columns: tuple[str, ...] | list[str] = (),
) -> pd.DataFrame:
    """Differences of the arms in each covariate, before and in each sample.

    Parameters
    ----------
    score : PropensityScore
        The score.
    samples : mapping of str to Matched or Weighted
        Samples by name.
    columns : sequence of str, optional
        Covariates; those of the score when empty.

    Returns
    -------
    DataFrame
        Columns ``sample, variable, level, mean_reference, mean_treated, smd_treated_sd,
        smd_pooled_sd, variance_ratio``. One row a number; one a level of a factor (the second
        level only, where there are two), whose means are shares. Differences (treated minus
        reference) are divided by the standard deviation of the treated arm or by that pooled over
        the arms, both of the patients *before*, so that rows can be compared: for a share the
        root of p(1 - p), as MatchIt and tableone do. `variance_ratio` (treated over reference) is
        that of numbers in the sample itself. The logit of the score is the first variable.
        `sample` is ``"before"`` or the name.

    Examples
    --------
    >>> import posthaz as ph
    >>> score = ph.propensity_score(ph.simulated_example(), ["gtv_cc", "dose_gy"])
    >>> table = balance_table(score, {"overlap": ph.balancing_weights(score, "ATO")})
    >>> after = table[table["sample"] == "overlap"].set_index("variable")["smd_pooled_sd"]
    >>> bool(after[["gtv_cc", "dose_gy"]].abs().max() < 1e-8)
    True
    """
    require_score(score, "balance_table")
    names = list(columns) or list(formula_variables(score.formula))
    weights = {BEFORE: score.cohort.weight, **{k: one.weight for k, one in samples.items()}}
    rows = []
    for sample, weight in weights.items():
        for variable, level, values, share in _variables(score, names):
            known = np.isfinite(values)
            parts = [
                (values[known & group], weight[known & group], score.cohort.weight[known & group])
                for group in (~score.treated, score.treated)
            ]
            rows.append((sample, variable, level, *_differences(parts, share)))
    return pd.DataFrame(rows, columns=_AFTER_COLUMNS)


def _variables(
    score: PropensityScore, names: list[str]
) -> Iterator[tuple[str, str, np.ndarray, bool]]:
    """Name, level, values and whether they are shares."""
    yield SCORE, "", score.logit, False
    for name in names:
        values = pd.Series(score.cohort.covariates[name])
        if not is_categorical(values):
            yield name, "", values.to_numpy(dtype=float), False
            continue
        codes, levels = level_codes(values)
        for number, level in enumerate(levels):
            if number or len(levels) != 2:
                yield name, level, np.where(codes < 0, np.nan, codes == number), True


def _differences(
    parts: list[tuple[np.ndarray, np.ndarray, np.ndarray]], share: bool
) -> tuple[float, ...]:
    if any(weight.sum() <= 0 for _, weight, _ in parts):
        return (float("nan"),) * 5
    means = [float(np.average(values, weights=weight)) for values, weight, _ in parts]
    before = [_variance(values, case, share) for values, _, case in parts]
    gap = means[1] - means[0]
    own = [_variance(values, weight, share) for values, weight, _ in parts]
    ratio = own[1] / own[0] if own[0] > 0 and not share else float("nan")
    return (
        *means,
        _over(gap, np.sqrt(before[1])),
        _over(gap, np.sqrt((before[0] + before[1]) / 2)),
        ratio,
    )


def _over(gap: float, spread: float) -> float:
    if spread > 0:
        return float(gap / spread)
    return 0.0 if gap == 0 else float("nan")


def _variance(values: np.ndarray, weight: np.ndarray, share: bool) -> float:
    if not share:
        return weighted_variance(values, weight)
    mean = float(np.average(values, weights=weight))
    return mean * (1.0 - mean)


def table_one_by_sample(
    score: PropensityScore, samples: Mapping[str, Matched | Weighted], columns: Sequence[str]
) -> pd.DataFrame:
    """Covariates by arm before, and in each matched or weighted sample.

    Parameters
    ----------
    score : PropensityScore
        The score.
    samples : mapping of str to Matched or Weighted
        Samples by name.
    columns : sequence of str
        Covariates.

    Returns
    -------
    DataFrame
        Columns of `table_one` and ``sample`` (``"before"`` or the name), the same rows for each.
        Patients count with their weights. `smd` is ``smd_pooled_sd`` of `balance_table`: the
        difference over the deviation of the patients before, one a number and one a level (the
        second only, where there are two), so that samples compare. Tests stand only where each
        patient counts once or not at all.

    Examples
    --------
    >>> import posthaz as ph
    >>> score = ph.propensity_score(ph.simulated_example(), ["gtv_cc", "dose_gy"])
    >>> samples = {"overlap": ph.balancing_weights(score, "ATO")}
    >>> table = table_one_by_sample(score, samples, ["dose_gy"])
    >>> table[["sample", "A", "B"]].to_numpy().tolist()
    [['before', '60 (50-66)', '60 (50-66)'], ['overlap', '60 (50-66)', '60 (50-66)']]
    """
    names = list(columns)
    cohort = score.cohort
    parts = {BEFORE: cohort.weight, **{name: one.weight for name, one in samples.items()}}
    tables = [
        table_one(replace(cohort, weight=weight), names, weighted=True).assign(sample=name)
        for name, weight in parts.items()
    ]
    table = pd.concat(tables, ignore_index=True)
    balance = balance_table(score, samples, names)
    found = balance.set_index(["sample", "variable", "level"])["smd_pooled_sd"]
    places = pd.MultiIndex.from_frame(table[["sample", "variable", "level"]])
    # grades are counted by level, but their difference is that of a number and stands first
    whole = pd.MultiIndex.from_frame(table[["sample", "variable"]].assign(level=""))
    first = ~table.duplicated(["sample", "variable"]).to_numpy()
    differences = found.reindex(places).to_numpy()
    of_numbers = found.reindex(whole).to_numpy()
    differences = np.where(first & np.isnan(differences), of_numbers, differences)
    return table.assign(smd=np.where(table["kind"] == "missing", np.nan, differences))

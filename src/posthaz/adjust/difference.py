"""Standardised mean differences between arms."""

from itertools import combinations

import numpy as np
import pandas as pd

from posthaz.adjust.patients import first_rows, is_categorical, level_codes
from posthaz.cohort import Cohort


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

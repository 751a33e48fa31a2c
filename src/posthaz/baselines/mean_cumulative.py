"""Recurrent events: the mean number of events a patient has had by a time, by arm."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import norm

from posthaz.baselines.influence import clustered
from posthaz.baselines.response import by_arm, events, response, subjects
from posthaz.cohort import Cohort, after_origin

_NUMBERS = ("mean_count", "std_error", "lower", "upper")
COLUMNS = ("arm", "time", "at_risk", "events", *_NUMBERS)


def mean_cumulative_count(cohort: Cohort, *, level: float = 0.95) -> pd.DataFrame:
    """Mean cumulative number of events a patient, without a model, by arm.

    The Nelson-Aalen estimate of recurrent events, ``sum d(s) / n(s)``, with the robust variance
    of Lawless and Nadeau: patients are independent, the events of one patient need not be.

    Parameters
    ----------
    cohort : Cohort
        A cohort; every event of a subject counts.
    level : float
        Confidence level.

    Returns
    -------
    DataFrame
        Columns ``arm, time, at_risk, events, mean_count, std_error, lower, upper``: a row at the
        origin and one at each time with an event; `events` are those at the time, limits are on
        the log scale and pointwise. Errors are by cluster where the cohort has one.

    Raises
    ------
    CohortError
        When rows are interval-censored.

    Examples
    --------
    >>> import pandas as pd
    >>> from posthaz.cohort import read_cohort
    >>> table = pd.DataFrame({"id": [1, 1, 2], "start": [0, 2, 0], "stop": [2, 4, 3],
    ...                       "relapse": [1, 1, 0]})
    >>> cohort = read_cohort(table, time="stop", event="relapse", entry="start", subject="id",
    ...                      recurrent="all")
    >>> mean_cumulative_count(cohort)["mean_count"].tolist()
    [0.0, 0.5, 1.5]
    """
    later = after_origin(cohort)
    parts = [_curve(cohort, arm, part, level) for arm, part in by_arm(later)]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(COLUMNS))


def mean_count_at(cohort: Cohort, times: Sequence[float], *, level: float = 0.95) -> pd.DataFrame:
    """Mean cumulative number of events a patient at given times, by arm.

    Parameters
    ----------
    cohort : Cohort
        A cohort; every event of a subject counts.
    times : sequence of float
        Times in the cohort's unit.
    level : float
        Confidence level.

    Returns
    -------
    DataFrame
        Columns ``arm, time, at_risk, events, mean_count, std_error, lower, upper, n``; `events`
        are those up to the time, `n` the patients of the arm. NaN before the origin and after
        the last follow-up of an arm.

    Examples
    --------
    >>> import pandas as pd
    >>> from posthaz.cohort import read_cohort
    >>> table = pd.DataFrame({"id": [1, 1, 2], "start": [0, 2, 0], "stop": [2, 4, 3],
    ...                       "relapse": [1, 1, 0]})
    >>> cohort = read_cohort(table, time="stop", event="relapse", entry="start", subject="id",
    ...                      recurrent="all")
    >>> mean_count_at(cohort, [3])[["mean_count", "events", "n"]].to_numpy().tolist()
    [[0.5, 1.0, 2.0]]
    """
    curves = mean_cumulative_count(cohort, level=level)
    rows = []
    for arm, part in by_arm(after_origin(cohort)):
        curve = curves[curves["arm"] == arm]
        for time in map(float, times):
            known = curve[curve["time"] <= time]
            inside = len(known) > 0 and time <= part.exit.max()
            row = known.iloc[-1].to_dict() if inside else dict.fromkeys(_NUMBERS, np.nan)
            at_risk = float(part.weight[(part.entry < time) & (part.exit >= time)].sum())
            counts = {"at_risk": at_risk, "events": known["events"].sum(), "n": subjects(part)}
            rows.append(row | {"arm": arm, "time": time} | counts)
    return pd.DataFrame(rows, columns=[*COLUMNS, "n"])


def mean_count_rows(counts: pd.DataFrame) -> pd.DataFrame:
    """Rows of ``baselines.csv`` of `mean_count_at`."""
    return counts.rename(columns={"mean_count": "value"}).assign(
        analysis="mean_cumulative_function",
        quantity="mean cumulative count",
        note=np.where(counts["mean_count"].isna(), "no follow-up then", ""),
    )


def event_rate_rows(cohort: Cohort) -> pd.DataFrame:
    """Rows of ``baselines.csv``: events a unit of time at risk, by arm."""
    rows = []
    for arm, part in by_arm(cohort):
        count = events(part)
        watched = float((part.weight * (part.exit - part.entry)).sum())
        rows.append((arm, count / watched, subjects(part), count))
    table = pd.DataFrame(rows, columns=["arm", "value", "n", "events"])
    return table.assign(analysis="mean_cumulative_function", quantity="event rate")


def _curve(cohort: Cohort, arm: str, part: Cohort, level: float) -> pd.DataFrame:
    response(part)  # refuses what has no exact times
    times, place = np.unique(part.exit[part.event], return_inverse=True)
    seen = np.bincount(place, weights=part.weight[part.event], minlength=len(times))
    at_risk = _before(part.entry, part.weight, times) - _before(part.exit, part.weight, times)
    mean = np.cumsum(seen / at_risk)
    error = np.array([_error(cohort, part, times, seen, at_risk, k) for k in range(len(times))])
    half = float(norm.ppf(0.5 + level / 2))
    spread = np.exp(half * error / mean)
    start = float(part.weight[part.entry <= part.origin].sum())
    return pd.DataFrame(
        {
            "arm": arm,
            "time": np.append(part.origin, times),
            "at_risk": np.append(start, at_risk),
            "events": np.append(0.0, seen),
            "mean_count": np.append(0.0, mean),
            "std_error": np.append(0.0, error),
            "lower": np.append(0.0, mean / spread),
            "upper": np.append(0.0, mean * spread),
        }
    )


def _error(
    cohort: Cohort,
    part: Cohort,
    times: np.ndarray,
    seen: np.ndarray,
    at_risk: np.ndarray,
    k: int,
) -> float:
    """Robust standard error at the time of place `k`: the sum over patients of their influence."""
    accrued = np.append(0.0, np.cumsum(seen[: k + 1] / at_risk[: k + 1] ** 2))
    until = times[: k + 1]
    leaving = np.searchsorted(until, part.exit, side="right")
    coming = np.searchsorted(until, part.entry, side="right")
    inside = part.event & (part.exit <= times[k])
    own = np.where(inside, 1.0 / at_risk[np.minimum(leaving - 1, k)], 0.0)
    influence = part.weight * (own - (accrued[leaving] - accrued[coming]))
    return float(np.linalg.norm(clustered(cohort, part, influence)))


def _before(moments: np.ndarray, weight: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Weight of the moments before each time."""
    order = np.argsort(moments)
    total = np.append(0.0, np.cumsum(weight[order]))
    return total[np.searchsorted(moments[order], times, side="left")]

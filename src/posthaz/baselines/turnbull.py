"""Survival without a model where events are only known to lie between two times."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from posthaz.baselines.grouped_likelihood import Grouped, grouped_follow_up, maximise
from posthaz.baselines.product_limit import numbers_at_risk
from posthaz.baselines.response import by_arm, events
from posthaz.baselines.table import baseline_table
from posthaz.cohort import Cohort
from posthaz.cohort.argument import checks_arguments

_RISE = 1e-8
_GONE = 1e-6


@checks_arguments
def turnbull(cohort: Cohort, *, level: float = 0.95) -> pd.DataFrame:
    """Turnbull's estimate of survival by arm, at the times where it is known.

    Between two rows of an arm at which survival differs it lies between theirs, and the data
    say no more. On a life table it is the printed rates.

    Parameters
    ----------
    cohort : Cohort
        A cohort of any kind of follow-up.
    level : float
        Confidence level.

    Returns
    -------
    DataFrame
        Columns ``arm, time, at_risk, events, censored, survival, std_error, lower, upper``.
        `at_risk` counts those known to be event-free just before; `events` is the estimated
        number since the row before. Standard errors are Greenwood's, and limits those on the
        log(-log) scale, for life tables; NaN where the intervals of rows overlap, because no
        standard error is known to hold there.

    Examples
    --------
    >>> import pandas as pd
    >>> from posthaz.cohort import read_cohort
    >>> table = pd.DataFrame({"from": [0.0, 0.0, 1.0, 2.0], "to": [1.0, 1.0, 2.0, None]})
    >>> turnbull(read_cohort(table, lower="from", upper="to"))["survival"].round(6).tolist()
    [1.0, 0.5, 0.25]
    """
    return pd.concat([_curve(arm, part, level) for arm, part in by_arm(cohort)], ignore_index=True)


def turnbull_at(cohort: Cohort, times: Sequence[float], *, level: float = 0.95) -> pd.DataFrame:
    """Rows of ``baselines.csv`` with Turnbull's estimate at given times, where it is known.

    Parameters
    ----------
    cohort : Cohort
        A cohort.
    times : sequence of float
        Times in the cohort's unit.
    level : float
        Confidence level.

    Returns
    -------
    DataFrame
        Survival is NaN, with a note, where a time lies inside an interval in which events may
        be, or after the last time known.
    """
    rows = []
    for arm, curve in turnbull(cohort, level=level).groupby("arm", sort=False):
        known = curve["time"].to_numpy(dtype=float)
        for time in times:
            place = int(np.searchsorted(known, time * (1 + 1e-12), side="right")) - 1
            row = curve.iloc[place]
            later = place + 1 < len(curve)
            exact = np.isclose(known[place], time, rtol=1e-9)
            flat = later and np.isclose(curve["survival"].iloc[place + 1], row["survival"])
            there = bool(exact or flat)
            rows.append(
                {
                    "analysis": "turnbull",
                    "arm": arm,
                    "time": float(time),
                    "quantity": "survival",
                    "value": row["survival"] if there else np.nan,
                    **{n: row[n] if there else np.nan for n in ("std_error", "lower", "upper")},
                    "n": row["at_risk"],
                    "note": "" if there else "not known at this time",
                }
            )
    return baseline_table([pd.DataFrame(rows)])


def _curve(arm: str, part: Cohort, level: float) -> pd.DataFrame:
    if not events(part):
        last = float(part.exit.max())
        flat = {"arm": arm, "time": [0.0, last], "events": 0.0, "censored": 0.0, "survival": 1.0}
        frame = pd.DataFrame(flat).assign(std_error=np.nan, lower=np.nan, upper=np.nan)
        return _with_risk(part, frame)
    data = grouped_follow_up(part)
    best = maximise(data, np.zeros((len(part), 0)))
    rising = best.rises > _RISE
    start, end, rises = data.start[rising], data.end[rising], best.rises[rising]
    falls = np.exp(-np.cumsum(rises))
    falls[falls < _GONE] = 0.0
    before = np.append(1.0, falls[:-1])
    points = pd.DataFrame(
        {
            "time": np.concatenate([[0.0], start, end]),
            "survival": np.concatenate([[1.0], before, falls]),
            "events": np.concatenate([[0.0], 0 * start, part.weight.sum() * (before - falls)]),
        }
    )
    # where an interval begins as another ends, one row will do
    points = points.sort_values(["time", "survival"], ascending=[True, False], kind="stable")
    points = points.groupby("time", as_index=False).agg({"survival": "last", "events": "sum"})
    points["censored"] = 0.0
    error = _greenwood(data, best.covariance, rising) if _apart(data) else np.full(len(end), np.nan)
    limits = _limits(falls, error, level)
    place = {float(time): k for k, time in enumerate(end)}
    for name, values in zip(("std_error", "lower", "upper"), (error * falls, *limits), strict=True):
        points[name] = [
            values[place[time]] if time in place else (1.0 if name != "std_error" else 0.0)
            if survival == 1 else np.nan
            for time, survival in zip(points["time"], points["survival"], strict=True)
        ]  # fmt: skip
    points.insert(0, "arm", arm)
    return _with_risk(part, points)


def _apart(data: Grouped) -> bool:
    """Whether every event lies in one interval, as in a life table."""
    return bool((data.within[data.event > 0].sum(axis=1) == 1).all())


def _greenwood(data: Grouped, covariance: np.ndarray, rising: np.ndarray) -> np.ndarray:
    """Standard error of the cumulative hazard at the end of each interval."""
    inner = covariance[: len(data.start), : len(data.start)][np.ix_(rising, rising)]
    return np.sqrt([inner[: k + 1, : k + 1].sum() for k in range(len(inner))])


def _limits(survival: np.ndarray, error: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    width = float(stats.norm.ppf(0.5 + level / 2))
    survival = np.where(survival > 0, survival, np.nan)  # nobody left: no limits on this scale
    with np.errstate(divide="ignore", invalid="ignore"):
        cumulative = -np.log(survival)
        spread = np.exp(width * error / cumulative)
        return survival**spread, survival ** (1 / spread)


def _with_risk(part: Cohort, frame: pd.DataFrame) -> pd.DataFrame:
    risk = numbers_at_risk(part, frame["time"].tolist()).to_numpy(dtype=float).sum(axis=0)
    frame.insert(2, "at_risk", risk)
    order = ["arm", "time", "at_risk", "events", "censored", "survival", "std_error", "lower"]
    return frame[[*order, "upper"]]

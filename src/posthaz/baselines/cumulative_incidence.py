"""Cumulative incidence of competing causes (Aalen and Johansen), by arm."""

from collections.abc import Sequence
from typing import Literal

import greenwood as gw
import numpy as np
import pandas as pd
from scipy.stats import norm

from posthaz.baselines.product_limit import kaplan_meier
from posthaz.baselines.response import by_arm
from posthaz.cohort import Cohort, cause_of, causes_of
from posthaz.cohort.argument import checks_arguments
from posthaz.errors import CohortError, Findings

_CENSORED = "censored"


def competing_response(cohort: Cohort, causes: tuple[int, ...] = ()) -> gw.Surv:
    """Follow-up to the first of several causes; states are named by the number of the cause.

    Parameters
    ----------
    cohort : Cohort
        A cohort.
    causes : tuple of int, optional
        Causes to make room for; those of the cohort are there in any case.

    Returns
    -------
    greenwood.Surv
        One element a row.

    Raises
    ------
    CohortError
        For follow-up that the estimators of competing risks can't use: interval-censored, with
        delayed entry, several rows a subject, or weights.
    """
    findings = Findings()
    where = cohort.source.name
    wanted = "the frequentist answers on competing risks need"
    if cohort.interval_censored.any():
        findings.add(where, "rows are interval-censored", f"{wanted} exact times")
    if (cohort.entry > 0).any():
        findings.add(where, "rows enter late", f"{wanted} follow-up from time 0")
    if cohort.several_rows:
        findings.add(where, "subjects have several rows", f"{wanted} one row a subject")
    if (cohort.weight != 1).any():
        findings.add(where, "rows have weights", f"{wanted} unweighted rows")
    findings.raise_if_any(CohortError, "Competing risks can't be described without a model:")
    known = sorted({*causes, *causes_of(cohort)})
    states = [_CENSORED, *(str(cause) for cause in known)]
    labels = np.where(cohort.cause > 0, cohort.cause.astype(str), _CENSORED)
    return gw.Surv(cohort.exit, pd.Categorical(labels, categories=states))


_NUMBERS = ["incidence", "std_error", "lower", "upper"]


@checks_arguments
def cumulative_incidence(
    cohort: Cohort,
    times: Sequence[float] | None = None,
    *,
    causes: Sequence[int] = (),
    variance: Literal["delta", "gray"] = "delta",
    transform: str = "log-log",
    level: float = 0.95,
) -> pd.DataFrame:
    """Probability of having failed from each cause, other causes competing, by arm.

    Parameters
    ----------
    cohort : Cohort
        A cohort, one row a subject, followed from time 0.
    times : sequence of float, optional
        Times in the cohort's unit; every distinct time and 0 when not given.
    causes : sequence of int, optional
        Causes to report; all that the cohort has when empty.
    variance : {"delta", "gray"}
        Delta-method variance (R's ``survfit``), or Gray's (R's ``cmprsk``).
    transform : {"log-log", "log", "plain"}
        Scale of the confidence limits.
    level : float
        Confidence level.

    Returns
    -------
    DataFrame
        Columns ``arm, cause, time, at_risk, events, incidence, std_error, lower, upper``;
        `events` are those of the cause up to the time. At asked times after the last follow-up
        of an arm the numbers are NaN, unless nobody was left event-free. Limits are NaN before
        the first event.

    Raises
    ------
    CohortError
        For interval-censored rows, delayed entry, several rows a subject, or weights.

    Examples
    --------
    >>> import pandas as pd
    >>> from posthaz.cohort import read_cohort
    >>> table = pd.DataFrame({"time": [1, 2, 3, 4], "event": [1, 2, 1, 0]})
    >>> codes = {"0": 0, "1": 1, "2": 2}
    >>> cohort = read_cohort(table, time="time", event="event", event_codes=codes)
    >>> cumulative_incidence(cohort, [3])[["cause", "incidence"]].to_numpy().tolist()
    [[1.0, 0.5], [2.0, 0.25]]
    """
    wanted = tuple(causes) or causes_of(cohort)
    parts = []
    for arm, part in by_arm(cohort):
        for cause in wanted:
            curve = _curve(arm, part, cause, variance, transform, level)
            parts.append(curve if times is None else _read_off(curve, part, times))
    return pd.concat(parts, ignore_index=True)


def naive_incidence(
    cohort: Cohort,
    cause: int,
    times: Sequence[float] | None = None,
    *,
    transform: str = "log-log",
    level: float = 0.95,
) -> pd.DataFrame:
    """One minus Kaplan-Meier with every other cause censored: what competing causes inflate.

    Parameters
    ----------
    cohort : Cohort
        A cohort.
    cause : int
        The cause.
    times : sequence of float, optional
        Times in the cohort's unit; every distinct time and 0 when not given.
    transform : {"log-log", "log", "plain"}
        Scale of the confidence limits.
    level : float
        Confidence level.

    Returns
    -------
    DataFrame
        Columns as of `cumulative_incidence`.

    Raises
    ------
    CohortError
        When rows are interval-censored.
    """
    curve = kaplan_meier(cause_of(cohort, cause), transform=transform, level=level)
    table = pd.DataFrame(
        {
            "arm": curve["arm"],
            "cause": cause,
            "time": curve["time"],
            "at_risk": curve["at_risk"],
            "events": curve.groupby("arm")["events"].cumsum(),
            "incidence": 1.0 - curve["survival"],
            "std_error": curve["std_error"],
            "lower": (1.0 - curve["upper"]).where(curve["survival"] < 1.0),
            "upper": (1.0 - curve["lower"]).where(curve["survival"] < 1.0),
        }
    )
    if times is None:
        return table
    parts = [_read_off(table[table["arm"] == arm], part, times) for arm, part in by_arm(cohort)]
    return pd.concat(parts, ignore_index=True)


def _curve(
    arm: str, part: Cohort, cause: int, variance: str, transform: str, level: float
) -> pd.DataFrame:
    fit = gw.AalenJohansen().fit(competing_response(part, (cause,))).to_frame(format="pandas")
    frame = fit[fit["cause"] == str(cause)]
    time = frame["time"].to_numpy(dtype=float)
    incidence = frame["estimate"].to_numpy(dtype=float)
    error = frame["std_error"].to_numpy(dtype=float)
    if variance == "gray":
        error = np.sqrt(gray_variance(part.exit, part.cause, cause))
    lower, upper = _limits(incidence, error, transform, level)
    failed = np.searchsorted(np.sort(part.exit[part.cause == cause]), time, side="right")
    return pd.DataFrame(
        {
            "arm": arm,
            "cause": cause,
            "time": np.append(0.0, time),
            "at_risk": np.append(len(part), frame["n_risk"].to_numpy(dtype=int)),
            "events": np.append(0, failed),
            "incidence": np.append(0.0, incidence),
            "std_error": np.append(0.0, error),
            "lower": np.append(np.nan, lower),
            "upper": np.append(np.nan, upper),
        }
    )


def _read_off(curve: pd.DataFrame, part: Cohort, times: Sequence[float]) -> pd.DataFrame:
    """The curve at asked times; nothing beyond the last follow-up while somebody is left."""
    last = part.exit == part.exit.max()
    emptied = bool((part.cause[last] > 0).all())
    step = curve["time"].to_numpy()
    asked = np.asarray(times, dtype=float)
    rows = curve.iloc[np.searchsorted(step, asked, side="right") - 1].reset_index(drop=True)
    rows["time"] = asked
    rows["at_risk"] = [int((part.exit >= time).sum()) for time in asked]
    if not emptied:
        rows.loc[asked > step[-1], _NUMBERS] = np.nan
    return rows


def _limits(
    incidence: np.ndarray, error: np.ndarray, transform: str, level: float
) -> tuple[np.ndarray, np.ndarray]:
    half = float(norm.ppf(0.5 + level / 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        if transform == "plain":
            lower, upper = incidence - half * error, incidence + half * error
        elif transform == "log":
            ratio = np.exp(half * error / incidence)
            lower, upper = incidence / ratio, incidence * ratio
        else:
            power = np.exp(half * error / (incidence * np.abs(np.log(incidence))))
            lower, upper = incidence**power, incidence ** (1 / power)
    return np.clip(lower, 0.0, 1.0), np.clip(upper, 0.0, 1.0)


def gray_variance(time: np.ndarray, cause: np.ndarray, wanted: int) -> np.ndarray:
    """Variance of the cumulative incidence of one cause at each distinct time.

    Parameters
    ----------
    time : ndarray of float, shape (row,)
        Last time under observation.
    cause : ndarray of int, shape (row,)
        Cause of the event, 0 where censored.
    wanted : int
        The cause.

    Returns
    -------
    ndarray of float, shape (distinct time,)
        As in ``cmprsk::cuminc``, which treats tied events as sampled without replacement; it is
        a little larger than the delta-method variance of R's ``survfit`` (Gray 1988).
    """
    times = np.unique(time)
    at_risk = (time[None, :] >= times[:, None]).sum(axis=1)
    here = time[None, :] == times[:, None]
    own = (here & (cause == wanted)).sum(axis=1)
    other = (here & (cause != wanted) & (cause != 0)).sum(axis=1)
    variance = np.zeros(len(times))
    alive, incidence = 1.0, 0.0
    sums = np.zeros(3)
    for i, (rows, mine, theirs) in enumerate(zip(at_risk, own, other, strict=True)):
        after = alive * (rows - mine - theirs) / rows
        incidence += alive * mine / rows
        inverse = 1.0 / after if after > 0 else 0.0
        if theirs and after > 0:
            sums += _part(theirs, rows, alive, incidence * inverse, inverse)
        if mine:
            sums += _part(mine, rows, alive, 1.0 + incidence * inverse, inverse)
        variance[i] = sums[0] + incidence**2 * sums[2] - 2.0 * incidence * sums[1]
        alive = after
    return variance


def _part(events: int, rows: int, alive: float, slope: float, inverse: float) -> np.ndarray:
    ties = 1.0 - (events - 1.0) / (rows - 1.0) if events > 1 else 1.0
    size = alive**2 * ties * events / rows**2
    return size * np.array([slope**2, slope * inverse, inverse**2])

"""Kaplan-Meier survival, Nelson-Aalen cumulative hazard and numbers at risk, by arm."""

from collections.abc import Sequence
from typing import Any, Literal

import greenwood as gw
import numpy as np
import pandas as pd

from posthaz.baselines.response import by_arm, refuse_recurrent, response, whole_weights
from posthaz.cohort import Cohort, after_origin, last_believable
from posthaz.cohort.argument import checks_arguments
from posthaz.cohort.ties import at_times_of

Transform = Literal["log-log", "log", "plain"]
NOBODY_LEFT = 1e-12
_NUMBERS = ("survival", "std_error", "lower", "upper")
_COLUMNS = ("arm", "time", "at_risk", "events", "censored", *_NUMBERS)


@checks_arguments
def kaplan_meier(
    cohort: Cohort, *, transform: str = "log-log", level: float = 0.95
) -> pd.DataFrame:
    """Kaplan-Meier survival with pointwise confidence limits, by arm.

    Parameters
    ----------
    cohort : Cohort
        A cohort; delayed entry and several rows a subject are taken into account.
    transform : {"log-log", "log", "plain"}
        Scale of the confidence limits.
    level : float
        Confidence level.

    Returns
    -------
    DataFrame
        Columns ``arm, time, at_risk, events, censored, survival, std_error, lower, upper``, one
        row at time 0 and one at each distinct time; `std_error` is Greenwood's, on the scale of
        survival (infinitesimal jackknife when the weights are not whole numbers, by cluster where
        the cohort has one and by subject otherwise; weights are taken as known). With an origin
        above 0 the curve is that of those event-free then, and begins there. From a time on at
        which everybody at risk has had the event while others have yet to enter, survival and
        its limits are NaN: the curve says nothing any more.

    Raises
    ------
    CohortError
        When rows are interval-censored.

    Examples
    --------
    >>> import pandas as pd
    >>> from posthaz.cohort import read_cohort
    >>> table = pd.DataFrame({"time": [1, 2, 3, 4], "event": [1, 0, 1, 1], "arm": list("abab"),
    ...                       "age": [50, 61, 70, 55]})
    >>> cohort = read_cohort(table, time="time", event="event", treatment="arm")
    >>> kaplan_meier(cohort).query("arm == 'b'")["survival"].tolist()
    [1.0, 1.0, 0.0]
    """
    refuse_recurrent(cohort, "Kaplan-Meier survival")
    later = after_origin(cohort)
    parts = [_curve(arm, part, transform, level) for arm, part in by_arm(later)]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(_COLUMNS))


def survival_curves(cohort: Cohort) -> list[tuple[str, np.ndarray, np.ndarray]]:
    """Arm, times and survival of `kaplan_meier` without its limits, for curves by the hundred.

    Parameters
    ----------
    cohort : Cohort
        A cohort, as of `kaplan_meier`.

    Returns
    -------
    list of (str, ndarray of float, ndarray of float)
        One an arm: its name, and survival at the origin and at each distinct time.

    Raises
    ------
    CohortError
        Where `kaplan_meier` raises it.

    Examples
    --------
    >>> import posthaz as ph
    >>> cohort = ph.simulated_example()
    >>> whole = kaplan_meier(cohort)["survival"]
    >>> bool(np.allclose(np.concatenate([s for _, _, s in survival_curves(cohort)]), whole))
    True
    """
    refuse_recurrent(cohort, "Kaplan-Meier survival")
    return [(arm, *_steps(part)) for arm, part in by_arm(after_origin(cohort))]


def _steps(part: Cohort) -> tuple[np.ndarray, np.ndarray]:
    """Survival of one arm at the origin and at each distinct time."""
    times, place = np.unique(part.exit, return_inverse=True)
    events = np.bincount(place, weights=part.weight * part.event, minlength=len(times))
    ended = np.bincount(place, weights=part.weight, minlength=len(times))
    order = np.argsort(part.entry)
    entered = np.concatenate([[0.0], np.cumsum(part.weight[order])])
    before = np.searchsorted(part.entry[order], times, side="left")
    at_risk = entered[before] - np.cumsum(ended) + ended
    survival = np.cumprod(1.0 - events / np.where(at_risk > 0, at_risk, 1.0))
    survival[survival < NOBODY_LEFT] = 0.0
    times = np.concatenate([[part.origin], times])
    survival = np.concatenate([[1.0], survival])
    survival[times >= last_believable(part.entry, part.exit, part.event)] = np.nan
    return times, survival


def nelson_aalen(cohort: Cohort, *, level: float = 0.95) -> pd.DataFrame:
    """Nelson-Aalen cumulative hazard by arm.

    Parameters
    ----------
    cohort : Cohort
        A cohort.
    level : float
        Confidence level.

    Returns
    -------
    DataFrame
        Columns ``arm, time, cumulative_hazard, std_error, lower, upper`` (limits on the log
        scale), one row at each distinct time; counted from the origin where that is above 0.

    Raises
    ------
    CohortError
        When rows are interval-censored.

    Examples
    --------
    >>> import pandas as pd
    >>> from posthaz.cohort import read_cohort
    >>> table = pd.DataFrame({"time": [1, 2, 3, 4], "event": [1, 0, 1, 1], "arm": list("abab"),
    ...                       "age": [50, 61, 70, 55]})
    >>> cohort = read_cohort(table, time="time", event="event", treatment="arm")
    >>> nelson_aalen(cohort)["cumulative_hazard"].tolist()
    [0.5, 1.5, 0.0, 1.0]
    """
    refuse_recurrent(cohort, "cumulative hazard of a single event")
    parts = []
    for arm, part in by_arm(after_origin(cohort)):
        fit = gw.NelsonAalen(conf_level=level).fit(response(part), weights=part.weight)
        frame = fit.to_frame(format="pandas").rename(
            columns={"estimate": "cumulative_hazard", "conf_low": "lower", "conf_high": "upper"}
        )
        frame.insert(0, "arm", arm)
        columns = ["arm", "time", "cumulative_hazard", "std_error", "lower", "upper"]
        parts.append(frame[columns])
    return pd.concat(parts, ignore_index=True)


def numbers_at_risk(cohort: Cohort, times: Sequence[float]) -> pd.DataFrame:
    """Number still under observation just before each time.

    Parameters
    ----------
    cohort : Cohort
        A cohort.
    times : sequence of float
        Times in the cohort's unit.

    Returns
    -------
    DataFrame
        One row an arm (the index), one column a time; those who enter later are not counted
        yet, and at time 0 those who enter then are.

    Examples
    --------
    >>> import pandas as pd
    >>> from posthaz.cohort import read_cohort
    >>> table = pd.DataFrame({"time": [1, 2, 3, 4], "event": [1, 0, 1, 1], "arm": list("abab"),
    ...                       "age": [50, 61, 70, 55]})
    >>> cohort = read_cohort(table, time="time", event="event", treatment="arm")
    >>> numbers_at_risk(cohort, [0, 2, 4]).loc["a"].tolist()
    [2, 1, 0]
    """
    asked = at_times_of(cohort, np.asarray(times, dtype=float))
    counts = {arm: [_at_risk(part, time) for time in asked] for arm, part in by_arm(cohort)}
    table = pd.DataFrame.from_dict(counts, orient="index", columns=[float(t) for t in times])
    table.index.name = "arm"
    return table.astype(int) if whole_weights(cohort) else table


def at_risk_rows(cohort: Cohort, times: Sequence[float]) -> pd.DataFrame:
    """`numbers_at_risk` with columns ``arm, time, at_risk``, one row an arm and time.

    Examples
    --------
    >>> import posthaz as ph
    >>> at_risk_rows(ph.simulated_example(), [0.0, 12.0]).columns.tolist()
    ['arm', 'time', 'at_risk']
    """
    wide = numbers_at_risk(cohort, times).reset_index()
    return wide.melt("arm", var_name="time", value_name="at_risk")


def _at_risk(part: Cohort, time: float) -> float:
    # at the time itself nobody who enters then has been at risk, unless curves begin there
    entered = part.entry < time if time > part.origin else part.entry <= time
    # an event between two times is not known to have come after the first
    last = np.where(part.interval_censored, part.lower, part.exit)
    stays = last >= time if time != part.origin else last > time
    return float(part.weight[entered & (stays | (time == 0))].sum())


def _curve(arm: str, part: Cohort, transform: str, level: float) -> pd.DataFrame:
    follow_up, whole = response(part), whole_weights(part)
    cluster = part.subject if part.cluster is None else part.cluster
    conf: Any = transform
    fit = gw.KaplanMeier(conf_type=conf, conf_level=level, robust=not whole).fit(
        follow_up, weights=part.weight, cluster=None if whole else cluster
    )
    frame = fit.to_frame(format="pandas").rename(
        columns={
            "n_risk": "at_risk",
            "n_event": "events",
            "n_censor": "censored",
            "estimate": "survival",
            "conf_low": "lower",
            "conf_high": "upper",
        }
    )
    frame["censored"] -= _continued(part, frame["time"].to_numpy())
    # weights that are not whole numbers leave the rounding of a float where nobody is left
    frame["survival"] = frame["survival"].mask(frame["survival"] < NOBODY_LEFT, 0.0)
    first = {
        "time": part.origin,
        "at_risk": _at_risk(part, part.origin),
        "events": 0.0,
        "censored": 0.0,
        "survival": 1.0,
        "std_error": 0.0,
        "lower": 1.0,
        "upper": 1.0,
    }
    curve = pd.concat([pd.DataFrame([first]), frame[list(first)]], ignore_index=True)
    unknown = curve["time"] >= last_believable(part.entry, part.exit, part.event)
    curve.loc[unknown, list(_NUMBERS)] = np.nan
    if whole:
        curve = curve.astype({"at_risk": int, "events": int, "censored": int})
    curve.insert(0, "arm", arm)
    return curve


def _continued(part: Cohort, times: np.ndarray) -> np.ndarray:
    """Weight of the rows that end at each time because the subject's next row begins there."""
    if len(np.unique(part.subject)) == len(part):
        return np.zeros(len(times))
    ends = pd.MultiIndex.from_arrays([part.subject, part.exit])
    starts = pd.MultiIndex.from_arrays([part.subject, part.entry])
    goes_on = ends.isin(starts) & (part.cause == 0)
    place = np.searchsorted(times, part.exit[goes_on])
    return np.bincount(place, weights=part.weight[goes_on], minlength=len(times))

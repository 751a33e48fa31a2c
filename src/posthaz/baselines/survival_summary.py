"""Survival at asked times and quantiles of survival, read off the Kaplan-Meier curve."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from posthaz.baselines.product_limit import kaplan_meier, numbers_at_risk
from posthaz.baselines.response import by_arm, events, subjects
from posthaz.cohort import Cohort
from posthaz.cohort.argument import checks_arguments
from posthaz.cohort.ties import at_times_of

_FLAT = float(np.sqrt(np.finfo(float).eps))


def survival_at(
    cohort: Cohort, times: Sequence[float], *, transform: str = "log-log", level: float = 0.95
) -> pd.DataFrame:
    """Kaplan-Meier survival at given times, by arm.

    Parameters
    ----------
    cohort : Cohort
        A cohort.
    times : sequence of float
        Times in the cohort's unit.
    transform : {"log-log", "log", "plain"}
        Scale of the confidence limits.
    level : float
        Confidence level.

    Returns
    -------
    DataFrame
        Columns ``arm, time, at_risk, events, survival, std_error, lower, upper``; `events` are
        those from the cohort's origin up to the time. Survival after the last follow-up of an arm
        is NaN, unless it has reached 0; so is survival before the origin, and where everybody at
        risk has had the event while others have yet to enter.

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
    >>> survival_at(cohort, [2.5])["survival"].tolist()
    [0.5, 1.0]
    """
    at_risk = numbers_at_risk(cohort, times)
    rows = []
    for arm, curve in kaplan_meier(cohort, transform=transform, level=level).groupby(
        "arm", sort=False
    ):
        last = curve.iloc[-1]
        for time in (float(t) for t in times):
            asked = float(at_times_of(cohort, time))
            known = curve[curve["time"] <= asked]
            here = known.iloc[-1] if len(known) else curve.iloc[0]
            row = {
                "arm": arm,
                "time": time,
                "at_risk": at_risk[time].to_dict()[arm],
                "events": known["events"].sum(),
                **here[["survival", "std_error", "lower", "upper"]],
            }
            if asked < cohort.origin or (asked > last["time"] and last["survival"] > 0):
                row |= dict.fromkeys(("survival", "std_error", "lower", "upper"), np.nan)
            rows.append(row)
    columns = ["arm", "time", "at_risk", "events", "survival", "std_error", "lower", "upper"]
    return pd.DataFrame(rows, columns=columns)


@checks_arguments
def median_survival(
    cohort: Cohort,
    quantiles: Sequence[float] = (0.5,),
    *,
    transform: str = "log-log",
    level: float = 0.95,
) -> pd.DataFrame:
    """Times by which given fractions have failed, with limits from the confidence band.

    Parameters
    ----------
    cohort : Cohort
        A cohort.
    quantiles : sequence of float
        Fractions failed, between 0 and 1; 0.5 is the median.
    transform : {"log-log", "log", "plain"}
        Scale of the confidence limits.
    level : float
        Confidence level.

    Returns
    -------
    DataFrame
        Columns ``arm, quantile, time, lower, upper, n, events``; NaN where the curve, or its
        limit, does not fall that far. Where the curve is flat exactly at the level, the middle
        of the flat part. With an origin above 0, fractions are of those event-free then, and the
        times still count from 0.

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
    >>> median_survival(cohort)["time"].tolist()
    [2.0, 4.0]
    """
    curves = kaplan_meier(cohort, transform=transform, level=level)
    rows = []
    for arm, part in by_arm(cohort):
        curve = curves[(curves["arm"] == arm) & curves["survival"].notna()]
        time = curve["time"].to_numpy()
        for quantile in quantiles:
            found = {
                name: crossing_time(time, curve[column].to_numpy(), float(quantile))
                for name, column in (
                    ("time", "survival"),
                    ("lower", "lower"),
                    ("upper", "upper"),
                )
            }
            rows.append(
                {"arm": arm, "quantile": float(quantile), **found}
                | {"n": subjects(part), "events": events(part)}
            )
    return pd.DataFrame(rows)


def crossing_time(time: np.ndarray, curve: np.ndarray, fraction: float) -> float:
    """Time at which a falling curve reaches ``1 - fraction``.

    Parameters
    ----------
    time, curve : ndarray of float, shape (time,)
        A right-continuous step function that starts at 1.
    fraction : float
        Fraction failed.

    Returns
    -------
    float
        The time; the middle of the flat part when the curve stays at the level; NaN when it is
        not reached.

    Examples
    --------
    >>> import numpy as np
    >>> crossing_time(np.array([0.0, 2.0, 6.0]), np.array([1.0, 0.5, 0.2]), 0.5)
    4.0
    """
    failed = 1 - curve
    reached = np.flatnonzero(failed > fraction - _FLAT)
    if not reached.size:
        return float("nan")
    first = reached[0]
    if failed[first] > fraction + _FLAT:
        return float(time[first])
    beyond = np.flatnonzero(failed > fraction + _FLAT)
    end = time[beyond[0]] if beyond.size else time[-1]
    return float((time[first] + end) / 2)

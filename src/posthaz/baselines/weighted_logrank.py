"""The log-rank test and its Fleming-Harrington weights, and whether two curves cross."""

from dataclasses import dataclass

import greenwood as gw
import numpy as np
import pandas as pd

from posthaz.baselines.response import by_arm, refuse_recurrent, response, subjects
from posthaz.cohort import Cohort
from posthaz.cohort.argument import checks_arguments

_COLUMNS = ["test", "arm", "n", "observed", "expected", "chisq", "df", "p", "note"]


@checks_arguments
def logrank(
    cohort: Cohort,
    rho: float = 0,
    gamma: float = 0,
    strata: pd.Series | np.ndarray | None = None,
) -> pd.DataFrame:
    """Test that the arms have the same hazard, weighted by ``S(t-)**rho * (1 - S(t-))**gamma``.

    Parameters
    ----------
    cohort : Cohort
        A cohort with a treatment.
    rho, gamma : float
        Fleming-Harrington weights: (0, 0) is the log-rank test, (1, 0) weighs early and (0, 1)
        late differences.
    strata : array-like, shape (row,), optional
        Stratum of each row; rows where it is missing are left out.

    Returns
    -------
    DataFrame
        Columns ``test, arm, n, observed, expected, chisq, df, p, note``, one row an arm; the test
        is repeated on each. No rows for a single-arm cohort; `chisq` is NaN, with a note, where
        the test is undefined.

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
    >>> logrank(cohort)[["observed", "expected"]].to_numpy().round(6).tolist()
    [[2.0, 1.0], [1.0, 2.0]]
    """
    refuse_recurrent(cohort, "log-rank test")
    labels = None if strata is None else np.asarray(strata, dtype=object)
    if labels is not None:
        known = ~pd.isna(labels)
        cohort, labels = cohort.where(known), labels[known]
    parts = list(by_arm(cohort))
    if len(parts) < 2:
        return pd.DataFrame(columns=_COLUMNS)
    found, note = _test(cohort, rho, gamma, labels)
    name = "logrank" if rho == 0 and gamma == 0 else f"fleming_harrington({rho:g}, {gamma:g})"
    rows = [
        {
            "test": name if labels is None else f"stratified {name}",
            "arm": arm,
            "n": subjects(part),
            "observed": found.observed.get(arm, np.nan) if found else np.nan,
            "expected": found.expected.get(arm, np.nan) if found else np.nan,
            "chisq": found.statistic if found else np.nan,
            "df": len(parts) - 1,
            "p": found.p_value if found else np.nan,
            "note": note,
        }
        for arm, part in parts
    ]
    return pd.DataFrame(rows, columns=_COLUMNS)


def _test(
    cohort: Cohort, rho: float, gamma: float, strata: np.ndarray | None
) -> tuple[gw.TestResult | None, str]:
    follow_up = response(cohort)
    if not cohort.event.any():
        return None, "undefined: there is no event"
    try:
        found = gw.logrank_test(
            follow_up,
            cohort.arm,
            rho=rho,
            gamma=gamma,
            strata=strata,
            weights=cohort.weight,
        )
    except np.linalg.LinAlgError:
        return None, "undefined: at no event are patients of every arm at risk"
    return found, ""


_FEWEST_AT_RISK = 5
_LEAST = 0.03
_CLEAR = 1.0


@dataclass(frozen=True)
class Crossing:
    """Two survival curves of which each is the higher one for a time.

    Parameters
    ----------
    time : float
        Time after which the order of the curves is the other one.
    before, after : float
        Largest difference in survival, arm minus reference, before and after it.
    before_at, after_at : float
        Times of these differences.
    """

    time: float
    before: float
    before_at: float
    after: float
    after_at: float


def curve_crossing(curves: pd.DataFrame, arm: str, reference: str) -> Crossing | None:
    """Where the Kaplan-Meier curves of two arms cross, if they do by more than noise would.

    Parameters
    ----------
    curves : DataFrame
        Result of `kaplan_meier`.
    arm, reference : str
        The arms compared.

    Returns
    -------
    Crossing or None
        None unless each curve is the higher one by three percentage points or more while at
        least five are at risk in either arm, one of them by more than a standard error. Curves
        that are equal in truth may cross by as much: whether hazards are proportional is a
        question for a test.

    Examples
    --------
    >>> import pandas as pd
    >>> early, late = [1.0, 2.0, 9.0, 10.0], [4.0, 5.0, 6.0, 7.0]
    >>> table = pd.DataFrame({"time": (early + late) * 4, "event": 1, "arm": list("aaaabbbb") * 4})
    >>> from posthaz.cohort import read_cohort
    >>> from posthaz.baselines import kaplan_meier
    >>> cohort = read_cohort(table, time="time", event="event", treatment="arm")
    >>> curve_crossing(kaplan_meier(cohort), "b", "a").time
    5.0
    """
    times, gap, error = _differences(curves, arm, reference)
    if not len(times):
        return None
    high, low = int(gap.argmax()), int(gap.argmin())
    if gap[high] < _LEAST or gap[low] > -_LEAST:
        return None
    if max(gap[high] / error[high], -gap[low] / error[low]) < _CLEAR:
        return None
    first, second = sorted((high, low))
    unchanged = np.flatnonzero(gap[first : second + 1] * np.sign(gap[first]) > 0)
    turn = first + int(unchanged.max()) + 1
    return Crossing(
        time=float(times[turn]),
        before=float(gap[first]),
        before_at=float(times[first]),
        after=float(gap[second]),
        after_at=float(times[second]),
    )


def _differences(
    curves: pd.DataFrame, arm: str, reference: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Times at which not too few are known at risk, gaps in survival, and their errors."""
    ours, theirs = (curves[curves["arm"].astype(str) == one] for one in (arm, reference))
    times = np.union1d(ours["time"], theirs["time"])
    last = min(
        one.loc[~(one["at_risk"] < _FEWEST_AT_RISK), "time"].max() if len(one) else np.nan
        for one in (ours, theirs)
    )
    times = times[times <= last]
    gap = _step(ours, "survival", times) - _step(theirs, "survival", times)
    error = np.hypot(_step(ours, "std_error", times), _step(theirs, "std_error", times))
    return times, gap, np.maximum(error, 1e-12)


def _step(curve: pd.DataFrame, column: str, times: np.ndarray) -> np.ndarray:
    """Right-continuous value of a curve that begins at time 0."""
    place = np.searchsorted(curve["time"].to_numpy(), times, side="right") - 1
    return curve[column].to_numpy(dtype=float)[np.maximum(place, 0)]

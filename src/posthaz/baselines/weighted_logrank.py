"""The log-rank test and its Fleming-Harrington weights."""

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

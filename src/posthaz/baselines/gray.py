"""Gray's test that the arms have the same cumulative incidence of a cause."""

import greenwood as gw
import numpy as np
import pandas as pd

from posthaz.baselines.cumulative_incidence import competing_response
from posthaz.baselines.response import by_arm
from posthaz.cohort import Cohort

_COLUMNS = ["test", "cause", "arm", "n", "observed", "expected", "chisq", "df", "p", "note"]


def gray_test(cohort: Cohort, cause: int = 1) -> pd.DataFrame:
    """Gray's test that the arms have the same cumulative incidence (Gray 1988).

    Parameters
    ----------
    cohort : Cohort
        A cohort with a treatment, one row a subject, followed from time 0.
    cause : int
        The cause.

    Returns
    -------
    DataFrame
        Columns ``test, cause, arm, n, observed, expected, chisq, df, p, note``, one row an arm;
        the test is repeated on each. No rows for a single-arm cohort; `chisq` is NaN, with a
        note, where the test is undefined.

    Raises
    ------
    CohortError
        For interval-censored rows, delayed entry, several rows a subject, or weights.

    Examples
    --------
    >>> import pandas as pd
    >>> from posthaz.cohort import read_cohort
    >>> table = pd.DataFrame({"time": [1, 2, 3, 4, 5, 6], "event": [1, 2, 1, 0, 1, 0],
    ...                       "arm": list("ababab")})
    >>> codes = {"0": 0, "1": 1, "2": 2}
    >>> cohort = read_cohort(
    ...     table, time="time", event="event", treatment="arm", event_codes=codes
    ... )
    >>> gray_test(cohort)["observed"].tolist()
    [3.0, 0.0]
    """
    parts = list(by_arm(cohort))
    if len(parts) < 2:
        return pd.DataFrame(columns=_COLUMNS)
    found, note = _test(cohort, cause)
    expected = _expected(found) if found else {}
    rows = [
        {
            "test": "gray",
            "cause": cause,
            "arm": arm,
            "n": len(part),
            "observed": found.observed.get(arm, np.nan) if found else np.nan,
            "expected": expected.get(arm, np.nan),
            "chisq": found.statistic if found else np.nan,
            "df": len(parts) - 1,
            "p": found.p_value if found else np.nan,
            "note": note,
        }
        for arm, part in parts
    ]
    return pd.DataFrame(rows, columns=_COLUMNS)


def _test(cohort: Cohort, cause: int) -> tuple[gw.TestResult | None, str]:
    follow_up = competing_response(cohort, (cause,))
    if not (cohort.cause == cause).any():
        return None, f"undefined: there is no event of cause {cause}"
    try:
        with np.errstate(invalid="ignore"):
            found = gw.grays_test(follow_up, cohort.arm, cause=str(cause))
    except np.linalg.LinAlgError:
        return None, "undefined: at no event are patients of every arm at risk"
    if not np.isfinite(found.statistic):
        return None, "undefined: its variance is 0"
    return found, ""


def _expected(found: gw.TestResult) -> dict[str, float]:
    """Expected events by arm, which add up to those observed.

    greenwood 0.8 divides 0 by 0 for its last arm where nobody of it is left.
    """
    known = {arm: float(value) for arm, value in found.expected.items() if np.isfinite(value)}
    rest = float(sum(found.observed.values())) - sum(known.values())
    return {arm: known.get(arm, rest) for arm in found.expected}

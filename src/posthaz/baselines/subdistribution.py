"""The Fine-Gray model of the subdistribution hazard, and Gray's test of equal incidence."""

import warnings
from dataclasses import replace

import greenwood as gw
import numpy as np
import pandas as pd
from scipy.stats import norm

from posthaz.baselines.cumulative_incidence import competing_response
from posthaz.baselines.partial_likelihood import independent_columns
from posthaz.baselines.response import by_arm
from posthaz.cohort import Cohort

COLUMNS = ["term", "log_hr", "se", "z", "p", "hr", "hr_lower", "hr_upper", "n", "events", "note"]
_INFINITE = "no finite estimate (no events of the cause on one side?)"
_OUT = "left out: constant or determined by other columns"
_FLAT = 20.0


def subdistribution_model(
    cohort: Cohort, columns: pd.DataFrame, cause: int = 1, *, level: float = 0.95
) -> pd.DataFrame:
    """Fine-Gray model: ratios of subdistribution hazards, which order cumulative incidences.

    Parameters
    ----------
    cohort : Cohort
        A cohort, one row a subject, followed from time 0.
    columns : DataFrame, shape (row, term)
        Numeric columns of the design, without intercept; incomplete rows are left out.
    cause : int
        The cause.
    level : float
        Confidence level.

    Returns
    -------
    DataFrame
        Columns ``term, log_hr, se, z, p, hr, hr_lower, hr_upper, n, events, note``, one row a
        term. Ties are handled as by Breslow and the standard error is the sandwich of Lin and
        Wei, as in R's ``survival::finegray`` with ``coxph``; censoring is taken not to depend on
        covariates (Fine and Gray 1999).

    Raises
    ------
    CohortError
        For interval-censored rows, delayed entry, several rows a subject, or weights.

    Examples
    --------
    >>> import pandas as pd
    >>> from posthaz.cohort import read_cohort
    >>> table = pd.DataFrame({"time": [1, 2, 3, 4, 5, 6], "event": [1, 2, 1, 0, 1, 0],
    ...                       "age": [50, 61, 70, 55, 48, 66]})
    >>> codes = {"0": 0, "1": 1, "2": 2}
    >>> cohort = read_cohort(table, time="time", event="event", event_codes=codes)
    >>> subdistribution_model(cohort, cohort.covariates[["age"]])["hr"].round(2).tolist()
    [0.96]
    """
    matrix = columns.to_numpy(dtype=float)
    complete = np.isfinite(matrix).all(axis=1)
    used, matrix = cohort.where(complete), matrix[complete]
    competing_response(used, (cause,))
    kept = independent_columns(matrix)
    note = np.where(kept, "", _OUT).astype(object)
    log_hr, error = np.full(len(kept), np.nan), np.full(len(kept), np.nan)
    events = int((used.cause == cause).sum())
    if not events:
        note[kept] = f"no event of cause {cause}"
    elif kept.any():
        scale = matrix[:, kept].std(axis=0)
        standard = (matrix[:, kept] - matrix[:, kept].mean(axis=0)) / scale
        estimate, se, settled = _fit(*_with_censoring(used, standard, cause), cause, level)
        log_hr[kept] = np.where(settled, estimate / scale, np.nan)
        error[kept] = np.where(settled, se / scale, np.nan)
        note[np.flatnonzero(kept)[~settled]] = _INFINITE
    z, half = log_hr / error, norm.ppf(0.5 + level / 2) * error
    return pd.DataFrame(
        {
            "term": [str(name) for name in columns.columns],
            "log_hr": log_hr,
            "se": error,
            "z": z,
            "p": 2 * norm.sf(np.abs(z)),
            "hr": np.exp(log_hr),
            "hr_lower": np.exp(log_hr - half),
            "hr_upper": np.exp(log_hr + half),
            "n": len(used),
            "events": events,
            "note": note,
        },
        columns=COLUMNS,
    )


def _with_censoring(cohort: Cohort, matrix: np.ndarray, cause: int) -> tuple[gw.Surv, np.ndarray]:
    """Response and columns; a row censored before all events is added where nobody is censored.

    greenwood 0.8 needs a censored row. This one is in no risk set and leaves every weight at 1.
    """
    if (cohort.cause == 0).any():
        return competing_response(cohort, (cause,)), matrix
    rows = np.append(np.arange(len(cohort)), 0)
    added, new = cohort.at(rows), np.arange(rows.size) == len(cohort)
    early = float(cohort.exit.min()) / 2
    added = replace(
        added,
        lower=np.where(new, early, added.lower),
        upper=np.where(new, np.inf, added.upper),
        cause=np.where(new, 0, added.cause),
        subject=np.where(new, cohort.subject.max() + 1, added.subject),
    )
    return competing_response(added, (cause,)), np.vstack([matrix, np.zeros(matrix.shape[1])])


def _fit(
    response: gw.Surv, matrix: np.ndarray, cause: int, level: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Estimates and standard errors per standard deviation, and which of them are finite."""
    size = matrix.shape[1]
    nothing = np.full(size, np.nan)
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            fit = gw.FineGray(str(cause), conf_level=level).fit(response, matrix)
    except np.linalg.LinAlgError:
        return nothing, nothing, np.zeros(size, dtype=bool)
    estimate, error = np.asarray(fit.coef_), np.asarray(fit.std_error_)
    # the sandwich shrinks where the likelihood goes flat; the information shows it
    flat = np.asarray(fit.naive_std_error_) > _FLAT
    return estimate, error, np.isfinite(estimate) & np.isfinite(error) & ~flat


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

"""Cox's model where events are only known to lie between two times: maximum likelihood."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import optimize, stats

from posthaz.baselines.grouped_likelihood import Grouped, Maximum, grouped_follow_up, maximise
from posthaz.baselines.response import events, subjects
from posthaz.baselines.table import baseline_table
from posthaz.baselines.univariable import covariate_columns
from posthaz.cohort import Cohort
from posthaz.cohort.argument import checks_arguments

_FINITE = 14.0
"""Log hazard ratios beyond this are on their way to infinity."""


@dataclass(frozen=True, eq=False)
class GroupedCoxFit:
    """What the grouped proportional-hazards model says.

    Parameters
    ----------
    table : DataFrame
        Columns ``term, log_hr, se, z, p, hr, hr_lower, hr_upper, profile_lower, profile_upper``:
        Wald limits, and those of the profile likelihood. All but the profile's limits are NaN
        for a ratio without a finite estimate.
    loglik, loglik_null : float
        Log-likelihood at the estimate and with all coefficients 0.
    n, events : float
        Patients and events, weighted.
    """

    table: pd.DataFrame
    loglik: float
    loglik_null: float
    n: float
    events: float


@checks_arguments
def grouped_cox(cohort: Cohort, columns: pd.DataFrame, *, level: float = 0.95) -> GroupedCoxFit:
    """Proportional hazards with a baseline left free: for life tables and interval censoring.

    The baseline's cumulative hazard rises freely over the intervals in which events may lie
    (Prentice and Gloeckler 1978; Finkelstein 1986), which for a life table is the saturated
    complementary log-log model of grouped data.

    Parameters
    ----------
    cohort : Cohort
        A cohort of any kind of follow-up.
    columns : DataFrame, shape (row, term)
        Covariate columns; rows with a missing value are left out.
    level : float
        Confidence level.

    Returns
    -------
    GroupedCoxFit
        Estimates, with Wald and profile-likelihood limits.

    Examples
    --------
    >>> import pandas as pd
    >>> from posthaz.cohort import LifeTableSpec, read_life_table
    >>> table = pd.DataFrame({"arm": ["A", "B"], "number": [90, 93],
    ...                       "y1": [51.1, 41.9], "y2": [21.1, 6.6]})
    >>> spec = LifeTableSpec(times=(12, 24), survival=("y1", "y2"), percent=True, treatment="arm")
    >>> cohort = read_life_table(table, spec)
    >>> fit = grouped_cox(cohort, covariate_columns(cohort.covariates["arm"]))
    >>> fit.table["hr"].round(2).tolist()
    [1.54]
    """
    complete = columns.notna().all(axis=1).to_numpy()
    used, matrix = cohort.where(complete), columns.to_numpy(dtype=float)[complete]
    data = grouped_follow_up(used)
    best = maximise(data, matrix)
    empty = maximise(data, np.zeros((len(used), 0)))
    width = float(stats.norm.ppf(0.5 + level / 2))
    rows = [
        _term(data, matrix, best, term, place, width) for place, term in enumerate(columns.columns)
    ]
    return GroupedCoxFit(
        table=pd.DataFrame(rows),
        loglik=best.loglik,
        loglik_null=empty.loglik,
        n=subjects(used),
        events=events(used),
    )


def univariable_grouped_cox(
    cohort: Cohort, covariates: Sequence[str], *, level: float = 0.95
) -> dict[str, GroupedCoxFit]:
    """One grouped model for each covariate; see `grouped_cox` and `univariable_cox`."""
    return {
        name: grouped_cox(cohort, covariate_columns(pd.Series(cohort.covariates[name])),
                          level=level)
        for name in covariates
    }  # fmt: skip


def _term(
    data: Grouped, matrix: np.ndarray, best: Maximum, term: object, place: int, width: float
) -> dict[str, object]:
    value = float(best.coefficients[place])
    at = len(best.rises) + place
    se = float(np.sqrt(best.covariance[at, at])) if np.isfinite(best.covariance[at, at]) else np.nan
    finite = abs(value) < _FINITE and np.isfinite(se)
    lower, upper = (
        _profile_limit(data, matrix, best, place, sign, width, se if finite else 1.0)
        for sign in (-1.0, 1.0)
    )
    z = value / se if finite else np.nan
    return {
        "term": str(term),
        "log_hr": value if finite else np.nan,
        "se": se if finite else np.nan,
        "z": z,
        "p": float(2 * stats.norm.sf(abs(z))),
        "hr": float(np.exp(value)) if finite else np.nan,
        "hr_lower": float(np.exp(value - width * se)) if finite else np.nan,
        "hr_upper": float(np.exp(value + width * se)) if finite else np.nan,
        "profile_lower": float(np.exp(lower)),
        "profile_upper": float(np.exp(upper)),
    }


def _profile_limit(
    data: Grouped,
    matrix: np.ndarray,
    best: Maximum,
    place: int,
    sign: float,
    width: float,
    step: float,
) -> float:
    """Value at which the profile log-likelihood has fallen by half the chi-square quantile."""
    centre, near = float(best.coefficients[place]), best

    def excess(value: float) -> float:
        nonlocal near
        near = maximise(data, matrix, fixed=(place, value), near=near)
        return best.loglik - near.loglik - width**2 / 2

    far = centre
    for _ in range(12):
        far += sign * width * step
        if abs(far) > _FINITE:
            return sign * np.inf
        if excess(far) > 0:
            return float(optimize.brentq(excess, *sorted((centre, far)), xtol=1e-4))  # type: ignore
    return sign * np.inf


def grouped_cox_rows(analysis: str, fit: GroupedCoxFit) -> pd.DataFrame:
    """Rows of ``baselines.csv``: ratios with Wald limits, the profile's limits, and a test."""
    table = fit.table.rename(columns={"z": "statistic"})
    no_limit = np.where(table["hr"].isna(), "no finite estimate", "")
    ratios = table.assign(
        quantity="hazard_ratio", value=table["hr"], lower=table["hr_lower"],
        upper=table["hr_upper"], note=no_limit,
    )  # fmt: skip
    logs = table.assign(
        quantity="log_hazard_ratio", value=table["log_hr"], std_error=table["se"],
        lower=np.log(table["hr_lower"]), upper=np.log(table["hr_upper"]), note=no_limit,
    )  # fmt: skip
    profile = table[["term"]].assign(
        quantity="hazard_ratio_profile", value=table["hr"], lower=table["profile_lower"],
        upper=table["profile_upper"],
    )  # fmt: skip
    statistic = 2.0 * (fit.loglik - fit.loglik_null)
    size = len(table)
    whole: Mapping[str, list[object]] = {
        "quantity": ["likelihood_ratio", "log_likelihood", "log_likelihood_null"],
        "value": [np.nan, fit.loglik, fit.loglik_null],
        "statistic": [statistic, np.nan, np.nan],
        "df": [size, np.nan, np.nan],
        "p": [float(stats.chi2.sf(statistic, size)), np.nan, np.nan],
    }
    counts = {"analysis": analysis, "n": fit.n, "events": fit.events}
    parts = [ratios, logs, profile, pd.DataFrame(whole)]
    return baseline_table(part.assign(**counts) for part in parts)

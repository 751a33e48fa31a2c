"""Rubin's rules: one estimate from several, and how much of its error is missing information."""

from dataclasses import dataclass

import numpy as np
from scipy import stats


@dataclass(frozen=True)
class Pooled:
    """An estimate pooled over imputations.

    Parameters
    ----------
    estimate, se : float
        Mean of the estimates, and its standard error, which holds their spread.
    lower, upper, p : float
        Limits and P value by Student's t.
    missing_information : float
        Share of the information on it that is missing, 0 to 1.
    between : float
        Standard deviation of the estimates between imputations.
    """

    estimate: float
    se: float
    lower: float
    upper: float
    p: float
    missing_information: float
    between: float


def pooled_estimate(estimates: np.ndarray, variances: np.ndarray, level: float = 0.95) -> Pooled:
    """Pool estimates and their variances (Rubin 1987).

    Parameters
    ----------
    estimates, variances : ndarray of float, shape (imputation,)
        One each an imputation.
    level : float, optional
        Confidence level.

    Returns
    -------
    Pooled
        The estimate, its error, and the share of missing information.

    Examples
    --------
    >>> one = pooled_estimate(np.array([0.1, 0.2, 0.3]), np.array([0.04, 0.04, 0.04]))
    >>> round(one.estimate, 3), round(one.se, 4), round(one.missing_information, 3)
    (0.2, 0.2309, 0.293)
    """
    count = len(estimates)
    within, between = float(np.mean(variances)), float(np.var(estimates, ddof=1))
    total = within + (1.0 + 1.0 / count) * between
    estimate, se = float(np.mean(estimates)), float(np.sqrt(total))
    if between == 0.0 or within == 0.0:
        freedom, missing = np.inf, 0.0 if between == 0.0 else 1.0
    else:
        increase = (1.0 + 1.0 / count) * between / within
        freedom = (count - 1) * (1.0 + 1.0 / increase) ** 2
        missing = (increase + 2.0 / (freedom + 3.0)) / (increase + 1.0)
    reach = float(stats.t.ppf(0.5 + level / 2.0, freedom)) * se
    p = float(2.0 * stats.t.sf(abs(estimate) / se, freedom)) if se else np.nan
    return Pooled(estimate, se, estimate - reach, estimate + reach, p, float(missing), between**0.5)

"""Densities, probabilities and quantiles of a prior, by SciPy."""

from typing import Any

import numpy as np

from posthaz.errors import PriorError
from posthaz.priors.prior import Prior


def prior_quantile(prior: Prior, probability: float) -> float:
    """Value below which a variable with this prior lies with a probability.

    Parameters
    ----------
    prior : Prior
        A proper prior.
    probability : float
        Between 0 and 1.

    Returns
    -------
    float
        The quantile.

    Raises
    ------
    PriorError
        For a flat prior, which has no quantiles.

    Examples
    --------
    >>> round(prior_quantile(Prior("half_normal", (0.5,)), 0.95), 2)
    0.98
    """
    frozen, folded = _frozen(prior)
    return float(frozen.ppf((1.0 + probability) / 2.0 if folded else probability))


def prior_probability_below(prior: Prior, value: float) -> float:
    """Probability that a variable with this prior is at most a value.

    Parameters
    ----------
    prior : Prior
        A proper prior.
    value : float
        The value.

    Returns
    -------
    float
        The probability.

    Raises
    ------
    PriorError
        For a flat prior, which has no probabilities.

    Examples
    --------
    >>> round(prior_probability_below(Prior("normal", (0.0, 1.0)), -1.96), 3)
    0.025
    """
    frozen, folded = _frozen(prior)
    return float(max(2.0 * frozen.cdf(value) - 1.0, 0.0) if folded else frozen.cdf(value))


def prior_log_density(prior: Prior, values: np.ndarray) -> np.ndarray:
    """Log density of a prior; 0 everywhere for a flat one.

    Parameters
    ----------
    prior : Prior
        A prior.
    values : ndarray of float
        Where; any shape.

    Returns
    -------
    ndarray of float
        Of the shape of `values`.

    Examples
    --------
    >>> prior_log_density(Prior("exponential", (2.0,)), np.array([0.0, 1.0])).round(3)
    array([ 0.693, -1.307])
    """
    if prior.family == "flat":
        return np.zeros(np.shape(values))
    frozen, folded = _frozen(prior)
    return np.asarray(frozen.logpdf(values)) + (np.log(2.0) if folded else 0.0)


def _frozen(prior: Prior) -> tuple[Any, bool]:
    """SciPy's distribution of a prior, and whether its negative half is folded over."""
    from scipy import stats  # takes a while to load

    v = prior.values
    match prior.family:
        case "normal":
            return stats.norm(*v), False
        case "student_t":
            return stats.t(*v), False
        case "cauchy":
            return stats.cauchy(*v), False
        case "laplace":
            return stats.laplace(*v), False
        case "half_normal":
            return stats.norm(0.0, *v), True
        case "half_student_t":
            return stats.t(v[0], 0.0, v[1]), True
        case "half_cauchy":
            return stats.cauchy(0.0, *v), True
        case "exponential":
            return stats.expon(scale=1.0 / v[0]), False
        case "gamma":
            return stats.gamma(v[0], scale=1.0 / v[1]), False
        case "lognormal":
            return stats.lognorm(v[1], scale=np.exp(v[0])), False
        case "lkj":
            return stats.beta(*v, *v, loc=-1.0, scale=2.0), False
    raise PriorError(f"prior {prior.family} is improper: it has no probabilities or quantiles")

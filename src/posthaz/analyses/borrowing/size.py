"""How much a prior borrows, and whether the history agrees with the cohort."""

import math

import numpy as np
from scipy.special import ndtr
from scipy.stats import norm

from posthaz.analyses.borrowing.mixture import NormalMixture

_GRID = 4001


def effective_events(mixture: NormalMixture) -> float:
    """Effective size of a prior of a log hazard ratio, in events of a trial with equal arms.

    Parameters
    ----------
    mixture : NormalMixture
        The prior.

    Returns
    -------
    float
        Expected local-information ratio (Neuenschwander et al., Biometrics 2020;76:578-587):
        the prior's expected information over that of one event, a quarter.

    Examples
    --------
    >>> import numpy as np
    >>> round(effective_events(NormalMixture(np.ones(1), np.zeros(1), np.array([0.2]), "x")), 1)
    100.0
    """
    points, width = _grid(mixture)
    log_density = mixture.log_density(points)
    density = np.exp(log_density)
    curvature = -np.gradient(np.gradient(log_density, width), width)
    inner = slice(2, -2)  # second differences are not to be had at the ends
    return float(4.0 * np.sum((density * curvature)[inner]) * width)


def conflict_probability(mixture: NormalMixture, estimate: float, standard_error: float) -> float:
    """Prior-data conflict: two-sided prior predictive probability of an estimate as far out.

    Parameters
    ----------
    mixture : NormalMixture
        The prior.
    estimate, standard_error : float
        Log hazard ratio of the current cohort without the history, and its standard error.

    Returns
    -------
    float
        Small where prior and cohort are in conflict (Box 1980; Evans and Moshonov 2006).
    """
    sd = np.hypot(mixture.sd, standard_error)
    below = float(mixture.weight @ ndtr((estimate - mixture.mean) / sd))
    return 2.0 * min(below, 1.0 - below)


def gained_events(events: float, sd_alone: float, sd_borrowing: float) -> float:
    """Events that the history was worth, by what it did to the standard deviation.

    Parameters
    ----------
    events : float
        Events of the current cohort.
    sd_alone, sd_borrowing : float
        Posterior standard deviations of the log hazard ratio without and with the history.

    Returns
    -------
    float
        Negative where a conflict made the posterior wider.
    """
    return events * (math.pow(sd_alone / sd_borrowing, 2) - 1.0)


def _grid(mixture: NormalMixture) -> tuple[np.ndarray, float]:
    reach = 6.0 * mixture.sd
    low, high = np.min(mixture.mean - reach), np.max(mixture.mean + reach)
    narrow = float(np.min(mixture.sd))
    size = int(np.clip((high - low) / narrow * 40, _GRID, 400_000))
    points = np.linspace(low, high, size)
    return points, float(points[1] - points[0])


def density(mixture: NormalMixture, points: np.ndarray) -> np.ndarray:
    """Density at log hazard ratios, for figures."""
    return np.sum(mixture.weight * norm.pdf(points[:, None], mixture.mean, mixture.sd), axis=1)

"""How the hazards of clusters differ: the distribution of the frailty."""

from dataclasses import dataclass
from typing import Any

from posthaz.errors import SpecError
from posthaz.hazards import Array

DISTRIBUTIONS = ("normal", "gamma")
_EXACT_BELOW = 1e4


@dataclass(frozen=True)
class Frailty:
    """Distribution of the frailties of a model.

    Parameters
    ----------
    distribution : {"normal", "gamma"}
        ``"normal"``: the logarithm of the frailty, which multiplies the hazard of a cluster, is
        normal with mean 0. ``"gamma"``: the frailty is gamma with mean 1 and variance theta.

    Raises
    ------
    SpecError
        For another distribution.

    Examples
    --------
    >>> Frailty("gamma").is_gamma
    True
    """

    distribution: str = "normal"

    def __post_init__(self) -> None:
        if self.distribution not in DISTRIBUTIONS:
            found = f"found {self.distribution!r}"
            raise SpecError(f"Frailty, distribution: {found}", fix='give "normal" or "gamma"')

    @property
    def is_gamma(self) -> bool:
        """Whether frailties are gamma."""
        return self.distribution == "gamma"


def log_gamma_density(log_frailty: Array, variance: Array, xp: Any, gammaln: Any) -> Array:
    """Log density of the logarithm of a gamma frailty with mean 1.

    Parameters
    ----------
    log_frailty : array
        Logarithm of the frailty.
    variance : array
        Its variance, theta.
    xp : module
        Array module.
    gammaln : callable
        Its log-gamma function.

    Returns
    -------
    array
        With a = 1/theta: ``a log a - log Gamma(a) + a (y - exp(y))``, in a form that stays exact
        while theta goes to 0.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy.special import gammaln
    >>> from scipy.stats import gamma
    >>> y, theta = np.log(1.5), 0.4
    >>> own = float(log_gamma_density(y, theta, np, gammaln))
    >>> bool(np.isclose(own, gamma.logpdf(1.5, 1 / theta, scale=theta) + y))
    True
    """
    shape = 1.0 / variance
    exact = xp.minimum(shape, _EXACT_BELOW)
    large = xp.maximum(shape, _EXACT_BELOW)
    stirling = 0.5 * xp.log(large / (2.0 * xp.pi)) - 1.0 / (12.0 * large)
    level = xp.where(shape < _EXACT_BELOW, exact * xp.log(exact) - gammaln(exact) - exact, stirling)
    near = abs(log_frailty) < 1e-3
    small = xp.where(near, log_frailty, 0.0)
    series = -(small**2) * (0.5 + small * (1 / 6 + small * (1 / 24 + small / 120)))
    far = xp.where(near, 1.0, log_frailty)
    return level + shape * xp.where(near, series, far - xp.expm1(far))

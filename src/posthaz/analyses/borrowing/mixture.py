"""A mixture of normal distributions of a log hazard ratio."""

from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp, ndtr
from scipy.stats import norm

from posthaz.errors import PriorError


@dataclass(frozen=True, eq=False)
class NormalMixture:
    """A prior of a log hazard ratio as a mixture of normal distributions.

    Parameters
    ----------
    weight, mean, sd : ndarray of float, shape (component,)
        Weights, adding up to 1; means and standard deviations on the log scale.
    label : str
        Name to show.
    mixed_over : str
        What the components differ in: ``"discount"``, ``"heterogeneity"``; empty for none.
    value : ndarray of float, shape (component,)
        The component's value of that.

    Examples
    --------
    >>> mixture = NormalMixture(np.array([0.5, 0.5]), np.zeros(2), np.array([0.1, 1.0]), "robust")
    >>> round(mixture.standard_deviation, 3), round(mixture.below(0.0), 2)
    (0.711, 0.5)
    """

    weight: np.ndarray
    mean: np.ndarray
    sd: np.ndarray
    label: str
    mixed_over: str = ""
    value: np.ndarray | None = None

    def __post_init__(self) -> None:
        whole = np.isclose(np.sum(self.weight), 1.0) and np.all(self.weight >= 0)
        if not (whole and np.all(self.sd > 0) and np.all(np.isfinite(self.mean))):
            raise PriorError(
                f"mixture prior '{self.label}': weights must be at least 0 and add up to 1, "
                "standard deviations be above 0, means finite",
                fix="correct the components",
            )

    @property
    def expectation(self) -> float:
        """Mean of the log hazard ratio."""
        return float(self.weight @ self.mean)

    @property
    def standard_deviation(self) -> float:
        """Standard deviation of the log hazard ratio."""
        second = self.weight @ (self.sd**2 + self.mean**2)
        return float(np.sqrt(second - self.expectation**2))

    def below(self, log_hazard_ratio: float) -> float:
        """Probability of a log hazard ratio below the one given."""
        return float(self.weight @ ndtr((log_hazard_ratio - self.mean) / self.sd))

    def log_densities(self, log_hazard_ratio: np.ndarray) -> np.ndarray:
        """Log of weight times density of each component, shape (..., component)."""
        with np.errstate(divide="ignore"):
            return np.log(self.weight) + norm.logpdf(
                log_hazard_ratio[..., None], self.mean, self.sd
            )

    def log_density(self, log_hazard_ratio: np.ndarray) -> np.ndarray:
        """Log density at log hazard ratios, of their shape."""
        return np.asarray(logsumexp(self.log_densities(np.asarray(log_hazard_ratio)), axis=-1))

    def updated(self, estimate: float, standard_error: float) -> "NormalMixture":
        """The mixture after a normal estimate: the conjugate posterior.

        Parameters
        ----------
        estimate, standard_error : float
            Log hazard ratio and its standard error.

        Returns
        -------
        NormalMixture
            Components updated, weighted by how well each foresaw the estimate.
        """
        foreseen = norm.logpdf(estimate, self.mean, np.hypot(self.sd, standard_error))
        with np.errstate(divide="ignore"):
            log_weight = np.log(self.weight) + foreseen
        precision = self.sd**-2.0 + standard_error**-2.0
        mean = (self.mean / self.sd**2 + estimate / standard_error**2) / precision
        weight = np.exp(log_weight - logsumexp(log_weight))
        return NormalMixture(weight, mean, precision**-0.5, self.label, self.mixed_over, self.value)

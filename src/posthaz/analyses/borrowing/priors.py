"""Priors of a treatment effect from printed or fitted historical effects.

A historical effect is a normal distribution of its log hazard ratio; each prior is then a
mixture of normals, and how much is borrowed is learnt through the weights of its components.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp, ndtr
from scipy.stats import beta as beta_distribution
from scipy.stats import halfnorm, norm

from posthaz.errors import PriorError
from posthaz.priors import Prior


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


_NODES = 64
INITIAL = Prior("normal", (0.0, 1.0), "initial prior of the log hazard ratio")


def power_prior(history: Prior, discount: float, initial: Prior = INITIAL) -> NormalMixture:
    """Power prior with a fixed discount: the historical likelihood to a power, times `initial`.

    Parameters
    ----------
    history : Prior
        Normal: estimate and standard error of the historical log hazard ratio.
    discount : float
        Power, from 0 (the history is not used) to 1 (used in full).
    initial : Prior
        Normal prior before the history.

    Returns
    -------
    NormalMixture
        One normal component (Ibrahim and Chen, Stat Sci 2000;15:46-60).

    Examples
    --------
    >>> prior = power_prior(Prior("normal", (-0.26, 0.04)), 0.1)
    >>> round(prior.expectation, 3), round(prior.standard_deviation, 3)
    (-0.256, 0.125)
    """
    if not 0.0 <= discount <= 1.0:
        raise PriorError(f"power prior: the discount must be from 0 to 1, got {discount:g}.")
    mean, sd = _discounted(history, np.array([discount]), initial)
    label = f"power prior, discount {discount:g}"
    return NormalMixture(np.ones(1), mean, sd, label, "discount", np.array([float(discount)]))


def normalised_power_prior(
    history: Prior, alpha: float = 1.0, beta: float = 1.0, initial: Prior = INITIAL
) -> NormalMixture:
    """Normalised power prior: the discount is unknown, with a beta prior.

    Parameters
    ----------
    history : Prior
        Normal: estimate and standard error of the historical log hazard ratio.
    alpha, beta : float
        Beta prior of the discount.
    initial : Prior
        Normal prior before the history.

    Returns
    -------
    NormalMixture
        A component for each of 64 quadrature nodes of the discount (Duan, Ye and Smith,
        Environmetrics 2006;17:95-106); the prior given each discount is normalised.
    """
    nodes, weight = np.polynomial.legendre.leggauss(_NODES)
    # between quantiles of the beta prior, where a density that is infinite at 0 or 1 is not
    shares = (nodes + 1.0) / 2.0
    discount = np.clip(beta_distribution.ppf(shares, alpha, beta), 1e-12, 1.0)
    mean, sd = _discounted(history, discount, initial)
    return NormalMixture(
        weight / weight.sum(), mean, sd, "normalised power prior", "discount", discount
    )


def commensurate_prior(
    history: Prior, spike: float = 0.05, slab: float = 1.0, probability: float = 0.5
) -> NormalMixture:
    """Commensurate prior with spike and slab: the effect is near the historical one, or not.

    Parameters
    ----------
    history : Prior
        Normal: estimate and standard error of the historical log hazard ratio.
    spike, slab : float
        Standard deviation of the difference between the effects when they are commensurate,
        and when they are not.
    probability : float
        Prior probability that they are.

    Returns
    -------
    NormalMixture
        Two components (Hobbs et al., Bayesian Anal 2012;7:639-674), spike first.
    """
    if not (0 < spike < slab and 0 < probability < 1):
        raise PriorError(
            "commensurate prior: give 0 < spike < slab and a probability between 0 and 1, got "
            f"spike {spike:g}, slab {slab:g}, probability {probability:g}."
        )
    estimate, error = _normal(history)
    sd = np.hypot(error, np.array([spike, slab]))
    weight = np.array([probability, 1.0 - probability])
    return NormalMixture(
        weight, np.full(2, estimate), sd, "commensurate prior", "commensurate", np.array([1.0, 0.0])
    )


def meta_analytic_prior(
    histories: Sequence[Prior],
    heterogeneity: float = 0.25,
    robust: float = 0.2,
    initial: Prior = INITIAL,
) -> NormalMixture:
    """Meta-analytic-predictive prior, made robust by a component that knows nothing of history.

    Studies' effects are normal about a common mean with a half-normal standard deviation; the
    prior is the predictive distribution of a new study's effect.

    Parameters
    ----------
    histories : sequence of Prior
        Normal: estimate and standard error of each study's log hazard ratio.
    heterogeneity : float
        Scale of the half-normal prior of the between-study standard deviation.
    robust : float
        Weight of the vague component, from 0 to below 1.
    initial : Prior
        Normal: prior of the common mean, and the vague component.

    Returns
    -------
    NormalMixture
        A component for each of 64 quadrature nodes of the heterogeneity, then the vague one
        (Neuenschwander et al., Clin Trials 2010;7:5-18; Schmidli et al., Biometrics
        2014;70:1023-1032).

    Examples
    --------
    >>> studies = [Prior("normal", (-0.3, 0.1)), Prior("normal", (-0.2, 0.1))]
    >>> prior = meta_analytic_prior(studies, heterogeneity=0.25, robust=0.2)
    >>> round(prior.expectation, 2), len(prior.weight)
    (-0.2, 65)
    """
    if not histories:
        raise PriorError("meta-analytic prior: no historical study", fix="give at least one")
    if not 0 <= robust < 1:
        raise PriorError(f"meta-analytic prior: robust must be from 0 to below 1, got {robust:g}.")
    estimates, errors = np.array([_normal(history) for history in histories]).T
    centre, spread = _normal(initial)
    nodes, share = np.polynomial.legendre.leggauss(_NODES)
    between = halfnorm.ppf((nodes + 1.0) / 2.0, scale=heterogeneity)
    variance = errors**2 + between[:, None] ** 2
    precision = spread**-2.0 + np.sum(1.0 / variance, axis=1)
    mean = (centre / spread**2 + np.sum(estimates / variance, axis=1)) / precision
    log_weight = np.log(share) + _foreseen(estimates, variance, centre, spread)
    weight = (1.0 - robust) * np.exp(log_weight - logsumexp(log_weight))
    return NormalMixture(
        np.append(weight, robust),
        np.append(mean, centre),
        np.append(np.sqrt(1.0 / precision + between**2), spread),
        "robust meta-analytic prior" if robust else "meta-analytic prior",
        "heterogeneity",
        np.append(between, np.inf),
    )


def _foreseen(
    estimates: np.ndarray, variance: np.ndarray, centre: float, spread: float
) -> np.ndarray:
    """Log density of the estimates given each heterogeneity, the common mean integrated out."""
    total = np.zeros(len(variance))
    mean, known = np.full(len(variance), centre), np.full(len(variance), spread**2)
    for k, estimate in enumerate(estimates):
        total += norm.logpdf(estimate, mean, np.sqrt(known + variance[:, k]))
        gain = known / (known + variance[:, k])
        mean, known = mean + gain * (estimate - mean), known * (1.0 - gain)
    return total


def _discounted(
    history: Prior, discount: np.ndarray, initial: Prior
) -> tuple[np.ndarray, np.ndarray]:
    (estimate, error), (centre, spread) = _normal(history), _normal(initial)
    precision = spread**-2.0 + discount * error**-2.0
    mean = (centre / spread**2 + discount * estimate / error**2) / precision
    return mean, precision**-0.5


def _normal(prior: Prior) -> tuple[float, float]:
    if prior.family != "normal":
        raise PriorError(
            f"borrowing: a historical effect is a normal prior of a log hazard ratio, got {prior}",
            fix="use posthaz.historical(hr, lower, upper)",
        )
    mean, sd = prior.values
    return mean, sd

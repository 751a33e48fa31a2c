"""The treatment's effect in one fit, and its posteriors under any prior by reweighting."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy.special import logsumexp as _logsumexp
from scipy.special import ndtr

from posthaz.arms.arm_model import effect_draws
from posthaz.inference import Fit, smoothed_weights
from posthaz.priors import Prior, prior_log_density

_LEAST_LEFT = 0.05


@dataclass(frozen=True, eq=False)
class TreatmentEffect:
    """A treatment's log hazard ratio in one fit.

    Parameters
    ----------
    term : str
        Name of the coefficient.
    draws : ndarray of float, shape (draw,)
        Posterior draws, chains joined.
    prior : Prior
        Its prior.
    estimate, error : float
        Mean and standard deviation of a normal likelihood that gives the posterior's mean and
        standard deviation together with this prior: what the data say without it.
    """

    term: str
    draws: np.ndarray
    prior: Prior
    estimate: float
    error: float


def treatment_effect(fit: Fit) -> TreatmentEffect:
    """The one coefficient that the treatment has in a fit.

    Parameters
    ----------
    fit : Fit
        A fit under proportional hazards, with two arms.

    Returns
    -------
    TreatmentEffect
        Its draws and prior.

    Raises
    ------
    SpecError
        When the model has no single log hazard ratio of the treatment.

    Examples
    --------
    >>> import posthaz as ph
    >>> spec = ph.ModelSpec("m", ph.Exponential(), "arm")
    >>> fit = ph.fit(spec, ph.simulated_example(), method="laplace", draws=100)
    >>> treatment_effect(fit).term
    'arm[B]'
    """
    column, draws = effect_draws(fit)
    prior = fit.priors.coefficients[column]
    estimate, error = without_prior(draws, prior)
    return TreatmentEffect(fit.design.columns[column], draws.astype(float), prior, estimate, error)


def without_prior(draws: np.ndarray, prior: Prior) -> tuple[float, float]:
    """Mean and standard deviation of the normal likelihood behind draws under a prior.

    Parameters
    ----------
    draws : ndarray of float, shape (draw,)
        Posterior draws.
    prior : Prior
        The prior they were drawn under; slope and curvature of its log density at the mean of the
        draws stand in for it where it isn't normal.

    Returns
    -------
    (float, float)
        Exact for a normal posterior and prior.

    Examples
    --------
    >>> import numpy as np
    >>> from posthaz.priors import Prior
    >>> draws = np.random.default_rng(1).normal(-0.25, np.sqrt(0.5), 200_000)
    >>> estimate, error = without_prior(draws, Prior("normal", (0.0, 1.0)))
    >>> round(estimate, 1), round(error, 1)
    (-0.5, 1.0)
    """
    mean, sd = float(np.mean(draws)), float(np.std(draws, ddof=1))
    step = 1e-3 * sd
    below, here, above = prior_log_density(prior, np.array([mean - step, mean, mean + step]))
    slope, bend = (above - below) / (2 * step), -(above - 2 * here + below) / step**2
    left = max(1.0 - sd**2 * bend, _LEAST_LEFT)
    return float(mean - sd**2 * slope / left), float(sd / np.sqrt(left))


MOST_KHAT = 0.7
LEAST_EFFECTIVE = 400
_MOST_FITS = 9
_STEP = 2.0
_ROUNDS = 500
# its annotations allow for signs, which nobody asks for here
logsumexp: Any = _logsumexp

Refit = Callable[[Prior], np.ndarray]
"""Draws of the treatment's log hazard ratio under another prior on it."""


@dataclass(frozen=True, eq=False)
class Weighted:
    """A posterior as weighted draws.

    Parameters
    ----------
    draws, weights : ndarray of float, shape (draw,)
        Draws in ascending order; weights sum to 1.
    khat : float
        Shape of the weights' tail.
    effective : float
        Effective number of draws.
    """

    draws: np.ndarray
    weights: np.ndarray
    khat: float
    effective: float

    @classmethod
    def of(cls, draws: np.ndarray, log_ratio: np.ndarray) -> "Weighted":
        """Draws in any order, weighted by ratios of densities; their logs are of shape (draw,)."""
        log_weights, khat = smoothed_weights(log_ratio - log_ratio.max())
        order = np.argsort(draws, kind="stable")
        weights = np.exp(log_weights)[order]
        return cls(draws[order], weights, khat, float(1.0 / np.sum(weights**2)))

    @property
    def trusted(self) -> bool:
        """Whether the weights say anything."""
        return self.khat < MOST_KHAT and self.effective >= LEAST_EFFECTIVE

    def below(self, value: float) -> float:
        """Probability of less than a value."""
        return float(self.weights[self.draws < value].sum())

    def quantile(self, probability: float) -> float:
        """Value below which a draw lies with a probability."""
        middle = np.cumsum(self.weights) - self.weights / 2.0
        return float(np.interp(probability, middle, self.draws))

    @property
    def mean(self) -> float:
        """Posterior mean."""
        return float(self.weights @ self.draws)

    @property
    def sd(self) -> float:
        """Posterior standard deviation."""
        return float(np.sqrt(self.weights @ (self.draws - self.mean) ** 2))


@dataclass(frozen=True, eq=False)
class Pool:
    """Draws of the treatment's effect under one prior or several, to be weighted to any other.

    The prior of the effect is independent of all other parameters, so that a posterior under
    another prior differs from this one by the ratio of the two priors' densities alone. Draws of
    several fits count as one sample from their mixture (Shirts and Chodera 2008,
    doi:10.1063/1.2978177).

    Parameters
    ----------
    effect : TreatmentEffect
        That of the analysis's own fit.
    fits : tuple of (Prior, ndarray)
        The priors, and draws of the posteriors under them.
    """

    effect: TreatmentEffect
    fits: tuple[tuple[Prior, np.ndarray], ...]

    @cached_property
    def _sorted(self) -> tuple[np.ndarray, np.ndarray]:
        """All draws in ascending order, and the log of the mixture of priors they are from."""
        draws = np.sort(np.concatenate([own for _, own in self.fits]))
        sizes = np.log([len(own) for _, own in self.fits])
        densities = np.stack([prior_log_density(prior, draws) for prior, _ in self.fits])
        evidence = np.zeros(len(self.fits))
        for _ in range(_ROUNDS if len(self.fits) > 1 else 1):
            mixture = logsumexp(densities + (sizes - evidence)[:, None], axis=0)
            renewed = logsumexp(densities - mixture, axis=1)
            renewed -= renewed[0]
            moved = float(np.max(np.abs(renewed - evidence)))
            evidence = renewed
            if moved < 1e-8:
                break
        return draws, logsumexp(densities + (sizes - evidence)[:, None], axis=0)

    def under(self, prior: Prior) -> Weighted:
        """The posterior under another prior.

        Parameters
        ----------
        prior : Prior
            The prior on the log hazard ratio.

        Returns
        -------
        Weighted
            Draws and weights, and whether these can be trusted.
        """
        draws, mixture = self._sorted
        return Weighted.of(draws, prior_log_density(prior, draws) - mixture)

    def log_evidence(self, prior: Prior) -> float:
        """Log of the evidence for a prior over that for the one of the analysis's own fit."""
        draws, mixture = self._sorted
        own = logsumexp(prior_log_density(self.fits[0][0], draws) - mixture)
        return float(logsumexp(prior_log_density(prior, draws) - mixture) - own)

    def closed_form(self, mean: float, sd: float) -> tuple[float, float]:
        """Mean and standard deviation of the posterior were the likelihood normal.

        Examples
        --------
        >>> effect = TreatmentEffect("arm", np.zeros(1), Prior("flat", ()), -0.5, 1.0)
        >>> Pool(effect, ()).closed_form(0.0, 1.0)
        (-0.25, 0.7071067811865476)
        """
        return normal_posterior(self.effect.estimate, self.effect.error, mean, sd)


def normal_posterior(estimate: float, error: float, mean: float, sd: float) -> tuple[float, float]:
    """Mean and standard deviation from a normal likelihood and a normal prior.

    Examples
    --------
    >>> normal_posterior(1.0, 1.0, 0.0, 1.0)[0]
    0.5
    """
    data, prior = error**-2, sd**-2
    return (data * estimate + prior * mean) / (data + prior), (data + prior) ** -0.5


def closed_probability(pool: Pool, mean: float, sd: float, value: float) -> float:
    """Probability of less than a value, were the likelihood normal."""
    middle, spread = pool.closed_form(mean, sd)
    return float(ndtr((value - middle) / spread))


def grown_pool(effect: TreatmentEffect, priors: Sequence[Prior], refit: Refit) -> Pool:
    """A pool that reaches normal priors: the fit's own draws, and further fits where it must.

    Parameters
    ----------
    effect : TreatmentEffect
        That of the analysis's own fit.
    priors : sequence of Prior
        Normal priors, whose posteriors are asked for.
    refit : callable
        Fits anew under a prior.

    Returns
    -------
    Pool
        At most nine fits; what they don't reach says so by its `khat`.
    """
    pool = Pool(effect, ((effect.prior, effect.draws),))
    while len(pool.fits) < _MOST_FITS:
        lost = [prior for prior in priors if not pool.under(prior).trusted]
        if not lost:
            break
        known = [float(np.mean(draws)) for _, draws in pool.fits]
        apart = [
            min(abs(pool.closed_form(*prior.values)[0] - one) for one in known) / effect.error
            for prior in lost
        ]
        # fits that overlap, or nobody knows how their evidence compares
        chosen = lost[int(np.argmin(np.abs(np.array(apart) - _STEP)))]
        pool = Pool(effect, (*pool.fits, (chosen, refit(chosen))))
    return pool

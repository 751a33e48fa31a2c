"""Laplace approximation with importance weights: independent draws, and how far to trust them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats
from scipy.special import logsumexp

from posthaz.inference.chain_statistics import smoothed_weights
from posthaz.inference.engine import Engine
from posthaz.inference.mode import Mode
from posthaz.inference.nuts import Sampled
from posthaz.spec import Sampling

_DEGREES = 6.0


@dataclass(frozen=True)
class Weighted:
    """Draws from importance weights and the figures that say whether to believe them.

    Parameters
    ----------
    sampled : Sampled
        Draws, resampled by weight.
    khat : float
        Shape of the weights' tail (Vehtari et al. 2024).
    threshold : float
        Largest `khat` at which the number of proposals suffices.
    effective : float
        Effective size of the weighted proposals.
    """

    sampled: Sampled
    khat: float
    threshold: float
    effective: float

    @property
    def trusted(self) -> bool:
        """Whether the tail of the weights is light enough for the number of proposals."""
        return bool(self.khat < self.threshold)


def laplace_draws(engine: Engine, mode: Mode, sampling: Sampling) -> Weighted:
    """Draw from multivariate-t proposals at the mode, weighted by the posterior.

    Parameters
    ----------
    engine : Engine
        A compiled model.
    mode : Mode
        Its mode and curvature.
    sampling : Sampling
        Chains and draws (twice as many proposals are made), seed.

    Returns
    -------
    Weighted
        Draws, Pareto shape and effective size. The draws are independent given the weights, so
        that chains are only a way to hold them.
    """
    total = sampling.chains * sampling.draws
    proposals = 2 * total
    random = np.random.default_rng(sampling.seed)
    size = len(mode.point)
    z = random.standard_normal((proposals, size))
    z *= np.sqrt(_DEGREES / random.chisquare(_DEGREES, (proposals, 1)))
    theta = mode.point + z @ mode.whitening.T
    target = np.asarray(engine.values(theta, *engine.data))
    student: Any = stats.multivariate_t
    proposal = student(np.zeros(size), np.eye(size), df=_DEGREES).logpdf(z)
    log_ratio = np.where(np.isfinite(target), target - proposal, -np.inf)
    log_weights, khat = smoothed_weights(log_ratio - log_ratio.max())
    weights = np.exp(log_weights - logsumexp(log_weights))
    chosen = _systematic(weights, total, random)
    random.shuffle(chosen)
    draws = theta[chosen].reshape(sampling.chains, sampling.draws, size)
    density = target[chosen].reshape(sampling.chains, sampling.draws)
    statistics = {"lp": density, "diverging": np.zeros(density.shape, dtype=bool)}
    return Weighted(
        sampled=Sampled(draws, statistics, mode.steps),
        khat=khat,
        threshold=min(1.0 - 1.0 / np.log10(proposals), 0.7),
        effective=float(1.0 / np.sum(weights**2)),
    )


def _systematic(weights: np.ndarray, total: int, random: np.random.Generator) -> np.ndarray:
    """Systematic resampling: each proposal is kept in proportion to its weight."""
    points = (np.arange(total) + random.uniform()) / total
    return np.searchsorted(np.cumsum(weights), points).clip(0, len(weights) - 1)

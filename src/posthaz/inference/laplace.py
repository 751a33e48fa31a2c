"""Laplace approximation with importance weights: independent draws, and how far to trust them."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.special import gammaln, logsumexp

from posthaz.inference.chain_statistics import smoothed_weights
from posthaz.inference.engine import Posterior, batches, repeated
from posthaz.inference.mode import Mode
from posthaz.inference.nuts import Sampled
from posthaz.spec import Sampling

_DEGREES = 6.0
_LEAST_EFFECTIVE = 100
HEAVY_TAIL = 0.5
"""Shape of the weights' tail (k-hat) above which their variance is not finite."""
TAILS = (
    "a k-hat above 0.5 leaves the tails to few proposals, so that ends of intervals and small "
    "probabilities are known less well than means"
)
"""What weights of infinite variance do to answers."""


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
    least : float
        Smallest effective size over the unbounded parameters: the variance of one over the
        squared Monte Carlo error of its weighted mean.
    evaluations : int
        Evaluations of the density: proposals and Newton steps.
    log_evidence : float
        Log marginal likelihood, the mean of the ratios; it needs proper priors.
    """

    sampled: Sampled
    khat: float
    threshold: float
    effective: float
    least: float
    evaluations: int
    log_evidence: float

    @property
    def trusted(self) -> bool:
        """Whether the weights' tail is light enough, and their effective size what chains need."""
        return bool(self.khat < self.threshold and self.least >= enough(len(self.sampled.theta)))


def enough(chains: int) -> int:
    """Least effective size of the weighted proposals, that of chains which are believed."""
    return _LEAST_EFFECTIVE * chains


def khat_threshold(proposals: int) -> float:
    """Largest k-hat at which a number of proposals suffices (Vehtari et al. 2024)."""
    return min(1.0 - 1.0 / np.log10(proposals), 0.7)


def laplace_draws(
    posteriors: Sequence[Posterior],
    modes: Sequence[Mode],
    seeds: Sequence[int],
    sampling: Sampling,
) -> list[Weighted]:
    """Draw from multivariate-t proposals at the modes, weighted by the posteriors.

    Parameters
    ----------
    posteriors : sequence of Posterior
        All of one engine, their data of equal shapes.
    modes : sequence of Mode
        Their modes and curvatures.
    seeds : sequence of int
        A seed each.
    sampling : Sampling
        Chains and draws; twice as many proposals are made.

    Returns
    -------
    list of Weighted
        Draws, Pareto shape and effective size. Copies of a heavy proposal stand next to each
        other, as where a chain stays, so that effective sizes and Monte Carlo errors of whatever
        is computed from the draws know of the weights. Chains are only a way to hold them.
    """
    made = []
    each = 2 * sampling.chains * sampling.draws
    for members, data in batches(posteriors, each):
        given = zip(modes[members], seeds[members], strict=True)
        proposed = [_Proposal(mode, seed, sampling) for mode, seed in given]
        theta = repeated(np.stack([proposal.theta for proposal in proposed]), data)
        target = np.asarray(posteriors[0].engine.values(theta, *data))
        made += [p.weighted(target[k], sampling) for k, p in enumerate(proposed)]
    return made


class _Proposal:
    """Proposals for one posterior."""

    def __init__(self, mode: Mode, seed: int, sampling: Sampling) -> None:
        self.steps = mode.steps
        count, size = 2 * sampling.chains * sampling.draws, len(mode.point)
        z, density, random = standard_proposals(seed, count, size)
        self.random = deepcopy(random)
        self.theta = mode.point + z @ mode.whitening.T
        self.density = density - np.sum(np.log(np.diag(mode.whitening)))

    def weighted(self, target: np.ndarray, sampling: Sampling) -> Weighted:
        """Draws in proportion to target over proposal density."""
        total = sampling.chains * sampling.draws
        log_ratio = np.where(np.isfinite(target), target - self.density, -np.inf)
        log_weights, khat = smoothed_weights(log_ratio - log_ratio.max())
        weights = np.exp(log_weights - logsumexp(log_weights))
        # in the order of the proposals, which is random: copies of one remain neighbours
        chosen = _systematic(weights, total, self.random)
        shape = (sampling.chains, sampling.draws)
        density = target[chosen].reshape(shape)
        statistics = {"lp": density, "diverging": np.zeros(shape, dtype=bool)}
        return Weighted(
            sampled=Sampled(self.theta[chosen].reshape(*shape, -1), statistics, self.steps),
            khat=khat,
            threshold=khat_threshold(len(target)),
            effective=float(1.0 / np.sum(weights**2)),
            least=least_effective(self.theta, weights),
            evaluations=len(target) + self.steps,
            log_evidence=float(logsumexp(log_ratio) - np.log(len(target))),
        )


@lru_cache(maxsize=1)
def standard_proposals(
    seed: int, count: int, size: int
) -> tuple[np.ndarray, np.ndarray, np.random.Generator]:
    """Standard proposals, their density and the generator after them; many fits share a seed."""
    random = np.random.default_rng(seed)
    z = random.standard_normal((count, size))
    z *= np.sqrt(_DEGREES / random.chisquare(_DEGREES, (count, 1)))
    return z, student_density(z), random


def student_density(z: np.ndarray) -> np.ndarray:
    """Log density of a standard multivariate t with `_DEGREES` degrees of freedom."""
    size = z.shape[1]
    constant = gammaln((_DEGREES + size) / 2.0) - gammaln(_DEGREES / 2.0)
    constant -= size / 2.0 * np.log(_DEGREES * np.pi)
    return constant - (_DEGREES + size) / 2.0 * np.log1p(np.sum(z**2, axis=1) / _DEGREES)


def least_effective(theta: np.ndarray, weights: np.ndarray) -> float:
    """Smallest effective size of the weighted mean of a parameter."""
    apart = (theta - weights @ theta) ** 2
    errors = weights**2 @ apart
    known = errors > 0
    return float(np.min((weights @ apart)[known] / errors[known], initial=len(weights)))


def _systematic(weights: np.ndarray, total: int, random: np.random.Generator) -> np.ndarray:
    """Systematic resampling: each proposal is kept in proportion to its weight."""
    points = (np.arange(total) + random.uniform()) / total
    return np.searchsorted(np.cumsum(weights), points).clip(0, len(weights) - 1)

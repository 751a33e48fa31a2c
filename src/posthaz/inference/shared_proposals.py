"""Posteriors that differ in their priors alone, by proposals that they share.

The likelihood of a proposal is the same under every prior, so that it is computed once: each
posterior weighs the proposals of all by its own density over that of their mixture (the balance
heuristic of Veach and Guibas 1995), which no density of theirs can exceed by much.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve_triangular

from posthaz.inference.chain_statistics import smoothed_weights
from posthaz.inference.engine import MOST_VALUES, Posterior, posterior_modes, stacked
from posthaz.inference.laplace import (
    HEAVY_TAIL,
    TAILS,
    enough,
    khat_threshold,
    least_effective,
    standard_proposals,
    student_density,
)
from posthaz.inference.mode import Mode
from posthaz.spec import Sampling

FEWEST = 6
"""Posteriors below which each makes its own proposals."""
_SLOTS = 16
_SAME = 1e-7


@dataclass(frozen=True)
class SharedDraws:
    """A posterior as weighted proposals that several share.

    Parameters
    ----------
    theta : ndarray of float, shape (proposal, parameter)
        The proposals, one array for all who share them.
    weights : ndarray of float, shape (proposal,)
        Smoothed weights, of sum 1.
    method : str
        How they were made.
    khat : float
        Shape of the weights' tail.
    log_evidence : float
        Log marginal likelihood.
    gradients : int
        Steps to the mode.
    """

    theta: np.ndarray
    weights: np.ndarray
    method: str
    khat: float
    log_evidence: float
    gradients: int


def shared_draws(
    posteriors: Sequence[Posterior], seed: int, sampling: Sampling
) -> dict[int, SharedDraws]:
    """Proposals of posteriors of one engine, shared among those whose modes are neighbours.

    Parameters
    ----------
    posteriors : sequence of Posterior
        All of one engine, their data of equal shapes.
    seed : int
        Seed of the proposals.
    sampling : Sampling
        Chains and draws: sixteen posteriors share as many proposals as one makes for itself.

    Returns
    -------
    dict of int to SharedDraws
        By position; without those whose weights can't be trusted or are worth less than half the
        draws, and empty where the likelihood isn't the same for all, or too large to hold for
        several.
    """
    if _SLOTS * posteriors[0].rows > MOST_VALUES:
        return {}
    modes = posterior_modes(posteriors)
    points = np.stack([mode.point for mode in modes])
    if not np.isfinite(points).all():
        return {}
    # along the direction in which modes differ most, neighbours share
    apart = points - points.mean(axis=0)
    along = apart @ np.linalg.svd(apart, full_matrices=False)[2][0]
    made: dict[int, SharedDraws] = {}
    for members in np.array_split(np.argsort(along, kind="stable"), -(-len(along) // _SLOTS)):
        own = members.tolist()
        given = [posteriors[k] for k in own], [modes[k] for k in own]
        found = _pool(*given, seed, sampling)
        if found is None:
            return {}
        theta, ratios = found
        for k, ratio in zip(own, ratios, strict=True):
            if draws := _weighted(theta, ratio, sampling, len(own), modes[k].steps):
                made[k] = draws
    return made


def _pool(
    posteriors: Sequence[Posterior], modes: Sequence[Mode], seed: int, sampling: Sampling
) -> tuple[np.ndarray, np.ndarray] | None:
    """Shared proposals, and the log of each posterior's density over that of their mixture."""
    slots = [k % len(modes) for k in range(_SLOTS)]  # a compiled call is always full
    own = [modes[k] for k in slots]
    each, size = -(-2 * sampling.chains * sampling.draws // _SLOTS), len(own[0].point)
    z = standard_proposals(seed, _SLOTS * each, size)[0].reshape(_SLOTS, each, size)
    theta = np.stack([m.point + part @ m.whitening.T for m, part in zip(own, z, strict=True)])
    common = np.broadcast_to(theta[:, 0], (_SLOTS, _SLOTS, size))
    data, engine = stacked([posteriors[k] for k in slots]), posteriors[0].engine
    values = np.asarray(engine.values(np.concatenate([theta, common], axis=1), *data))
    pool = theta.reshape(-1, size)
    priors = np.asarray(engine.priors(np.concatenate([pool, common[0]]), *data))
    likelihood = values[:, each:] - priors[:, len(pool) :]
    if not np.ptp(likelihood, axis=0).max() <= _SAME * (1.0 + np.abs(likelihood).max()):
        return None
    under_own = priors[np.repeat(np.arange(_SLOTS), each), np.arange(len(pool))]
    base = values[:, :each].ravel() - under_own - _mixture(pool, own)
    ratios = base + priors[: len(modes), : len(pool)]
    return pool, np.where(np.isfinite(ratios), ratios, -np.inf)


def _weighted(
    theta: np.ndarray, ratio: np.ndarray, sampling: Sampling, sharing: int, steps: int
) -> SharedDraws | None:
    """The draws of one posterior; None where they can't be trusted or are worth too little."""
    highest = ratio.max()
    log_weights, khat = smoothed_weights(ratio - highest)
    weights = np.exp(log_weights)
    weights /= weights.sum()
    threshold, count = khat_threshold(len(theta)), len(theta)
    worth = max(enough(sampling.chains), sampling.chains * sampling.draws / 2)
    if not (khat < threshold and least_effective(theta, weights) >= worth):
        return None
    effective = 1.0 / np.sum(weights**2)
    said = (
        f"Laplace with importance weights (k-hat {khat:.2f}, threshold {threshold:.2f}, effective "
        f"size {effective:,.0f} of {count:,} evaluations that {sharing} priors share)"
    )
    if khat > HEAVY_TAIL:
        said += f"; {TAILS}"
    log_evidence = float(highest + np.log(np.mean(np.exp(ratio - highest))))
    return SharedDraws(theta, weights, said, khat, log_evidence, steps)


def _mixture(pool: np.ndarray, modes: Sequence[Mode]) -> np.ndarray:
    """Log density of the mixture that the proposals were drawn from."""
    parts = [
        student_density(solve_triangular(m.whitening, (pool - m.point).T, lower=True).T)
        - np.sum(np.log(np.diag(m.whitening)))
        for m in modes
    ]
    highest = np.max(parts, axis=0)
    return highest + np.log(np.mean(np.exp(parts - highest), axis=0))

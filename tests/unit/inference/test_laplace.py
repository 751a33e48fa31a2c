"""The Monte Carlo error of weighted draws is that of the weights."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from posthaz.inference import ess_bulk, mcse_mean
from posthaz.inference.laplace import Weighted, _Proposal
from posthaz.inference.mode import Mode
from posthaz.spec import Sampling

SAMPLING = Sampling(chains=4, draws=1000)
SEEDS = range(60)


def _skewed(theta: np.ndarray) -> np.ndarray:
    """Log densities of two log gamma variables of shape 1.5, far from normal at the mode."""
    return np.sum(1.5 * theta - np.exp(theta), axis=1)


def _weighted(seed: int, target: Callable[[np.ndarray], np.ndarray] = _skewed) -> Weighted:
    mode = Mode(np.full(2, np.log(1.5)), np.eye(2) / np.sqrt(1.5), converged=True, steps=1)
    proposal = _Proposal(mode, seed, SAMPLING)
    return proposal.weighted(target(proposal.theta), SAMPLING)


def _narrow(theta: np.ndarray) -> np.ndarray:
    """A posterior a fortieth as wide as its approximation: most proposals weigh nothing."""
    return -0.5 * np.sum(((theta - np.log(1.5)) * 40.0) ** 2, axis=1)


QUANTITIES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "parameter": lambda theta: theta[..., 0],
    "square": lambda theta: theta[..., 0] ** 2,
    "exponential": lambda theta: np.exp(theta[..., 1]),
    "difference": lambda theta: theta[..., 0] - theta[..., 1],
    "probability": lambda theta: (theta[..., 0] < -2.0) * 1.0,
}


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_means_scatter_over_seeds_as_the_monte_carlo_error_says(quantity: str) -> None:
    draws = [QUANTITIES[quantity](_weighted(seed).sampled.theta) for seed in SEEDS]
    scatter = np.std([one.mean() for one in draws], ddof=1)
    printed = np.sqrt(np.mean([mcse_mean(one) ** 2 for one in draws]))
    assert 0.8 < scatter / printed < 1.25


def test_the_effective_size_is_that_of_the_weights() -> None:
    made = _weighted(1)
    assert made.trusted
    size = made.sampled.theta[..., 0].size
    assert ess_bulk(made.sampled.theta[..., 0]) < 0.9 * size
    # all of the proposals weigh alike where the proposal is the posterior itself
    assert made.least < made.evaluations


def test_weights_worth_too_few_draws_are_not_trusted() -> None:
    assert _weighted(1, _narrow).least < 100
    made = _weighted(1)
    assert made.khat < made.threshold
    assert replace(made, least=400.0).trusted
    assert not replace(made, least=399.0).trusted

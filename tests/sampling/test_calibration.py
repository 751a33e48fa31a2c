"""Ranks of the truth among posterior draws are uniform, and those of a broken model are not."""

import numpy as np
import pytest

from tests.recovery.calibration import ranks, uniformity

pytestmark = pytest.mark.slow

FITS = 100


def least(stretch: float) -> float:
    """Smallest P of any quantity over simulated cohorts whose times are stretched."""
    found = ranks("Weibull", FITS, "laplace", seed=11, stretch=stretch)
    assert len(found) > 0.95 * FITS and found["chains"].mean() < 0.2
    return min(uniformity(found[key].to_numpy()) for key in found.columns[2:])


def test_ranks_are_uniform_and_a_broken_model_is_found() -> None:
    assert least(1.0) > 0.01 / 4  # four quantities
    assert least(1.25) < 1e-3  # times that are a quarter longer than the model says


def test_the_p_value_of_uniform_ranks_is_uniform() -> None:
    random = np.random.default_rng(1)
    values = [uniformity(random.uniform(size=200)) for _ in range(400)]
    assert 0.015 < np.mean(np.array(values) < 0.05) < 0.095
    assert uniformity(random.uniform(size=200) ** 1.4) < 0.01

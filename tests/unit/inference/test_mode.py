"""Newton's mode on densities whose mode is known."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from posthaz.inference.mode import Mode, mode_finder

jax.config.update("jax_enable_x64", True)
PRECISION = np.array([[4.0, 1.0], [1.0, 2.0]])
CENTRE = np.array([1.0, -2.0])


def mode_of(log_density: Callable[..., Any], start: np.ndarray, *data: np.ndarray) -> Mode:
    point, whitening, converged, steps = jax.jit(mode_finder(log_density))(start, *data)
    return Mode(np.asarray(point), np.asarray(whitening), bool(converged), int(steps))


def normal(x: Any, centre: Any) -> Any:
    return -0.5 * (x - centre) @ PRECISION @ (x - centre)


def test_a_normal_density_takes_one_step() -> None:
    mode = mode_of(normal, np.array([30.0, 40.0]), CENTRE)
    assert mode.converged
    assert mode.steps == 2
    assert mode.point == pytest.approx(CENTRE)
    np.testing.assert_allclose(mode.whitening @ mode.whitening.T, np.linalg.inv(PRECISION))


def test_a_density_that_is_convex_far_away_still_climbs() -> None:
    """Student-t: the Hessian is not negative definite in the tails."""
    mode = mode_of(lambda x: -2.5 * jnp.log1p(x @ x / 4.0), np.array([20.0, -15.0]))
    assert mode.converged
    assert mode.point == pytest.approx(np.zeros(2), abs=1e-4)


def test_a_density_without_mode_says_so() -> None:
    mode = mode_of(lambda x: x[0], np.zeros(1))
    assert not mode.converged
    assert np.isfinite(mode.whitening).all()


def test_many_at_once_are_each_alone() -> None:
    centres = np.array([[1.0, -2.0], [300.0, 40.0], [0.0, 0.0]])
    find = jax.jit(jax.vmap(mode_finder(normal), in_axes=(None, 0)))
    point, _, converged, _ = find(np.zeros(2), centres)
    assert np.asarray(converged).all()
    np.testing.assert_allclose(point, centres, atol=1e-9)

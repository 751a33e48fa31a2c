"""Newton's mode on densities whose mode is known."""

import numpy as np
import pytest

from posthaz.inference.mode import posterior_mode

PRECISION = np.array([[4.0, 1.0], [1.0, 2.0]])
CENTRE = np.array([1.0, -2.0])


def test_a_normal_density_takes_one_step() -> None:
    mode = posterior_mode(
        lambda x: -0.5 * (x - CENTRE) @ PRECISION @ (x - CENTRE),
        lambda x: -PRECISION @ (x - CENTRE),
        lambda x: -PRECISION,
        np.array([30.0, 40.0]),
        (),
    )
    assert mode.converged
    assert mode.point == pytest.approx(CENTRE)
    np.testing.assert_allclose(mode.whitening @ mode.whitening.T, np.linalg.inv(PRECISION))


def test_a_density_that_is_convex_far_away_still_climbs() -> None:
    """Student-t: the Hessian is not negative definite in the tails."""
    mode = posterior_mode(
        lambda x: -2.5 * np.log1p(x @ x / 4.0),
        lambda x: -5.0 * x / (4.0 + x @ x),
        lambda x: -5.0 * np.eye(2) / (4.0 + x @ x) + 10.0 * np.outer(x, x) / (4.0 + x @ x) ** 2,
        np.array([20.0, -15.0]),
        (),
    )
    assert mode.converged
    assert mode.point == pytest.approx(np.zeros(2), abs=1e-4)


def test_a_density_without_mode_says_so() -> None:
    mode = posterior_mode(
        lambda x: x[0], lambda x: np.ones(1), lambda x: np.zeros((1, 1)), np.zeros(1), ()
    )
    assert not mode.converged
    assert np.isfinite(mode.whitening).all()

"""The coordinate of a standard deviation is a change of coordinates and nothing else."""

import numpy as np
import pymc as pm
import pytest
from scipy import stats

from posthaz.model.distributions import half_normal_scale
from posthaz.model.half_normal_scale import HalfNormalScale

POINTS = np.array([-6.0, -2.0, 0.0, 1.5, 4.0])


def _evaluated(method: str, values: np.ndarray, scale: float) -> np.ndarray:
    function = getattr(HalfNormalScale(), method)
    inputs = (None, None, None, np.float64(scale))
    return np.array([function(np.float64(v), *inputs).eval(mode="FAST_COMPILE") for v in values])


@pytest.mark.parametrize("scale", [0.5, 3.0])
def test_backward_is_the_quantile_of_the_prior(scale: float) -> None:
    expected = stats.halfnorm(0, scale).ppf(stats.norm.cdf(POINTS))
    np.testing.assert_allclose(_evaluated("backward", POINTS, scale), expected, rtol=1e-6)


def test_forward_inverts_backward() -> None:
    there = _evaluated("backward", POINTS, 0.7)
    np.testing.assert_allclose(_evaluated("forward", there, 0.7), POINTS, rtol=1e-8, atol=1e-9)


def test_log_jacobian_is_the_derivative() -> None:
    step = 1e-5
    slope = (
        _evaluated("backward", POINTS + step, 0.7) - _evaluated("backward", POINTS - step, 0.7)
    ) / (2 * step)
    jacobian = _evaluated("log_jac_det", POINTS, 0.7)
    np.testing.assert_allclose(jacobian, np.log(slope), rtol=1e-5)


def test_its_prior_is_standard_normal() -> None:
    with pm.Model() as model:
        half_normal_scale("sd", np.float64(0.7), 0.3)
    value = model.value_vars[0].name
    density = model.compile_logp(mode="FAST_COMPILE")
    ours = [float(density({value: point})) for point in POINTS]
    np.testing.assert_allclose(ours, stats.norm.logpdf(POINTS), rtol=1e-9)

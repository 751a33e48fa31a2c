"""Both tails of log time, by SciPy's functions and by the formula that the model uses."""

import jax
import jax.numpy as jnp
import numpy as np
import pytensor.tensor as pt
import pytest
from scipy.special import gammainc, gammaincc, log_ndtr

from posthaz.hazards import Gamma, GeneralisedGamma, LogLogistic, LogNormal
from posthaz.hazards.log_gamma_tail import log_gamma_hazard, log_gamma_score, normal_hazard

jax.config.update("jax_enable_x64", True)
SHAPES = (-3.0, -1.0, -0.3, 0.05, 0.3, 1.0, 3.0)
FAR = np.array([1e-12, 1e-6, 0.1, 0.7, 5.0, 27.6, 200.0, 600.0])


@pytest.mark.parametrize("shape", SHAPES)
def test_the_models_formula_is_the_incomplete_gamma_function(shape):
    score = log_gamma_score(FAR, np.array(shape))  # survival down to exp(-600), 1e-12 among it
    number = shape**-2.0
    at = number * np.exp(shape * score)
    alive = gammaincc(number, at) if shape > 0 else gammainc(number, at)
    dead = gammainc(number, at) if shape > 0 else gammaincc(number, at)
    with np.errstate(divide="ignore"):  # SciPy's functions vanish far out
        exact = np.where(FAR > 0.7, -np.log(alive), -np.log1p(-dead))
    log_hazard, cumulative = log_gamma_hazard(jnp.asarray(score), jnp.asarray(shape), jnp)
    np.testing.assert_allclose(cumulative[:6], exact[:6], rtol=2e-11)
    np.testing.assert_allclose(np.exp(-cumulative), np.exp(-FAR), rtol=1e-10)
    numeric = log_gamma_hazard(score, np.array(shape), np)
    np.testing.assert_allclose(numeric[0], log_hazard, atol=2e-11)
    np.testing.assert_allclose(numeric[1], cumulative, rtol=2e-11)


@pytest.mark.parametrize("shape", [0.0, 1e-9, -1e-9])
def test_shape_zero_is_the_normal_distribution(shape):
    score = np.array([-20.0, -5.0, 0.0, 3.0, 7.03, 30.0])
    log_hazard, cumulative = log_gamma_hazard(jnp.asarray(score), jnp.asarray(shape), jnp)
    np.testing.assert_allclose(cumulative, -log_ndtr(-score), rtol=1e-5 if shape else 1e-12)
    exact = normal_hazard(jnp.asarray(score), jnp)
    np.testing.assert_allclose(cumulative, exact[1], rtol=1e-5 if shape else 1e-12)
    np.testing.assert_allclose(log_hazard, exact[0], atol=1e-5 if shape else 1e-12)


def test_normal_tails_are_exact_far_out():
    score = np.linspace(-37.0, 37.0, 149)
    np.testing.assert_allclose(normal_hazard(score, np)[1], -log_ndtr(-score), rtol=1e-12)


def test_gradient_and_curvature_are_finite_and_the_slope_is_the_hazard():
    def cumulative(at):
        return log_gamma_hazard(at[0], at[1], jnp)[1]

    points = jnp.array([[a, b] for a in (-25.0, 0.0, 25.0) for b in (-0.5, 0.0, 0.004, 0.7)])
    # one compilation for all points
    gradient = jax.jit(jax.vmap(jax.grad(cumulative)))(points)
    curvature = jax.jit(jax.vmap(jax.hessian(cumulative)))(points)
    assert np.isfinite(curvature).all()
    hazard = np.exp(log_gamma_hazard(points[:, 0], points[:, 1], jnp)[0])
    np.testing.assert_allclose(gradient[:, 0], hazard, rtol=1e-9)
    step = 1e-4
    tail = jax.jit(jax.vmap(cumulative))
    below, above = (tail(points + jnp.array([0.0, way])) for way in (-step, step))
    np.testing.assert_allclose(gradient[:, 1], (above - below) / (2 * step), rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize("kind", [LogNormal, LogLogistic, Gamma, GeneralisedGamma])
def test_pytensor_numpy_and_time_at_agree_where_survival_is_1e_minus_12(kind):
    values = {parameter.name: np.array(0.3) for parameter in kind().parameters()}
    cumulative = -np.log(np.array([1e-12, 1e-3, 0.5, 1 - 1e-9]))
    time = kind().hazard(values, np).time_at(cumulative)
    symbolic = kind().hazard({name: pt.constant(v) for name, v in values.items()}, pt)
    for hazard, at in ((kind().hazard(values, np), time), (symbolic, pt.constant(time))):
        found = hazard.cumulative_hazard(at)
        found = found if isinstance(found, np.ndarray) else found.eval()
        np.testing.assert_allclose(found, cumulative, rtol=1e-10)


def test_members_of_the_generalised_gamma():
    time = np.array([0.5, 4.0, 30.0])
    log_sd, mu = np.log(0.8), 1.2
    whole = GeneralisedGamma()
    as_gamma = whole.hazard({"mu": mu, "log_sd": log_sd, "Q": np.array(0.8)}, np)
    shape = 0.8**-2
    gamma = Gamma().hazard({"log_scale": mu - np.log(shape), "log_shape": np.log(shape)}, np)
    np.testing.assert_allclose(as_gamma.log_hazard(time), gamma.log_hazard(time), rtol=1e-12)
    as_normal = whole.hazard({"mu": mu, "log_sd": log_sd, "Q": np.array(0.0)}, np)
    normal = LogNormal().hazard({"mu": mu, "log_sd": log_sd}, np)
    np.testing.assert_allclose(
        as_normal.cumulative_hazard(time), normal.cumulative_hazard(time), rtol=1e-12
    )

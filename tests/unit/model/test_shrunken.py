"""Horseshoe and R2D2: what their priors say before any data."""

import math

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest
from scipy.stats import halfcauchy, norm

from posthaz.model.shrinkage import SHRUNKEN, Block
from posthaz.model.shrinkage.horseshoe import global_width, half_cauchy_quantile
from posthaz.model.shrinkage.r2d2 import share_spread
from posthaz.spec import Shrinkage

DRAWS = 20_000


def block(kind, size=10, events=100.0, values=()):
    terms = tuple(f"x{j}" for j in range(size))
    return Block(
        Shrinkage(kind, terms, values),
        tuple(range(size)),
        np.ones(size),
        np.zeros(size, int),
        events,
    )


def prior_draws(one):
    with pm.Model() as model:
        pm.Deterministic("beta", SHRUNKEN[one.shrinkage.kind]("log_hazard_ratio", one, {}))
    names = [variable.name for variable in model.deterministics]
    tree = pm.sample_prior_predictive(DRAWS, model=model, var_names=names, random_seed=1)
    return {name: tree["prior"][name].to_numpy()[0] for name in names}


def test_half_cauchy_quantiles_are_scipys_far_into_both_tails():
    standard = np.array([-8.0, -3.0, -0.5, 0.0, 1.0, 4.0, 8.0])
    ours = half_cauchy_quantile(pt.as_tensor(standard)).eval()
    upper = norm.sf(standard)
    theirs = np.where(standard > 0, halfcauchy.isf(upper), halfcauchy.ppf(norm.cdf(standard)))
    np.testing.assert_allclose(ours, theirs, rtol=1e-9)


def test_as_many_coefficients_count_under_the_horseshoe_as_are_expected():
    one = block("horseshoe", values=(3.0, 1.0))
    assert global_width(one) == pytest.approx(3 / 7 / 10)
    assert np.median(prior_draws(one)["effective_coefficients"]) == pytest.approx(3.0, abs=0.4)


def test_the_expected_number_is_at_most_half_of_them():
    assert global_width(block("horseshoe", size=2, values=(5.0, 1.0))) == pytest.approx(0.1)


def test_the_slab_bounds_what_the_horseshoe_allows():
    draws = prior_draws(block("horseshoe", values=(3.0, 0.5)))["beta"]
    # a Student t slab with 4 degrees of freedom and scale 0.5 at the widest
    assert np.quantile(np.abs(draws), 0.999) < 0.5 * 8.61
    assert np.mean(np.abs(draws) < 0.05) > 0.5


def test_r_squared_has_the_mean_asked_for():
    draws = prior_draws(block("r2d2", values=(3.0, 0.2)))
    assert draws["r_squared"].mean() == pytest.approx(0.2, abs=0.01)
    variance = np.square(draws["beta"]).sum(axis=1)
    odds = draws["r_squared"] / (1 - draws["r_squared"])
    assert np.mean(variance / (math.pi**2 / 6 * odds)) == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize(("size", "relevant"), [(6, 3.0), (10, 3.0), (20, 5.0)])
def test_as_many_shares_count_as_are_expected(size, relevant):
    spread = share_spread(block("r2d2", size=size, values=(relevant, 0.25)))
    logits = spread * np.random.default_rng(0).standard_normal((DRAWS, size))
    share = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert np.mean(1 / np.square(share).sum(axis=1)) == pytest.approx(relevant, rel=0.05)


def test_equal_analyses_have_equal_priors():
    assert share_spread(block("r2d2")) == share_spread(block("r2d2"))


def test_coefficients_are_symmetric_around_no_effect():
    for kind in ("horseshoe", "r2d2"):
        draws = prior_draws(block(kind))["beta"]
        assert np.mean(draws > 0) == pytest.approx(0.5, abs=0.01)

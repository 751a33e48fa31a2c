"""Draws of several posteriors pooled to reach another."""

import numpy as np
import pytest
from scipy.stats import norm

from posthaz.analyses.borrowing.priors import power_prior
from posthaz.analyses.borrowing.reweight import pooled_density
from posthaz.priors import historical

ESTIMATE, ERROR = 0.4, 0.2  # far from the history
HISTORY = historical(0.77, 0.71, 0.84)


def test_pooled_draws_reach_a_posterior_that_none_of_them_has():
    random = np.random.default_rng(1)
    priors = [power_prior(HISTORY, a) for a in (0.0, 0.05, 0.2, 1.0)]
    posteriors = [prior.updated(ESTIMATE, ERROR) for prior in priors]
    draws = [random.normal(p.mean[0], p.sd[0], 4000) for p in posteriors]
    effect = np.concatenate(draws)
    density = np.stack([norm.logpdf(effect, p.mean[0], p.sd[0]) for p in priors])
    target = power_prior(HISTORY, 0.5)
    log_weight = target.log_density(effect) - pooled_density(density, [4000] * 4)
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    mean = float(weight @ effect)
    sd = float(np.sqrt(weight @ (effect - mean) ** 2))
    expected = target.updated(ESTIMATE, ERROR)
    assert mean == pytest.approx(expected.expectation, abs=0.004)
    assert sd == pytest.approx(expected.standard_deviation, rel=0.05)
    assert 1 / np.sum(weight**2) > 2000

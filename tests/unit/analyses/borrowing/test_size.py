"""How much a prior is worth, and when it is in conflict."""

import numpy as np
import pytest
from scipy.stats import norm

from posthaz.analyses.borrowing.answer import conflict_probability, effective_events, gained_events
from posthaz.analyses.borrowing.priors import NormalMixture, meta_analytic_prior, power_prior
from posthaz.priors import historical

HISTORY = historical(0.77, 0.71, 0.84)


def normal(mean, sd):
    return NormalMixture(np.ones(1), np.array([mean]), np.array([sd]), "normal")


@pytest.mark.parametrize("sd", [0.05, 0.2, 1.0])
def test_size_of_a_normal_prior(sd):
    assert effective_events(normal(-0.3, sd)) == pytest.approx(4 / sd**2, rel=1e-3)


def test_size_of_full_borrowing_is_that_of_the_history():
    error = HISTORY.values[1]
    assert effective_events(power_prior(HISTORY, 1.0)) == pytest.approx(4 / error**2 + 4, rel=1e-3)


def test_a_robust_prior_is_worth_less():
    sizes = [effective_events(meta_analytic_prior([HISTORY], robust=r)) for r in (0.0, 0.2, 0.5)]
    assert sizes == sorted(sizes, reverse=True)


def test_conflict_of_a_normal_prior_is_a_z_test():
    z = (-0.8 + 0.26) / np.hypot(0.1, 0.3)
    expected = 2 * norm.cdf(-abs(z))
    assert conflict_probability(normal(-0.26, 0.1), -0.8, 0.3) == pytest.approx(expected)
    assert conflict_probability(normal(-0.26, 0.1), -0.26, 0.3) == pytest.approx(1.0)


def test_events_gained():
    assert gained_events(80, 0.2, 0.1) == pytest.approx(240)
    assert gained_events(80, 0.1, 0.2) == pytest.approx(-60)
    assert gained_events(80, 0.2, 0.2) == 0

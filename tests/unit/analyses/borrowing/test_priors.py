"""Borrowing priors against their closed forms."""

import numpy as np
import pytest

from posthaz.analyses.borrowing.answer import combined_history
from posthaz.analyses.borrowing.priors import (
    NormalMixture,
    commensurate_prior,
    meta_analytic_prior,
    normalised_power_prior,
    power_prior,
)
from posthaz.errors import PriorError
from posthaz.priors import Prior, historical

HISTORY = historical(0.77, 0.71, 0.84)
MEAN, ERROR = HISTORY.values
INITIAL = Prior("normal", (0.0, 1.0))


def conjugate(*parts):
    """Mean and standard deviation of a product of normal densities."""
    means, errors = np.array(parts).T
    precision = np.sum(errors**-2.0)
    return np.sum(means / errors**2) / precision, precision**-0.5


@pytest.mark.parametrize("discount", [0.0, 0.1, 1.0])
def test_power_prior_is_the_conjugate_update(discount):
    parts = [(0.0, 1.0)] + ([(MEAN, ERROR / np.sqrt(discount))] if discount else [])
    prior = power_prior(HISTORY, discount)
    assert (prior.expectation, prior.standard_deviation) == pytest.approx(conjugate(*parts))


def test_updating_in_full_is_pooling():
    posterior = power_prior(HISTORY, 1.0).updated(-0.6, 0.3)
    expected = conjugate((0.0, 1.0), (MEAN, ERROR), (-0.6, 0.3))
    assert (posterior.expectation, posterior.standard_deviation) == pytest.approx(expected)


def test_updated_mixture_is_the_product_of_densities():
    prior = commensurate_prior(HISTORY, spike=0.05, slab=0.8, probability=0.3)
    grid = np.linspace(-5.0, 5.0, 20001)
    height = np.exp(prior.log_density(grid) - 0.5 * ((grid + 0.6) / 0.3) ** 2)
    mean = np.sum(grid * height) / height.sum()
    sd = np.sqrt(np.sum((grid - mean) ** 2 * height) / height.sum())
    posterior = prior.updated(-0.6, 0.3)
    assert (posterior.expectation, posterior.standard_deviation) == pytest.approx((mean, sd))


def test_conflict_moves_the_learnt_discount_down():
    prior = normalised_power_prior(HISTORY)
    assert prior.value is not None
    borrowed = [
        float(prior.updated(estimate, 0.25).weight @ prior.value)
        for estimate in (MEAN, MEAN + 0.5, MEAN + 1.0, MEAN + 1.5)
    ]
    assert borrowed == sorted(borrowed, reverse=True)
    assert borrowed[0] > 0.5 > borrowed[2]


def test_conflict_moves_the_spike_down():
    prior = commensurate_prior(HISTORY)
    near, far = (prior.updated(MEAN + shift, 0.25).weight[0] for shift in (0.0, 1.0))
    assert near > 0.5 > far


def test_quadrature_over_the_discount_is_exact_enough():
    prior = normalised_power_prior(HISTORY, 2.0, 3.0)
    discount = np.linspace(0.0, 1.0, 20001)[1:]
    weight = discount * (1 - discount) ** 2
    means = [power_prior(HISTORY, float(a)).expectation for a in discount[::20]]
    expected = float(np.sum(weight[::20] * means) / weight[::20].sum())
    assert prior.expectation == pytest.approx(expected, abs=5e-4)


def test_without_heterogeneity_the_meta_analytic_prior_is_the_pooled_one():
    studies = [Prior("normal", (-0.3, 0.1)), Prior("normal", (-0.1, 0.2))]
    prior = meta_analytic_prior(studies, heterogeneity=1e-7, robust=0.0)
    expected = conjugate((0.0, 1.0), (-0.3, 0.1), (-0.1, 0.2))
    assert (prior.expectation, prior.standard_deviation) == pytest.approx(expected)


def test_vague_component_has_its_weight():
    prior = meta_analytic_prior([HISTORY], robust=0.3)
    assert prior.weight.sum() == pytest.approx(1.0)
    assert (prior.weight[-1], prior.mean[-1], prior.sd[-1]) == (0.3, *INITIAL.values)


def test_combined_history_is_the_precision_weighted_mean():
    both = combined_history([Prior("normal", (-0.3, 0.1)), Prior("normal", (0.0, 0.2))])
    assert both.values == pytest.approx(conjugate((-0.3, 0.1), (0.0, 0.2)))


@pytest.mark.parametrize(
    "make",
    [
        lambda: power_prior(HISTORY, 1.1),
        lambda: commensurate_prior(HISTORY, spike=1.0, slab=0.5),
        lambda: commensurate_prior(HISTORY, probability=1.0),
        lambda: meta_analytic_prior([]),
        lambda: meta_analytic_prior([HISTORY], robust=1.0),
        lambda: power_prior(Prior("student_t", (4.0, 0.0, 1.0)), 0.5),
        lambda: NormalMixture(np.array([0.5, 0.6]), np.zeros(2), np.ones(2), "x"),
    ],
)
def test_impossible_priors_are_refused(make):
    with pytest.raises(PriorError):
        make()

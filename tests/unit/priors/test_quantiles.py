"""Priors from quantiles have those quantiles."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from posthaz.errors import PriorError
from posthaz.priors import Prior, from_quantiles

DISTRIBUTIONS = {
    "normal": lambda m, s: stats.norm(m, s),
    "student_t": lambda df, m, s: stats.t(df, m, s),
    "cauchy": lambda m, s: stats.cauchy(m, s),
    "laplace": lambda m, s: stats.laplace(m, s),
    "lognormal": lambda m, s: stats.lognorm(s, scale=np.exp(m)),
    "gamma": lambda a, rate: stats.gamma(a, scale=1 / rate),
    "half_normal": lambda s: stats.halfnorm(scale=s),
    "half_cauchy": lambda s: stats.halfcauchy(scale=s),
    "exponential": lambda rate: stats.expon(scale=1 / rate),
}


def distribution(prior: Prior):
    return DISTRIBUTIONS[prior.family](*prior.values)


@pytest.mark.parametrize("family", ["normal", "student_t", "cauchy", "laplace"])
@given(low=st.floats(-50, 50), width=st.floats(0.01, 100))
def test_location_scale_families_meet_two_quantiles(family, low, width):
    prior = from_quantiles({0.1: low, 0.8: low + width}, family)
    met = distribution(prior).ppf([0.1, 0.8])
    assert met == pytest.approx([low, low + width], abs=1e-9 * (abs(low) + width))


@pytest.mark.parametrize("family", ["lognormal", "gamma"])
@given(low=st.floats(0.01, 50), ratio=st.floats(1.05, 1000))
def test_positive_families_meet_two_quantiles(family, low, ratio):
    prior = from_quantiles({0.05: low, 0.95: low * ratio}, family)
    assert distribution(prior).ppf([0.05, 0.95]) == pytest.approx([low, low * ratio], rel=1e-6)


@pytest.mark.parametrize("family", ["half_normal", "half_cauchy", "exponential"])
def test_scale_families_meet_one_quantile(family):
    prior = from_quantiles({0.95: 2.0}, family)
    assert float(distribution(prior).ppf(0.95)) == pytest.approx(2.0)


def test_half_student_t_meets_one_quantile():
    df, scale = from_quantiles({0.9: 2.0}, "half_student_t", df=4.0).values
    assert df == 4.0
    assert float(stats.t(df, 0, scale).ppf(0.95)) == pytest.approx(2.0)


def test_more_quantiles_than_values_are_fitted():
    exact = from_quantiles({0.25: -1.0, 0.5: 0.0, 0.75: 1.0})
    assert exact.values == pytest.approx(from_quantiles({0.25: -1.0, 0.75: 1.0}).values)
    skewed = from_quantiles({0.25: 1.0, 0.5: 2.0, 0.75: 4.0}, "gamma")
    assert distribution(skewed).ppf([0.25, 0.5, 0.75]) == pytest.approx([1, 2, 4], rel=0.2)


def test_origin_names_the_quantiles_in_order():
    prior = from_quantiles({0.975: 1.0, 0.025: -1.0})
    assert prior.origin == "quantiles: 2.5 % below -1, 97.5 % below 1"


@pytest.mark.parametrize(
    ("quantiles", "family", "message"),
    [
        ({0.1: 1.0, 0.9: 0.5}, "normal", "must increase"),
        ({0.1: 1.0, 0.9: 1.0}, "normal", "must increase"),
        ({0.5: 1.0}, "normal", "needs 2 quantile"),
        ({}, "half_normal", "needs 1 quantile"),
        ({0.0: 1.0, 0.9: 2.0}, "normal", "between 0 and 1"),
        ({0.1: float("inf"), 0.9: 2.0}, "normal", "finite"),
        ({0.1: -1.0, 0.9: 2.0}, "gamma", "above 0"),
        ({0.1: 1.0, 0.9: 2.0}, "flat", "can't be used"),
        ({0.1: 1.0, 0.9: 2.0}, "norml", "did you mean 'normal'"),
        ({0.1: 1.0, 0.9: 1.0 + 1e-9}, "gamma", "no gamma"),
    ],
)
def test_impossible_quantiles_are_refused(quantiles, family, message):
    with pytest.raises(PriorError, match=message):
        from_quantiles(quantiles, family)


def test_degrees_of_freedom_must_be_positive():
    with pytest.raises(PriorError, match="df must be"):
        from_quantiles({0.1: 1.0, 0.9: 2.0}, "student_t", df=0.0)

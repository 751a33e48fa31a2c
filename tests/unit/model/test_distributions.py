"""PyMC's densities are the ones that the priors' names mean (SciPy as the second opinion)."""

import numpy as np
import pymc as pm
import pytest
from scipy import stats

from posthaz.model.distributions import prior_variable, prior_vector
from posthaz.priors import FAMILIES, Prior

# of a whole correlation matrix; its own laws are in tests/laws/test_clusters.py
OF_MATRICES = {"lkj"}
SECOND_OPINION = {
    "normal": (Prior("normal", (0.5, 2.0)), stats.norm(0.5, 2.0)),
    "student_t": (Prior("student_t", (4.0, 0.5, 2.0)), stats.t(4.0, 0.5, 2.0)),
    "cauchy": (Prior("cauchy", (0.5, 2.0)), stats.cauchy(0.5, 2.0)),
    "laplace": (Prior("laplace", (0.5, 2.0)), stats.laplace(0.5, 2.0)),
    "half_normal": (Prior("half_normal", (2.0,)), stats.halfnorm(0, 2.0)),
    "half_student_t": (Prior("half_student_t", (4.0, 2.0)), None),
    "half_cauchy": (Prior("half_cauchy", (2.0,)), stats.halfcauchy(0, 2.0)),
    "exponential": (Prior("exponential", (2.0,)), stats.expon(0, 0.5)),
    "gamma": (Prior("gamma", (3.0, 2.0)), stats.gamma(3.0, 0, 0.5)),
    "lognormal": (Prior("lognormal", (0.5, 2.0)), stats.lognorm(2.0, 0, np.exp(0.5))),
    "flat": (Prior("flat"), None),
}


def test_every_family_is_checked() -> None:
    assert set(SECOND_OPINION) | OF_MATRICES == set(FAMILIES)


@pytest.mark.parametrize("family", SECOND_OPINION)
def test_density(family: str) -> None:
    prior, second = SECOND_OPINION[family]
    with pm.Model():
        variable = prior_variable("x", prior, 0.5)
    points = np.array([0.3, 1.7])
    ours = np.array([pm.logp(variable, x).eval(mode="FAST_COMPILE") for x in points])
    if family == "flat":
        expected = np.zeros(2)
    elif family == "half_student_t":
        expected = np.log(2.0) + stats.t(4.0, 0.0, 2.0).logpdf(points)
    else:
        expected = second.logpdf(points)
    np.testing.assert_allclose(ours, expected, rtol=1e-8)


def test_prior_numbers_are_data_of_the_model() -> None:
    priors = [Prior("normal", (0.0, 1.0)), Prior("normal", (2.0, 3.0))]
    with pm.Model() as model:
        prior_vector("b", priors, shape=(2,))
    assert model["prior_b"].get_value().tolist() == [[0.0, 2.0], [1.0, 3.0]]

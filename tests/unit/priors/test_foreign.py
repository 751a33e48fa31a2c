"""Distributions of other libraries as priors, by their densities."""

from types import SimpleNamespace

import numpy as np
import preliz
import pytest
from scipy import stats

import posthaz as ph
from posthaz.errors import PriorError
from posthaz.priors import as_prior, prior_log_density

POINTS = np.array([0.1, 0.7, 2.0])


@pytest.mark.parametrize(
    "distribution",
    [
        stats.norm(0.3, 0.5), stats.t(4, loc=0.1, scale=2.0), stats.cauchy(0, 2),
        stats.laplace(scale=0.5), stats.halfnorm(scale=2.0), stats.halfcauchy(scale=0.3),
        stats.expon(scale=4.0), stats.gamma(2, scale=0.5), stats.lognorm(0.5, scale=3.0),
    ],
    ids=lambda one: one.dist.name,
)  # fmt: skip
def test_scipy_gives_the_same_density(distribution):
    ours = prior_log_density(as_prior(distribution), POINTS)
    np.testing.assert_allclose(ours, distribution.logpdf(POINTS), rtol=1e-10)


@pytest.mark.parametrize(
    "distribution",
    [
        preliz.Normal(0.3, 0.5), preliz.StudentT(4, 0.1, 2.0), preliz.HalfNormal(2.0),
        preliz.Gamma(2, 3), preliz.Exponential(0.5), preliz.LogNormal(0.2, 0.5),
        preliz.HalfStudentT(3, 2.0), preliz.HalfCauchy(0.4), preliz.Laplace(0, 0.5),
    ],
    ids=lambda one: type(one).__name__,
)  # fmt: skip
def test_preliz_gives_the_same_density(distribution):
    ours = prior_log_density(as_prior(distribution), POINTS)
    np.testing.assert_allclose(ours, distribution.logpdf(POINTS), rtol=1e-6)


def test_a_prior_by_name_and_parameters():
    like = SimpleNamespace(distribution="Normal", parameters={"mu": 0, "sigma": 0.5})
    assert as_prior(like) == ph.Prior("normal", (0.0, 0.5))


def test_models_take_them():
    spec = ph.ModelSpec("m", ph.Weibull(), "arm", priors={"arm": stats.norm(0, 0.5)})
    assert spec.priors["arm"] == ph.Prior("normal", (0.0, 0.5))


@pytest.mark.parametrize(
    ("distribution", "said"),
    [
        (stats.uniform(0, 1), "scipy.stats.uniform is no family"),
        (stats.gamma(2, loc=1.0), "doesn't begin at 0"),
        (preliz.Beta(1, 2), "a Beta is no prior"),
        (preliz.Normal(0), "no number for sigma"),
        (3, "a int is no prior"),
        (stats.norm([0.0, 1.0], 1.0), "has an array for a parameter"),
        (stats.expon(scale=0.0), "scale = 0"),
        (
            SimpleNamespace(
                distribution="Normal", parameters={"mu": 0, "sigma": 1}, transform="exp"
            ),
            "another density",
        ),
    ],
)
def test_what_is_none_is_refused(distribution, said):
    with pytest.raises(PriorError) as caught:
        as_prior(distribution)
    assert said in str(caught.value)
    assert "Fix: " in str(caught.value)

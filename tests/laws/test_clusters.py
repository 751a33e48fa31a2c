"""Laws of clusters: alike when their spread is 0, and gamma frailties of mean 1."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pymc as pm
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import gammaln
from scipy.stats import beta, kstest, norm

import posthaz as ph
from posthaz.design import learn_design
from posthaz.effects import Frailty
from posthaz.effects.frailty import log_gamma_density
from posthaz.estimands.clusters import average_effect, differing, median_ratio
from posthaz.inference.conditional import hazard_of
from posthaz.model import build_model
from posthaz.spec import (
    choose_priors,
    correlation_name,
    learn_model_design,
    varying_name,
    varying_sd_name,
)
from tests.shared_data import plain_cohort

FRAME = pd.DataFrame(
    {"arm": [0.0, 1.0] * 6, "dose": np.linspace(40.0, 66.0, 12), "site": list("aabbccddeeff")}
)
FORMULA = "arm + dose + (arm + dose | site)"
TIMES = np.array([0.5, 2.0, 9.0])


@given(level=st.floats(-1.0, 1.0), scale=st.floats(-1.0, 4.0), shape=st.floats(-1.0, 1.0))
def test_clusters_without_spread_are_no_clusters(level, scale, shape):
    with_clusters, without = learn_design(FRAME, FORMULA), learn_design(FRAME, "arm + dose")
    (group,) = with_clusters.groups
    values = {
        "log_hazard_ratio": np.array([[0.4, -0.02]]),
        "log_scale": np.array([scale]),
        "log_shape": np.array([shape]),
    }
    alike = {varying_name(group, column): np.zeros((1, 6)) for column in group.varying}
    plain = hazard_of(ph.ModelSpec("m", ph.Weibull(), "arm + dose"), without, values, FRAME)
    spec = ph.ModelSpec("m", ph.Weibull(), FORMULA)
    own = hazard_of(spec, with_clusters, values | alike, FRAME)
    np.testing.assert_allclose(own.cumulative_hazard(TIMES), plain.cumulative_hazard(TIMES))
    raised = alike | {varying_name(group, ""): np.full((1, 6), level)}
    higher = hazard_of(spec, with_clusters, values | raised, FRAME)
    np.testing.assert_allclose(
        higher.cumulative_hazard(TIMES), np.exp(level) * plain.cumulative_hazard(TIMES)
    )


@given(effect=st.floats(-2.0, 2.0), column=st.sampled_from(["arm", "dose"]))
def test_an_effect_that_every_cluster_shares_is_an_effect(effect, column):
    design = learn_design(FRAME, FORMULA)
    (group,) = design.groups
    values = {"log_scale": np.array([2.0]), "log_shape": np.zeros(1)}
    none = {varying_name(group, name): np.zeros((1, 6)) for name in group.varying}
    shared = none | {varying_name(group, column): np.full((1, 6), effect / 10)}
    position = design.columns.index(column)
    moved = np.zeros((1, 2))
    moved[0, position] = effect / 10
    spec = ph.ModelSpec("m", ph.Weibull(), FORMULA)
    by_cluster = hazard_of(
        spec, design, values | shared | {"log_hazard_ratio": np.zeros((1, 2))}, FRAME
    )
    by_effect = hazard_of(spec, design, values | none | {"log_hazard_ratio": moved}, FRAME)
    np.testing.assert_allclose(by_cluster.log_hazard(TIMES), by_effect.log_hazard(TIMES))


@given(variance=st.floats(0.01, 4.0))
def test_gamma_frailties_have_mean_1(variance):
    def density(y: float) -> float:
        return float(np.exp(log_gamma_density(np.float64(y), variance, np, gammaln)))

    limits = (-60.0 * max(variance, 0.2) - 5.0, 5.0 + np.log1p(30 * variance))
    assert quad(density, *limits, limit=400)[0] == pytest.approx(1.0, abs=1e-6)
    mean = quad(lambda y: np.exp(y) * density(y), *limits, limit=400)[0]
    second = quad(lambda y: np.exp(2 * y) * density(y), *limits, limit=400)[0]
    assert mean == pytest.approx(1.0, abs=1e-6)
    assert second - mean**2 == pytest.approx(variance, rel=1e-4, abs=1e-6)


@given(sd=st.floats(1e-14, 1e-5), z=st.floats(-3.0, 3.0))
def test_a_gamma_frailty_of_little_variance_is_normal(sd, z):
    own = float(log_gamma_density(np.float64(z * sd), sd**2, np, gammaln))
    assert own == pytest.approx(norm.logpdf(z) - np.log(sd), abs=1e-4)


def test_correlations_of_three_effects_are_lkj():
    spec = ph.ModelSpec("m", ph.Weibull(), FORMULA)
    design = learn_model_design(spec, FRAME)
    cohort = plain_cohort(np.arange(1.0, 13.0), np.ones(12), FRAME)
    model = build_model(spec, design, choose_priors(spec, design, 0.1), cohort)
    names = [v.name for v in model.deterministics if v.name.startswith("correlation")]
    drawn = pm.draw([model[n] for n in names], 2000, random_seed=1, mode="FAST_COMPILE")
    assert len(names) == 3
    for values in drawn:
        assert kstest(values, beta(2.5, 2.5, loc=-1, scale=2).cdf).pvalue > 1e-4
    a, b, c = drawn
    # 1 - r^2 of the partial correlations, beta with 2.5, 2.5 and 2, are independent
    determinant = 1 + 2 * a * b * c - a**2 - b**2 - c**2
    assert (determinant > 0).all()
    assert determinant.mean() == pytest.approx(5 / 6 * 5 / 6 * 4 / 5, abs=0.02)


@pytest.mark.parametrize("spread", [0.2, 1.0])
def test_the_median_ratio_is_that_of_two_clusters_drawn_at_random(spread):
    import xarray as xr

    design = learn_design(FRAME, "arm + (1 | site)")
    draws = xr.DataTree.from_dict(
        {
            "/posterior": xr.Dataset(
                {"frailty_sd_site": (("chain", "draw"), np.full((1, 1), spread))}
            )
        }
    )
    random = np.random.default_rng(1)
    for kind in ("normal", "gamma"):
        spec = ph.ModelSpec("m", ph.Weibull(), "arm + (1 | site)", frailty=Frailty(kind))
        fit = SimpleNamespace(spec=spec, draws=draws, design=design)
        drawn = (
            np.exp(spread * random.standard_normal((2, 200_000)))
            if kind == "normal"
            else random.gamma(spread**-2, size=(2, 200_000))
        )
        larger = np.median(drawn.max(axis=0) / drawn.min(axis=0))
        assert median_ratio(fit, design.groups[0])[0] == pytest.approx(larger, rel=0.01)  # type: ignore[arg-type]


@pytest.mark.parametrize("formula", ["arm", "arm * dose"])
@pytest.mark.parametrize("bracket", ["(0 + arm | site)", "(arm | site)"])
def test_an_effect_by_cluster_is_the_ratio_of_its_hazards(formula: str, bracket: str) -> None:
    arm = pd.Categorical(np.where(FRAME["arm"] > 0, "B", "A"), ["A", "B"], ordered=True)
    frame = FRAME.assign(arm=arm)
    spec = ph.ModelSpec("m", ph.Exponential(), f"{formula} + {bracket}")
    design = learn_model_design(spec, frame)
    (group,), random = design.groups, np.random.default_rng(1)
    effects = random.normal(size=(1, len(design.columns))) / 20
    values = {"log_hazard_ratio": effects, "log_rate": np.zeros(1)}
    values |= {varying_name(group, one): random.normal(size=(1, 6)) for one in group.varying}
    values |= {correlation_name(group, 0, 1): np.array([0.3])}
    for sd, one in zip((0.5, 1.5), group.varying, strict=True):
        values[varying_sd_name(group, one)] = np.array([sd])
    apart = differing(group, values)
    fit: Any = SimpleNamespace(spec=spec, design=design)
    assert apart.columns == ("", "arm[B]")
    typical = design.reference({"site": "a"})
    for place, site in enumerate(group.levels):
        a, b = (
            hazard_of(spec, design, values, typical.assign(arm=arm[[k]], site=site)).log_hazard(1.0)
            for k in (0, 1)
        )
        own = average_effect(fit, "arm[B]", values) + apart.deviation("arm[B]", values)[:, place]
        assert float(np.ravel(b - a)[0]) == pytest.approx(float(own[0]))
    if "0" in bracket:  # sd 0.5 and 1.5, correlation 0.3
        assert apart.spread("") == pytest.approx(0.5)
        assert apart.spread("arm[B]") == pytest.approx(np.sqrt(0.25 + 2.25 - 2 * 0.3 * 0.75))
        related = (0.3 * 0.75 - 0.25) / (0.5 * apart.spread("arm[B]"))
        assert apart.correlation("", "arm[B]") == pytest.approx(related)

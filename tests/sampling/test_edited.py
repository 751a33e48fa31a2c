"""Models that a user added to, against PyMC's own sampler of the same model."""

import arviz_stats
import numpy as np
import pymc as pm
import pytest

import posthaz as ph
from posthaz.errors import CohortError, SpecError

pytestmark = pytest.mark.slow

SPEC = ph.ModelSpec("m", ph.Exponential(), "arm")


@pytest.fixture(scope="module")
def cohort():
    return ph.simulated_example(size=120)


def doubted(cohort, sd=0.1):
    model = ph.build_model(SPEC, cohort)
    with model:
        width = pm.HalfNormal("width", sd)
        effect = model["log_hazard_ratio"]
        pm.Potential("doubt", pm.logp(pm.Normal.dist(0.0, width), effect).sum())
    return model


@pytest.fixture(scope="module")
def fit(cohort):
    return ph.fit_model(doubted(cohort), SPEC, cohort, draws=500, tune=500, chains=2, seed=1)


def test_the_posterior_is_that_of_the_edited_model(fit, cohort):
    """The same log density, up to a constant, as PyMC's at draws of ours."""
    model = doubted(cohort)
    density = model.compile_logp(jacobian=False)
    posterior = ph.model_draws(fit)["posterior"].isel(chain=0, draw=slice(0, 20))
    by_hand = []
    for draw in range(20):
        one = {name: posterior[name].isel(draw=draw).to_numpy() for name in posterior.data_vars}
        point = {
            model.rvs_to_values[rv].name: np.log(one[rv.name])
            if rv.name == "width"
            else one[rv.name]
            for rv in model.free_RVs
        }
        by_hand.append(float(density(point)))
    groups = fit.draws.isel(chain=0, draw=slice(0, 20))
    parts = [groups["log_prior"][name] for name in groups["log_prior"].data_vars]
    ours = sum(part.sum([d for d in part.dims if d != "draw"]) for part in parts)
    ours = ours + groups["log_likelihood"]["time"].sum("subject")
    np.testing.assert_allclose(np.ptp(np.array(by_hand) - ours.to_numpy()), 0.0, atol=1e-6)


def test_a_doubt_pulls_the_effect_to_none(fit, cohort):
    plain = ph.fit(SPEC, cohort, draws=500, tune=500, chains=2, seed=1)
    effect = "log_hazard_ratio"
    near, far = (abs(one.draws["posterior"][effect].mean().item()) for one in (fit, plain))
    assert near < 0.7 * far


def test_whatever_takes_a_fit_takes_it(fit, tmp_path):
    assert fit.provenance.method.endswith("of a model edited by hand (added: width, doubt)")
    assert "prior" not in fit.draws.children
    assert "width" in fit.draws["posterior"]
    curve = ph.survival(fit, [12.0])
    assert (curve.name, curve.attrs["units"]) == ("survival", "1")
    back = ph.load_fit(ph.write_fit(fit, tmp_path / "fit.nc"))
    assert back == fit
    assert back.draws.attrs == fit.draws.attrs
    assert fit.draws["posterior"].attrs["inference_library"] == "blackjax"
    assert "T" in fit.draws.attrs["created_at"]


def test_power_scaling_answers_for_each_prior(fit):
    found = {
        name: arviz_stats.psense(
            fit.draws, var_names=["log_hazard_ratio"], group="prior", group_var_names=[name]
        )["log_hazard_ratio"].item()
        for name in ("doubt", "log_rate")
    }
    assert found["doubt"] > 5 * found["log_rate"]


def test_a_model_as_built_is_the_fit_itself(cohort):
    settings = {"draws": 100, "tune": 100, "chains": 1, "seed": 3}
    ours = ph.fit_model(ph.build_model(SPEC, cohort), SPEC, cohort, **settings)
    plain = ph.fit(SPEC, cohort, **settings)
    np.testing.assert_allclose(
        ours.draws["posterior"]["log_hazard_ratio"], plain.draws["posterior"]["log_hazard_ratio"]
    )
    assert "edited" not in ours.provenance.method


def test_what_can_not_be_fitted_is_refused(cohort):
    def refused(model, spec=SPEC):
        with pytest.raises(SpecError) as caught:
            ph.fit_model(model, spec, cohort)
        assert "Fix: " in str(caught.value)
        return str(caught.value)

    other = ph.build_model(ph.ModelSpec("m", ph.Weibull(), "arm"), cohort)
    assert "no variable 'log_rate' any more" in refused(other)
    elsewhere = ph.build_model(SPEC, ph.simulated_example(size=120, seed=5))
    assert "not those of the cohort" in refused(elsewhere)
    observed, discrete = ph.build_model(SPEC, cohort), ph.build_model(SPEC, cohort)
    with observed:
        pm.Normal("more", observed["log_hazard_ratio"][0], 1.0, observed=0.3)
    assert "add further data as a pm.Potential" in refused(observed)
    with discrete:
        pm.Poisson("count", 3.0)
    assert "'count' is discrete" in refused(discrete)
    assert "was given a str" in refused("model")
    with pytest.raises(CohortError):
        ph.build_model(SPEC, "cohort.csv")
    with pytest.raises(SpecError, match="fit_model has no argument 'drws'"):
        ph.fit_model(ph.build_model(SPEC, cohort), SPEC, cohort, drws=3)


@pytest.mark.parametrize("method", ["laplace", "pymc"])
def test_every_sampler_draws_from_the_edited_model_over_its_own_rows(cohort, method):
    model = ph.build_model(SPEC, cohort)
    rows = len(model.coords["row"])
    with model:
        pm.Potential("none", pm.logp(pm.Normal.dist(0.0, 0.01), model["log_hazard_ratio"]).sum())
        pm.Deterministic("rows", model["design"].shape[0])
    settings = {"draws": 200, "tune": 200, "chains": 2, "seed": 1}
    posterior = ph.fit_model(model, SPEC, cohort, method=method, **settings).draws["posterior"]
    assert posterior["log_hazard_ratio"].std().item() < 0.02
    # no row stands twice, as in what is padded for the standard model
    assert set(np.unique(posterior["rows"])) == {rows}


def test_a_density_changed_under_its_own_name_is_no_standard_model(cohort):
    near = ph.ModelSpec(
        "m", ph.Weibull(), "arm", priors={"log_shape": ph.Prior("normal", (2, 0.01))}
    )
    other = ph.ModelSpec(
        "m", ph.Weibull(), "arm", priors={"log_shape": ph.Prior("laplace", (2, 0.01))}
    )
    changed = ph.fit_model(ph.build_model(other, cohort), near, cohort, draws=200, method="laplace")
    assert "densities changed" in changed.provenance.method
    assert changed.draws["posterior"]["log_shape"].std().item() > 0.03

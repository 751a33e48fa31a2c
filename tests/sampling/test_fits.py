"""One short fit a model shape: groups that ArviZ reads, seeds, archive, and sane answers."""

import warnings
from collections.abc import Callable
from pathlib import Path

import arviz as az
import numpy as np
import pytest

import posthaz as ph
from posthaz.checks import convergence, leave_one_out
from posthaz.errors import CohortError, PosthazError, PriorError
from posthaz.inference import Fit, flat_draws, hazard_of
from posthaz.model import follow_up_data, log_likelihood
from posthaz.priors import Prior
from tests.sampling.conftest import MODELS, SETTINGS

GROUPS = {
    "posterior",
    "sample_stats",
    "log_likelihood",
    "log_prior",
    "coordinates",
    "prior",
    "posterior_predictive",
    "observed_data",
    "constant_data",
}
FitOf = Callable[[str], Fit]
every_model = pytest.mark.parametrize("name", MODELS)


@every_model
def test_fit_has_the_groups_and_converges(name: str, fit_of: FitOf) -> None:
    fit = fit_of(name)
    assert set(fit.draws.children) == GROUPS
    check = convergence(fit)
    assert check.divergences == 0
    assert check.rhat < 1.05
    assert check.ess_bulk > 80


@every_model
def test_log_likelihood_of_the_model_is_the_engines(name: str, fit_of: FitOf) -> None:
    """PyMC's pointwise density equals the same hazard evaluated with NumPy."""
    fit, cohort = fit_of(name), ph.simulated_example()
    values = flat_draws(fit.draws["posterior"], 20)
    data = follow_up_data(cohort)
    rows = []
    for row in range(len(cohort)):
        hazard = hazard_of(fit.spec, fit.design, values, fit.design.frame.iloc[[row]])
        own = {key: array[[row]] for key, array in data.items()}
        rows.append(log_likelihood(hazard, own, np)[:, 0, 0])
    stored = flat_draws(fit.draws["log_likelihood"], 20)["time"]
    np.testing.assert_allclose(np.stack(rows, axis=1), stored, rtol=1e-8, atol=1e-9)


@every_model
def test_archive_reads_back_equal(name: str, fit_of: FitOf, tmp_path: Path) -> None:
    fit = fit_of(name)
    path = ph.write_fit(fit, tmp_path / "fit.nc")
    assert ph.load_fit(path) == fit
    assert set(az.from_netcdf(path).children) >= GROUPS
    again = ph.survival(ph.load_fit(path), [6.0, 12.0])
    np.testing.assert_array_equal(again, ph.survival(fit, [6.0, 12.0]))


def test_arviz_functions_work_unchanged(fit_of: FitOf) -> None:
    fits = {name: fit_of(name) for name in ("weibull", "exponential")}
    draws = fits["weibull"].draws
    assert (az.summary(draws, round_to="none")["r_hat"].astype(float) < 1.05).all()
    assert az.loo(draws).elpd == pytest.approx(leave_one_out(fits["weibull"]).elpd)
    assert set(az.compare({n: f.draws for n, f in fits.items()}).index) == set(fits)
    sensitivity = az.psense_summary(draws)
    assert {"prior", "likelihood"} <= set(sensitivity.columns)
    az.plot_trace(draws)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)  # it warns when it finds no status
        az.plot_ppc_censored(draws)


def test_the_same_seed_gives_the_same_draws(fit_of: FitOf) -> None:
    again = ph.fit(MODELS["weibull"], ph.simulated_example(), **SETTINGS)
    assert again == fit_of("weibull")
    other = ph.fit(MODELS["weibull"], ph.simulated_example(), **{**SETTINGS, "seed": 6})
    assert not other.draws["posterior"].equals(again.draws["posterior"])


def test_pymc_sampler_is_a_second_opinion(fit_of: FitOf) -> None:
    settings = {**SETTINGS, "method": "pymc", "draws": 600}
    second = ph.fit(MODELS["exponential"], ph.simulated_example(), **settings)
    ours = fit_of("exponential").draws["posterior"]
    theirs = second.draws["posterior"]
    for name in ("log_hazard_ratio", "log_rate"):
        error = float(ours[name].std()) * np.sqrt(1 / 300 + 1 / 300)
        assert abs(float(ours[name].mean() - theirs[name].mean())) < 4 * error


def test_accelerated_and_proportional_weibull_agree(fit_of: FitOf) -> None:
    """The same family under nearly the same prior: derived hazard ratios are close."""
    aft = ph.coefficient_table(fit_of("weibull_aft")).set_index("term").loc["arm[B]"]
    plain = ph.fit(ph.ModelSpec("w", ph.Weibull(), "arm"), ph.simulated_example(), **SETTINGS)
    hr = ph.coefficient_table(plain).set_index("term").loc["arm[B]"]
    assert aft["hr_median"] == pytest.approx(hr["hr_median"], rel=0.06)


def test_sampling_recovers_the_simulated_effect() -> None:
    cohort = ph.simulated_example(size=3000, seed=4)
    fit = ph.fit(MODELS["weibull"], cohort, **SETTINGS)
    row = ph.coefficient_table(fit, cohort.columns).set_index("term")
    for term, truth in {
        "arm[B]": np.log(0.6),
        "gtv_cc, per doubling": np.log(1.2),
        "dose_gy, per 10 Gy": np.log(0.9),
        "log_shape": np.log(1.2),
    }.items():
        assert abs(row.loc[term, "mean"] - truth) < 3.5 * row.loc[term, "sd"]


@pytest.mark.parametrize("prior", [Prior("flat"), Prior("student_t", (0.002, 0.0, 1.0))])
def test_priors_that_cannot_be_drawn_have_no_prior_group(prior: Prior) -> None:
    spec = ph.ModelSpec("m", ph.Exponential(), "arm", priors={"covariates": prior})
    fit = ph.fit(spec, ph.simulated_example(), **SETTINGS)
    assert "prior" not in fit.draws.children


def test_a_cohort_without_events_is_refused() -> None:
    cohort = ph.simulated_example()
    with pytest.raises(CohortError, match="no events"):
        ph.fit(MODELS["weibull"], cohort.where(~cohort.event), **SETTINGS)


@pytest.mark.parametrize(
    ("priors", "said"),
    [
        ({"armm": Prior("normal", (0.0, 1.0))}, "did you mean 'arm'"),
        ({"arm": Prior("gamma", (1.0, 1.0))}, "lives on the positive numbers"),
        ({"shape": Prior("normal", (0.0, 1.0))}, "lives on the real numbers"),
    ],
)
def test_priors_that_do_not_fit_are_refused(priors: dict, said: str) -> None:
    spec = ph.ModelSpec("m", ph.Weibull(), "arm", priors=priors)
    with pytest.raises(PriorError, match=said):
        ph.fit(spec, ph.simulated_example(), **SETTINGS)


def test_a_file_that_is_no_fit_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.nc").write_text("text")
    with pytest.raises(PosthazError, match="is not a fit of posthaz"):
        ph.load_fit(tmp_path / "x.nc")


def test_a_random_walk_takes_its_prior_on_the_log_hazard() -> None:
    spec = ph.ModelSpec(
        "m",
        ph.PiecewiseExponential(intervals=4, smoothing="random_walk"),
        "arm",
        priors={"hazard": Prior("gamma", (1.0, 20.0))},
    )
    with pytest.raises(PriorError, match="state it on 'log_hazard'"):
        ph.fit(spec, ph.simulated_example(), **SETTINGS)

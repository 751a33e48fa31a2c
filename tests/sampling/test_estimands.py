"""Estimands of real draws against brute force."""

from collections.abc import Callable

import numpy as np
import pytest

import posthaz as ph
from posthaz.errors import SpecError
from posthaz.estimands import arm_populations
from posthaz.inference import Fit, flat_draws, hazard_of

FitOf = Callable[[str], Fit]
adjusted = pytest.mark.parametrize("name", ["weibull", "mixed_priors", "frailty"])


def _by_hand(fit: Fit, arm: str, times: np.ndarray, draws: int) -> tuple[np.ndarray, np.ndarray]:
    """Survival and hazard of every cohort row given `arm`: arrays (draw, row, time)."""
    frame = fit.design.frame.copy()
    frame["arm"] = frame["arm"].where(frame["arm"] == arm, arm)
    values = {k: v[:draws] for k, v in flat_draws(fit.draws["posterior"]).items()}
    hazard = hazard_of(fit.spec, fit.design, values, frame)
    return np.exp(-hazard.cumulative_hazard(times)), np.exp(hazard.log_hazard(times))


@adjusted
def test_standardised_survival_is_the_mean_over_the_cohort(name: str, fit_of: FitOf) -> None:
    fit, times = fit_of(name), np.array([3.0, 12.0, 30.0])
    answer = ph.survival(fit, times).sel(profile="B").to_numpy().reshape(-1, 3)[:50]
    alive, _ = _by_hand(fit, "B", times, 50)
    np.testing.assert_allclose(answer, alive.mean(axis=1), rtol=1e-10)


def test_populations_of_one_name_are_refused(fit_of: FitOf) -> None:
    fit = fit_of("weibull")
    arms = arm_populations(fit)
    with pytest.raises(SpecError, match="two populations are called 'B'"):
        ph.survival(fit, 12.0, [*arms, ph.profile(fit, "B", arm="A")])


@adjusted
def test_standardised_hazard_counts_survivors_only(name: str, fit_of: FitOf) -> None:
    fit, times = fit_of(name), np.array([3.0, 12.0, 30.0])
    answer = ph.hazard(fit, times).sel(profile="A").to_numpy().reshape(-1, 3)[:50]
    alive, rate = _by_hand(fit, "A", times, 50)
    np.testing.assert_allclose(answer, (alive * rate).sum(axis=1) / alive.sum(axis=1), rtol=1e-10)
    assert not np.allclose(answer, rate.mean(axis=1), rtol=1e-4)


@adjusted
def test_median_is_where_standardised_survival_is_a_half(name: str, fit_of: FitOf) -> None:
    fit = fit_of(name)
    medians = ph.survival_quantile(fit, [0.5]).sel(profile="B").to_numpy().ravel()[:5]
    for draw, median in enumerate(medians):
        at = ph.survival(fit, [median]).sel(profile="B").to_numpy().ravel()[draw]
        assert at == pytest.approx(0.5, abs=1e-9)


@pytest.mark.parametrize("name", ["weibull", "gompertz", "pwe_walk", "weibull_aft"])
def test_restricted_mean_is_the_area_under_the_curve(name: str, fit_of: FitOf) -> None:
    fit, horizon = fit_of(name), 24.0
    grid = np.linspace(0.0, horizon, 4001)
    curve = ph.survival(fit, grid).isel(chain=0, draw=slice(0, 5))
    area = np.trapezoid(curve.to_numpy(), grid, axis=-1)
    answer = ph.restricted_mean(fit, [horizon]).isel(chain=0, draw=slice(0, 5), time=0)
    np.testing.assert_allclose(answer.to_numpy(), area, rtol=1e-5)
    assert (answer.to_numpy() <= horizon).all()


def test_equal_rows_are_averaged_once(fit_of: FitOf) -> None:
    populations = arm_populations(fit_of("exponential"))
    assert [len(population.frame) for population in populations] == [1, 1]


def test_a_profile_is_conditional(fit_of: FitOf) -> None:
    fit = fit_of("weibull")
    large = ph.profile(fit, "large", arm="B", gtv_cc=400.0)
    small = ph.profile(fit, "small", arm="B", gtv_cc=25.0)
    curves = np.log(-np.log(ph.survival(fit, [12.0], [large, small]).isel(time=0)))
    slope = fit.draws["posterior"]["log_hazard_ratio"].sel(covariate="log(gtv_cc)")
    np.testing.assert_allclose(
        ph.difference(curves, "large", "small"), slope * np.log(400.0 / 25.0), atol=1e-9
    )


def test_conditional_and_marginal_hazard_ratio_differ_over_time(fit_of: FitOf) -> None:
    """Under proportional hazards with other covariates the marginal ratio moves towards 1."""
    fit = fit_of("weibull")
    conditional = np.exp(fit.draws["posterior"]["log_hazard_ratio"].sel(covariate="arm[B]"))
    marginal = ph.ratio(ph.hazard(fit, [0.01, 36.0]), "B", "A")
    late, early = (float(marginal.sel(time=t).mean()) for t in (36.0, 0.01))
    assert early == pytest.approx(float(conditional.mean()), rel=0.03)
    assert float(conditional.mean()) < late < 1.0


def test_estimand_table_says_every_answer_with_its_error(fit_of: FitOf) -> None:
    wanted = ph.EstimandSpec(survival_at=(12.0, 24.0), rmst_to=24.0, rmst_thresholds=(1.0,))
    table = ph.estimand_table(fit_of("weibull"), wanted, 48.0)
    kinds = set(table["estimand"])
    assert {
        "survival",
        "survival difference",
        "median",
        "P(median > 48)",
        "rmst",
        "rmst difference",
        "P(rmst difference > 1)",
        "marginal hazard ratio",
        "P(marginal hazard ratio < 1)",
    } <= kinds
    finite = table[np.isfinite(table["mean"])]
    assert finite["mcse"].notna().all()
    probability = table[table["estimand"].str.startswith("P(")]
    assert probability["mean"].between(0, 1).all()


def test_single_population_without_treatment(fit_of: FitOf) -> None:
    curves = ph.survival(fit_of("no_covariates"), [12.0])
    assert curves["profile"].to_numpy().tolist() == ["all"]


def test_gompertz_quantile_may_never_be_reached() -> None:
    spec = ph.ModelSpec("g", ph.Gompertz(unit_time=10.0), "arm")
    fit = ph.fit(spec, ph.simulated_example(), chains=1, draws=200, tune=200)
    posterior = fit.draws["posterior"].to_dataset()
    posterior["growth"] = posterior["growth"] * 0.0 - 2.0
    posterior["log_rate"] = posterior["log_rate"] * 0.0 + np.log(0.05)
    fit.draws["posterior"] = posterior
    assert np.isinf(ph.survival_quantile(fit, [0.9]).to_numpy()).all()

"""Posteriors agree with Stan's, within four Monte Carlo standard errors of the difference."""

import numpy as np
import pytest
import xarray as xr
from arviz_stats.base import array_stats

import posthaz as ph
from posthaz.checks import leave_one_out
from posthaz.estimands import Population, difference, restricted_mean, survival
from posthaz.inference import Fit
from tests.shared_data import bayes_cohort, needs_reference, reference
from tests.stan_models import stan_model

PEERS = (
    "rstan_weibull_ph",
    "rstan_weibull_ph_rate",
    "rstan_pwexp_ph",
    "stan_surv_weibull",
    "stan_surv_exp",
)
NAMES = {
    "log_scale": "log_scale",
    "log_shape": "log_shape",
    "shape": "shape",
    "scale": "scale",
    "alpha": "log_rate",
    "weibull-shape": "shape",
}
MOST = 4.0


def _z_scores(draws: xr.DataArray, theirs: dict[str, float]) -> dict[str, float]:
    array = draws.transpose("chain", "draw").to_numpy()
    ours = {
        "mean": array.mean(),
        "sd": array.std(ddof=1),
        "q2.5": np.quantile(array, 0.025),
        "q97.5": np.quantile(array, 0.975),
    }
    errors = {
        "mean": array_stats.mcse(array, chain_axis=0, draw_axis=1, method="mean"),
        "sd": array_stats.mcse(array, chain_axis=0, draw_axis=1, method="sd"),
        "q2.5": array_stats.mcse(array, chain_axis=0, draw_axis=1, method="quantile", prob=0.025),
        "q97.5": array_stats.mcse(array, chain_axis=0, draw_axis=1, method="quantile", prob=0.975),
    }
    return {
        name: float(
            (ours[name] - theirs[name])
            / np.hypot(float(errors[name]), theirs.get(f"mcse_{name}", 0.0))
        )
        for name in ours
    }


def _parameters(fit: Fit, dataset: str, peer: str) -> dict[str, tuple[xr.DataArray, dict]]:
    posterior = fit.draws["posterior"]
    pairs = {}
    for name, theirs in reference(dataset)["peers"][peer]["parameters"].items():
        column = name.removeprefix("beta[").removesuffix("]")
        if column in fit.design.columns:
            pairs[name] = (posterior["log_hazard_ratio"].sel(covariate=column), theirs)
        elif name.startswith("log_h["):
            interval = int(name[6:-1]) - 1
            pairs[name] = (posterior["log_hazard"].isel(interval=interval), theirs)
        elif name in NAMES:
            pairs[name] = (posterior[NAMES[name]], theirs)
    return pairs


def _derived(fit: Fit, dataset: str, peer: str) -> dict[str, tuple[xr.DataArray, dict]]:
    about = reference(dataset)
    derived = about["peers"][peer]["derived"]
    frame = fit.design.frame
    zero = frame.iloc[:1] * 0.0
    one = zero.assign(**{about["treatment"]: 1.0})
    even = np.full(len(frame), 1.0 / len(frame))
    populations = [
        Population("ref0", zero, np.ones(1)),
        Population("ref1", one, np.ones(1)),
        Population("std0", frame.assign(**{about["treatment"]: 0.0}), even),
        Population("std1", frame.assign(**{about["treatment"]: 1.0}), even),
    ]
    curves = survival(fit, about["S_times_years"], populations)
    means = restricted_mean(fit, [about["rmst_tau_years"]], populations)
    pairs = {}
    for kind in ("ref", "std"):
        for time in about["S_times_years"]:
            at = curves.sel(time=time)
            for level in "01":
                label = f"S_{kind}{level}_t{time:g}"
                pairs[label] = (at.sel(profile=kind + level), derived[label])
            label = f"S_diff_{kind}_t{time:g}"
            pairs[label] = (difference(at, f"{kind}1", f"{kind}0"), derived[label])
        mean = means.isel(time=0)
        for level in "01":
            pairs[f"RMST_{kind}{level}"] = (
                mean.sel(profile=kind + level),
                derived[f"RMST_{kind}{level}"],
            )
        label = f"RMST_diff_{kind}"
        pairs[label] = (difference(mean, f"{kind}1", f"{kind}0"), derived[label])
    return pairs


@pytest.mark.slow
@needs_reference
@pytest.mark.parametrize("dataset", ["lung_bayes", "gbsg_bayes"])
@pytest.mark.parametrize("peer", PEERS)
def test_posterior_equals_stan(dataset: str, peer: str) -> None:
    fit = ph.fit(
        stan_model(dataset, peer), bayes_cohort(dataset), draws=5000, tune=1000, seed=20240601
    )
    pairs = {**_parameters(fit, dataset, peer), **_derived(fit, dataset, peer)}
    scores = {
        f"{label} {statistic}": z
        for label, (draws, theirs) in pairs.items()
        for statistic, z in _z_scores(draws, theirs).items()
    }
    assert len(scores) > 100
    worst = max(scores, key=lambda key: abs(scores[key]))
    print(f"{dataset} {peer}: {len(scores)} figures, worst {worst} at {scores[worst]:.2f}")
    assert abs(scores[worst]) < MOST
    # one patient of gbsg has a Pareto k of 0.6 to 0.9: there elpd is only known to some tenths
    loo = reference(dataset)["peers"][peer]["loo"]
    tolerance = 0.2 if loo["max_pareto_k"] < 0.5 else 0.6
    assert leave_one_out(fit).elpd == pytest.approx(loo["elpd_loo"], abs=tolerance)

"""Short fits of one simulated cohort, shared by the tests of this folder."""

from collections.abc import Callable
from functools import cache

import pytest

import posthaz as ph
from posthaz.inference import Fit
from posthaz.priors import Prior

SETTINGS = {"chains": 2, "draws": 400, "tune": 300, "seed": 5}
MODELS = {
    "exponential": ph.ModelSpec("exponential", ph.Exponential(), "arm"),
    "weibull": ph.ModelSpec("weibull", ph.Weibull(), "arm + log(gtv_cc) + dose_gy"),
    "weibull_aft": ph.ModelSpec(
        "weibull_aft", ph.Weibull(), "arm", form="accelerated_failure_time"
    ),
    "gompertz": ph.ModelSpec("gompertz", ph.Gompertz(), "arm"),
    "pwe": ph.ModelSpec("pwe", ph.PiecewiseExponential(intervals=4), "arm"),
    "pwe_gamma": ph.ModelSpec(
        "pwe_gamma",
        ph.PiecewiseExponential(intervals=4),
        "arm",
        priors={"hazard": Prior("gamma", (0.5, 10.0))},
    ),
    "pwe_walk": ph.ModelSpec(
        "pwe_walk", ph.PiecewiseExponential(intervals=5, smoothing="random_walk"), "arm"
    ),
    "pwe_walk_2": ph.ModelSpec(
        "pwe_walk_2",
        ph.PiecewiseExponential(intervals=5, smoothing="random_walk", order=2),
        "arm",
    ),
    "frailty": ph.ModelSpec("frailty", ph.Weibull(), "arm + (1 | centre)"),
    "mixed_priors": ph.ModelSpec(
        "mixed_priors",
        ph.Weibull(),
        "arm + dose_gy + log(gtv_cc)",
        priors={"arm": ph.sceptical(0.6), "dose_gy": Prior("student_t", (4.0, 0.0, 0.05))},
    ),
    "no_covariates": ph.ModelSpec("no_covariates", ph.Weibull(), "1"),
}


@cache
def fitted(name: str) -> Fit:
    """Fit of one of `MODELS` to the simulated example."""
    return ph.fit(MODELS[name], ph.simulated_example(), **SETTINGS)


@pytest.fixture(scope="session")
def fit_of() -> Callable[[str], Fit]:
    """The function that gives a fit by the name of its model."""
    return fitted

"""The models of the Stan references, as posthaz states them."""

from posthaz.hazards import Exponential, PiecewiseExponential, Weibull
from posthaz.priors import Prior
from posthaz.spec import ModelSpec
from tests.shared_data import reference


def stan_model(dataset: str, peer: str) -> ModelSpec:
    """Same likelihood and priors as the named program."""
    about = reference(dataset)
    formula = " + ".join(about["covariates"])
    slopes = {"covariates": Prior("normal", (0.0, 1.0))}
    wide = {"covariates": Prior("normal", (0.0, 2.5))}
    location, log_shape = Prior("normal", (0.0, 5.0)), Prior("normal", (0.0, 1.0))
    models = {
        "rstan_weibull_ph": ModelSpec(
            peer,
            Weibull(),
            formula,
            priors={**slopes, "log_scale": location, "log_shape": log_shape},
            centre="none",
        ),
        "rstan_weibull_ph_rate": ModelSpec(
            peer,
            Weibull(location="log_rate"),
            formula,
            priors={**slopes, "log_rate": location, "log_shape": log_shape},
            centre="none",
        ),
        "rstan_pwexp_ph": ModelSpec(
            peer,
            PiecewiseExponential(cuts=tuple(about["cuts_years"])),
            formula,
            priors={**slopes, "log_hazard": Prior("normal", (-1.0, 2.0))},
            centre="none",
        ),
        "stan_surv_weibull": ModelSpec(
            peer,
            Weibull(location="log_rate"),
            formula,
            priors={
                **wide,
                "log_rate": Prior("normal", (0.0, 20.0)),
                "shape": Prior("half_normal", (2.0,)),
            },
            centre="all",
        ),
        "stan_surv_exp": ModelSpec(
            peer,
            Exponential(),
            formula,
            priors={**wide, "log_rate": Prior("normal", (0.0, 20.0))},
            centre="all",
        ),
    }
    return models[peer]

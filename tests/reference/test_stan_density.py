"""Log-likelihood and log prior at fixed points equal the Stan programs', without sampling."""

import numpy as np
import pytest

from posthaz.design import learn_design
from posthaz.inference.engine import answers_of, compile_posterior
from posthaz.model import build_model
from posthaz.spec import choose_priors
from tests.shared_data import bayes_cohort, needs_reference, reference
from tests.stan_models import stan_model

POINTS = {
    "rstan_weibull_ph": ("weibull_ph", {"log_scale": "log_scale", "log_shape": "log_shape"}),
    "rstan_pwexp_ph": ("pwexp_ph", {"log_hazard": "log_h"}),
}


@needs_reference
@pytest.mark.parametrize("peer", POINTS)
def test_density_at_fixed_points(peer: str) -> None:
    dataset = "lung_bayes"
    cohort = bayes_cohort(dataset)
    spec = stan_model(dataset, peer)
    design = learn_design(cohort.covariates, spec.formula, spec.centre)
    model = build_model(spec, design, choose_priors(spec, design, 1.0), cohort)
    posterior = compile_posterior(model, ("stan density", peer))
    checks, names = POINTS[peer]
    for point in reference(dataset)["logdensity_checks"][checks]:
        values = {ours: np.asarray(point[theirs]) for ours, theirs in names.items()}
        values["log_hazard_ratio_scaled"] = np.asarray(point["beta"]) * design.scale
        theta = np.concatenate([np.ravel(values[rv.name]) for rv in model.free_RVs])
        answers = answers_of(posterior, theta[None, None, :])
        log_likelihood = answers[("log_likelihood", "time")][0, 0]
        assert log_likelihood.sum() == pytest.approx(point["loglik"], rel=1e-10)
        assert log_likelihood[:3] == pytest.approx(point["loglik_first3"], rel=1e-10)
        log_prior = sum(a.sum() for (group, _), a in answers.items() if group == "log_prior")
        scaling = np.sum(np.log(design.scale))  # density of the scaled coefficients
        assert log_prior + scaling == pytest.approx(point["lprior"], rel=1e-10)

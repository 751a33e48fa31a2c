"""The model of a fit drawn from by PyMC: its density, its draws, and what can't be drawn."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pymc as pm
import pytest
from scipy.stats import ks_2samp

import posthaz as ph
from posthaz.errors import PosthazError
from posthaz.inference import Fit
from posthaz.model import build_model

FitOf = Callable[[str], Fit]
LATE = 1e9


@pytest.mark.parametrize("name", ["weibull", pytest.param("frailty", marks=pytest.mark.slow)])
def test_draws_of_pymc_are_posthaz_s_own_replicated_times(name: str, fit_of: FitOf) -> None:
    fit, cohort = fit_of(name), ph.simulated_example()
    model = ph.generative_model(cohort, fit, censored_at=LATE)
    given = ph.model_draws(fit).isel(draw=slice(None, None, 8))
    with model:
        drawn = pm.sample_posterior_predictive(given, random_seed=3, progressbar=False)
    follow_up = drawn["posterior_predictive"]["follow_up"].to_numpy()
    time, event = follow_up[..., cohort.event, 0], follow_up[..., cohort.event, 1]
    assert (event == 1.0).all()  # nobody with an event is censored before the end of time
    own = fit.draws["posterior_predictive"]["time"].to_numpy()[..., cohort.event]
    test: Any = ks_2samp(time.ravel(), own.ravel())
    assert test.pvalue > 1e-3
    censored = follow_up[..., ~cohort.event, :]
    assert (censored[..., 0] <= cohort.exit[~cohort.event]).all()
    assert ((censored[..., 0] < cohort.exit[~cohort.event]) == (censored[..., 1] == 1.0)).all()


def test_its_density_is_that_of_the_model_that_is_sampled(fit_of: FitOf) -> None:
    fit, cohort = fit_of("frailty"), ph.simulated_example()
    model = ph.generative_model(cohort, fit)
    plain = build_model(fit.spec, fit.design, fit.priors, cohort)
    point = {name: np.asarray(value) + 0.1 for name, value in plain.initial_point().items()}
    whole = float(np.asarray(model.compile_logp()(point)))
    # coordinates of the frailties count the events of distinct rows, which are all of them here
    assert whole == pytest.approx(float(np.asarray(plain.compile_logp()(point))), rel=1e-9)


def test_prior_and_default_censoring(fit_of: FitOf) -> None:
    fit, cohort = fit_of("weibull"), ph.simulated_example()
    model = ph.generative_model(cohort, fit)
    drawn = pm.sample_prior_predictive(20, model=model, random_seed=1)
    time = drawn["prior_predictive"]["follow_up"].to_numpy()[..., 0]
    assert time.shape == (1, 20, len(cohort)) and (time > 0).all()
    assert time.max() == cohort.exit.max()  # who had an event is censored at the longest follow-up
    assert "follow_up" in str(pm.model_to_mermaid(model))


@pytest.mark.slow
def test_late_entry_is_a_condition(fit_of: FitOf) -> None:
    fit, cohort = fit_of("no_covariates"), ph.simulated_example()
    late = replace(cohort, entry=np.minimum(2.0, cohort.exit / 2.0))
    own = ph.fit(fit.spec, late, draws=100, method="laplace")
    drawn = np.asarray(pm.draw(ph.generative_model(late, own)["follow_up"], random_seed=1))
    assert (drawn[:, 0] >= late.entry).all()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda c: replace(c, weight=np.full(len(c), 2.0)), "stands for several patients"),
        (lambda c: replace(c, subject=np.zeros(len(c), dtype=int)), "several rows"),
        (lambda c: replace(c, upper=np.where(c.event, c.lower + 1.0, np.inf)), "two visits"),
        (lambda c: c.where(np.arange(len(c)) < 100), "the cohort that the model was fitted to"),
    ],
)
def test_what_can_not_be_drawn_is_said(change, said: str, fit_of: FitOf) -> None:
    with pytest.raises(PosthazError, match=said):
        ph.generative_model(change(ph.simulated_example()), fit_of("weibull"))


def test_ends_before_events_are_refused(fit_of: FitOf) -> None:
    with pytest.raises(PosthazError, match="before its event at"):
        ph.generative_model(ph.simulated_example(), fit_of("weibull"), censored_at=0.5)
    without = fit_of("weibull")
    draws = without.draws.copy()
    del draws["coordinates"]
    with pytest.raises(PosthazError, match="sampler's own variables"):
        ph.model_draws(replace(without, draws=draws))

"""Shrunken coefficients sampled: chains agree, noise is drawn to zero, signals are left alone."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

import posthaz as ph
from posthaz.cohort import Cohort
from posthaz.inference import Fit
from posthaz.simulate import simulate_times
from posthaz.spec import Shrinkage
from tests.shared_data import plain_cohort

TRUTH = np.array([0.7, -0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0])
NAMES = [f"x{j}" for j in range(len(TRUTH))]


@cache
def cohort() -> Cohort:
    """Two covariates of eight matter."""
    rng = np.random.default_rng(11)
    matrix = rng.standard_normal((240, len(TRUTH)))
    baseline = ph.Exponential().hazard({"log_rate": np.log(0.1) + matrix @ TRUTH}, np)
    times = simulate_times(baseline, np.zeros(240), (240,), rng)
    censored = rng.uniform(2.0, 15.0, 240)
    frame = pd.DataFrame(matrix, columns=NAMES)
    return plain_cohort(np.minimum(times, censored), times <= censored, frame)


@cache
def fitted(kind: str) -> Fit:
    spec = ph.ModelSpec(
        kind, ph.Weibull(), " + ".join(NAMES), shrinkage=Shrinkage(kind, tuple(NAMES))
    )
    return ph.fit(spec, cohort(), seed=3, chains=4, draws=750, tune=400)


every_kind = pytest.mark.parametrize("kind", ["horseshoe", "r2d2"])


@every_kind
def test_chains_agree_without_divergences_at_the_default_acceptance(kind):
    checked = ph.convergence(fitted(kind))
    assert checked.divergences == 0
    assert checked.rhat < 1.01
    assert not checked.failures


@every_kind
def test_signals_stay_and_noise_goes(kind):
    posterior = fitted(kind).draws["posterior"]["log_hazard_ratio"]
    mean, sd = posterior.mean(("chain", "draw")).to_numpy(), posterior.std(("chain", "draw"))
    unshrunken = 1 / np.sqrt(cohort().event.sum())
    assert np.abs(mean[:2] - TRUTH[:2]).max() < 3 * unshrunken
    assert np.abs(mean[2:]).max() < 0.12
    # tighter around nothing than the data alone leave it, not so around what is there
    assert np.median(sd.to_numpy()[2:]) < 0.9 * unshrunken
    assert sd.to_numpy()[0] > 0.75 * unshrunken


def test_what_each_prior_says_of_all_coefficients():
    horseshoe, r2d2 = (fitted(kind).draws["posterior"] for kind in ("horseshoe", "r2d2"))
    assert 1.5 < float(horseshoe["effective_coefficients"].median()) < 5.0
    truth = float(TRUTH @ TRUTH) / (float(TRUTH @ TRUTH) + np.pi**2 / 6)
    low, high = np.quantile(r2d2["r_squared"].to_numpy(), [0.005, 0.995])
    assert low < truth < high


def test_the_archive_gives_an_equal_fit(tmp_path):
    fit = fitted("horseshoe")
    assert ph.load_fit(ph.write_fit(fit, tmp_path / "fit.nc")) == fit

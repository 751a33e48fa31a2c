"""Restricted means under a fine baseline against printed ones (survextrap, cetuximab trial)."""

import numpy as np
import pandas as pd
import pytest

import posthaz as ph
from posthaz.priors import Prior
from tests.shared_data import DATA, needs_data

pytestmark = [pytest.mark.slow, needs_data]
HORIZON = 5.0


@pytest.fixture(scope="module")
def fitted():
    patients = pd.read_csv(DATA / "cetux.csv")[["years", "d", "treat"]]
    cohort = ph.read_cohort(
        patients, time="years", event="d", unit="years",
        treatment="treat", treatment_reference="Control",
    )  # fmt: skip
    cuts = tuple(np.arange(0.25, 5.01, 0.25).tolist())
    baseline = ph.PiecewiseExponential(cuts=cuts, intervals=len(cuts) + 1, smoothing="random_walk")
    # mean survival of 25 years, at most 100; a hazard ratio of at most 50 either way
    priors = {
        "treat": ph.hazard_ratio(1.0, 50.0),
        "log_hazard": Prior("normal", (-np.log(25.0), np.log(4.0) / 1.96)),
    }
    model = ph.ModelSpec("walk", baseline, "treat", priors=priors)
    return ph.fit(model, cohort, chains=4, draws=1000, seed=12)


def test_restricted_means_of_the_cetuximab_trial(fitted):
    means = ph.restricted_mean(fitted, [HORIZON]).isel(time=0)
    control = middle(means.sel(profile="Control"))
    gain = middle(ph.difference(means, "Cetuximab", "Control"))
    print(f"control {control.round(3)}, gain {gain.round(3)}")
    np.testing.assert_allclose(control, [2.89, 2.64, 3.12], atol=0.05)
    np.testing.assert_allclose(gain[:2], [0.31, -0.03], atol=0.05)
    # The printed upper limit, 0.62, asks for a log hazard ratio with standard deviation 0.117;
    # Cox regression has 0.132, and so has this posterior.
    effect = fitted.draws["posterior"]["log_hazard_ratio"]
    assert float(effect.std()) == pytest.approx(0.132, abs=0.005)
    assert gain[2] == pytest.approx(0.62, abs=0.08)


def middle(draws):
    """Median and equal-tailed 95 % interval."""
    return np.quantile(np.asarray(draws), [0.5, 0.025, 0.975])

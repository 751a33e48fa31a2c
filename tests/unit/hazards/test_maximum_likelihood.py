"""The families' maximum-likelihood fits are those of likelihoods written with scipy.stats."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import optimize, stats

import posthaz as ph
from posthaz.cohort import Cohort
from posthaz.effects import accelerated
from posthaz.hazards import Baseline, Gamma, GeneralisedGamma, LogLogistic, LogNormal
from posthaz.model import follow_up_data, log_likelihood


def cohort() -> Cohort:
    """Events and censored times of two arms; every fourth patient comes under observation late."""
    whole = ph.simulated_example(size=120)
    late = np.where(np.arange(120) % 4 == 0, 0.4 * whole.lower, 0.0)
    return replace(whole, entry=late)


COHORT = cohort()
ARM = COHORT.covariates["arm"].cat.codes.to_numpy().astype(float)


def generalised_gamma(mu: float, log_sd: float, bend: float):
    """scipy.stats has it by a power of a gamma variable."""
    sd = np.exp(log_sd)
    scale = np.exp(mu) * bend ** (2.0 * sd / bend)
    return stats.gengamma(bend**-2.0, bend / sd, scale=scale)


FAMILIES = {
    "log_normal": (LogNormal(), lambda mu, s: stats.lognorm(np.exp(s), scale=np.exp(mu))),
    "log_logistic": (LogLogistic(), lambda m, k: stats.fisk(np.exp(k), scale=np.exp(m))),
    "gamma": (Gamma(), lambda m, k: stats.gamma(np.exp(k), scale=np.exp(m))),
    "generalised_gamma": (GeneralisedGamma(), generalised_gamma),
}
STARTS = {"log_normal": [2.8, 0.0], "log_logistic": [2.8, 0.3], "gamma": [2.6, 0.2]}


def ours(baseline: Baseline, theta: np.ndarray) -> float:
    values = {p.name: np.asarray(x) for p, x in zip(baseline.parameters(), theta, strict=False)}
    hazard = accelerated(baseline.hazard(values, np), theta[-1] * ARM, np)
    return float(np.sum(log_likelihood(hazard, follow_up_data(COHORT), np)))


def scipys(family, theta: np.ndarray) -> float:
    """Time divided by the time ratio has the baseline's distribution."""
    known = family(*theta[:-1])
    ratio = np.exp(-theta[-1] * ARM)
    late = known.logsf(COHORT.entry * ratio)
    dead = known.logpdf(COHORT.lower * ratio) + np.log(ratio)
    return float(np.sum(np.where(COHORT.event, dead, known.logsf(COHORT.lower * ratio)) - late))


@pytest.mark.parametrize("name", FAMILIES)
def test_estimates_and_maximum_agree(name: str) -> None:
    baseline, family = FAMILIES[name]
    start = np.array([*STARTS.get(name, [2.8, -0.1, 0.8]), 0.3])
    assert ours(baseline, start) == pytest.approx(scipys(family, start), rel=1e-11)
    found = [
        optimize.minimize(
            lambda theta, one=one: -one(theta),
            start,
            method="Nelder-Mead",
            options={"xatol": 1e-8, "fatol": 1e-11, "maxfev": 4000},
        )
        for one in (lambda t: ours(baseline, t), lambda t: scipys(family, t))
    ]
    np.testing.assert_allclose(found[0].x, found[1].x, atol=1e-5)
    assert found[0].fun == pytest.approx(found[1].fun, abs=1e-8)

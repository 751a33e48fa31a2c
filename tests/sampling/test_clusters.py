"""Clusters fitted: archive, table, report, and the posterior of a PyMC model written here."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pymc as pm
import pytensor.tensor
import pytest

import posthaz as ph
from posthaz.baselines.mean_cumulative import mean_count_at
from posthaz.effects import Frailty
from posthaz.estimands import cluster_table
from posthaz.estimands.clusters import new_cluster_ratios
from posthaz.inference import Fit, load_fit, write_fit
from tests.shared_data import DATA, needs_data, plain_cohort

SITES = 20
pt: Any = pytensor.tensor  # its functions are typed as possibly returning nothing


def simulated(
    seed: int = 1, patients: int = 600, gamma: float = 0.0
) -> tuple[ph.Cohort, np.ndarray]:
    """Patients of 20 sites with log HR -0.4 (SD 0.4), frailties SD 0.5, correlation -0.3."""
    random = np.random.default_rng(seed)
    site = np.arange(patients) % SITES
    arm = (np.arange(patients) // SITES) % 2
    covariance = np.array([[0.25, -0.06], [-0.06, 0.16]])
    effects = random.multivariate_normal(np.zeros(2), covariance, SITES)
    if gamma:
        frailty = random.gamma(1 / gamma, gamma, SITES)
        effects = np.column_stack([np.log(frailty), np.zeros(SITES)])
    rate = 0.1 * np.exp((-0.4 + effects[site, 1]) * arm + effects[site, 0])
    time, end = random.exponential(1 / rate), random.uniform(6.0, 24.0, patients)
    frame = pd.DataFrame(
        {
            "arm": pd.Categorical(np.where(arm, "B", "A"), ["A", "B"], ordered=True),
            "site": [f"s{number:02d}" for number in site],
        }
    )
    return plain_cohort(np.minimum(time, end), time <= end, frame, "months"), effects


def test_effects_by_site_are_archived_and_answered(tmp_path: Path) -> None:
    cohort, _ = simulated()
    spec = ph.ModelSpec("m", ph.Exponential(), "arm + (arm | site)")
    fit = ph.fit(spec, cohort, draws=200, method="laplace", seed=1)
    again = load_fit(write_fit(fit, tmp_path / "m.nc"))
    assert again == fit and again.design.groups[0].blocks == ((0, 1),)
    table = cluster_table(again, cohort)
    assert table.groupby("effect", sort=False)["cluster"].count().to_dict() == {
        "frailty": SITES,
        "arm[B]": SITES,
    }
    assert table["patients"].eq(30).all()
    assert table.loc[table["effect"] == "frailty", "events"].sum() == cohort.event.sum()
    ((column, drawn),) = new_cluster_ratios(fit, fit.design.groups[0])
    assert column == "arm[B]"
    # a new site is less certain than the average of the sites
    average = fit.draws["posterior"]["log_hazard_ratio"].to_numpy()
    assert np.log(drawn).std() > average.std()


def _summary(draws: dict[str, np.ndarray]) -> pd.DataFrame:
    return pd.DataFrame({k: [v.mean(), v.std()] for k, v in draws.items()}, index=["mean", "sd"]).T


def _agree(own: pd.DataFrame, other: pd.DataFrame, errors: float = 0.12) -> None:
    """Means within 0.12 posterior SD of each other, SDs within 12 %."""
    gap = (own["mean"] - other["mean"]).abs() / other["sd"]
    assert (gap < errors).all(), pd.concat([own, other, gap], axis=1)
    np.testing.assert_allclose(own["sd"], other["sd"], rtol=errors)


def _flat(fit: Fit, names: dict[str, str]) -> dict[str, np.ndarray]:
    posterior = fit.draws["posterior"]
    return {short: posterior[name].to_numpy().ravel() for short, name in names.items()}


@pytest.mark.slow
def test_effects_by_site_have_the_posterior_of_a_plain_model() -> None:
    cohort, _ = simulated()
    spec = ph.ModelSpec("m", ph.Exponential(), "arm + (arm | site)")
    fit = ph.fit(spec, cohort, draws=2000, chains=4, seed=1)
    assert not ph.convergence(fit).failures
    site = pd.Categorical(cohort.covariates["site"]).codes
    arm = (cohort.covariates["arm"] == "B").to_numpy().astype(float)
    level = float(fit.priors.baseline["log_rate"].values[0])
    with pm.Model():
        rate = pm.Normal("rate", level, 2.5)
        effect = pm.Normal("effect", 0.0, 1.0)
        lkj: Any = pm.LKJCholeskyCov
        factor, rho, sds = lkj("f", n=2, eta=2.0, sd_dist=pm.HalfNormal.dist(0.5))
        z = pm.Normal("z", shape=(2, SITES))
        u = pt.dot(factor, z)
        log_hazard = rate + u[0][site] + (effect + u[1][site]) * arm
        pm.Potential(
            "likelihood",
            pt.sum(cohort.event * log_hazard - pt.exp(log_hazard) * cohort.exit),
        )
        pm.Deterministic("rho", rho[0, 1])
        pm.Deterministic("sd", sds)
        draws = pm.sample(
            2000, chains=4, cores=1, random_seed=2, target_accept=0.95, progressbar=False
        )
    posterior = draws["posterior"]
    other = {
        "effect": posterior["effect"].to_numpy().ravel(),
        "frailty_sd": posterior["sd"].to_numpy()[..., 0].ravel(),
        "slope_sd": posterior["sd"].to_numpy()[..., 1].ravel(),
        "rho": posterior["rho"].to_numpy().ravel(),
    }
    names = {
        "frailty_sd": "frailty_sd_site",
        "slope_sd": "slope_sd_site_arm[B]",
        "rho": "correlation_site_frailty_arm[B]",
    }
    own = {
        "effect": fit.draws["posterior"]["log_hazard_ratio"].to_numpy().ravel(),
        **_flat(fit, names),
    }
    _agree(_summary(own), _summary(other))


@pytest.mark.slow
def test_gamma_frailties_have_the_posterior_of_a_plain_model() -> None:
    cohort, _ = simulated(gamma=0.4)
    spec = ph.ModelSpec("m", ph.Exponential(), "arm + (1 | site)", frailty=Frailty("gamma"))
    fit = ph.fit(spec, cohort, draws=2000, chains=4, seed=1)
    assert not ph.convergence(fit).failures
    site = pd.Categorical(cohort.covariates["site"]).codes
    arm = (cohort.covariates["arm"] == "B").to_numpy().astype(float)
    with pm.Model():
        rate = pm.Normal("rate", float(fit.priors.baseline["log_rate"].values[0]), 2.5)
        effect = pm.Normal("effect", 0.0, 1.0)
        sd = pm.HalfNormal("sd", 0.5)
        # the frailties integrated out: what is left is negative binomial
        expected = pt.exp(rate + effect * arm) * cohort.exit
        theta = sd**2
        total = pt.stack([pt.sum(expected[site == k]) for k in range(SITES)])  # noqa: PD013 - PyTensor
        events = np.bincount(site, weights=cohort.event, minlength=SITES)
        own = pt.gammaln(events + 1 / theta) - pt.gammaln(1 / theta) + events * pt.log(theta)
        own = own - (events + 1 / theta) * pt.log1p(theta * total)
        pm.Potential("likelihood", pt.sum(own) + pt.sum(cohort.event * (rate + effect * arm)))
        draws = pm.sample(2000, chains=4, cores=1, random_seed=2, progressbar=False)
    posterior = draws["posterior"]
    other = {
        "effect": posterior["effect"].to_numpy().ravel(),
        "sd": posterior["sd"].to_numpy().ravel(),
    }
    found = {
        "effect": fit.draws["posterior"]["log_hazard_ratio"].to_numpy().ravel(),
        **_flat(fit, {"sd": "frailty_sd_site"}),
    }
    _agree(_summary(found), _summary(other))


@pytest.mark.slow
@needs_data
def test_tumours_of_the_bladder_lie_in_the_band_of_their_mean_count() -> None:
    """Expected counts, without a frailty and with one, beside the mean cumulative count.

    All 14 patients with four tumours leave at the fourth, so that the mean cumulative count is too
    low later on. A model that takes tumours as independent has the same error and lies in its
    band at every time; one with a frailty allows for it, and is above it from 48 months on.
    """
    table = pd.read_csv(DATA / "bladder2.csv").astype({"id": str})
    cohort = ph.read_cohort(
        table, time="stop", event="event", entry="start", subject="id", treatment="rx",
        recurrent="all", covariates=["id"],
    )  # fmt: skip
    baseline = ph.PiecewiseExponential(intervals=6, smoothing="random_walk")
    times = [6.0, 12.0, 18.0, 24.0, 36.0, 48.0]
    without = mean_count_at(cohort, times)
    plain, frail = (
        ph.fit(ph.ModelSpec("m", baseline, formula), cohort, draws=1000, chains=4, seed=1)
        for formula in ("rx", "rx + (1 | id)")
    )
    for fit, held in ((plain, times), (frail, times[:5])):
        expected = ph.expected_events(fit, held).median(("chain", "draw"))
        for arm in cohort.arms:
            own = without[without["arm"] == arm].set_index("time").loc[held]
            middle = expected.sel(profile=str(arm)).to_numpy()
            assert ((own["lower"] <= middle) & (middle <= own["upper"])).all(), (own, middle)

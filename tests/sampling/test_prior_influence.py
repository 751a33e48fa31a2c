"""What a prior does to its estimate, against a fit without that prior."""

import arviz as az
import numpy as np
import pandas as pd
import pytest

import posthaz as ph
from posthaz.checks import prior_conflicts, prior_influence

VAGUE = ph.Prior("normal", (0.0, 30.0))


def _rare_level() -> ph.Cohort:
    """Six of 120 patients have a marker that multiplies the hazard by nine."""
    random = np.random.default_rng(3)
    marker = np.repeat(["absent", "present"], [114, 6])
    arm = np.tile(["a", "b"], 60)
    time = random.exponential(20.0 / np.where(marker == "present", 9.0, 1.0))
    frame = pd.DataFrame(
        {
            "months": np.minimum(time, 24.0),
            "dead": (time < 24.0).astype(int),
            "arm": arm,
            "marker": marker,
        }
    )
    return ph.read_cohort(frame, time="months", event="dead", treatment="arm", unit="months")


@pytest.fixture(scope="module")
def rare() -> ph.Fit:
    spec = ph.ModelSpec("m", ph.Weibull(), "arm + marker")
    return ph.fit(spec, _rare_level(), method="laplace", draws=2000, seed=4)


def test_the_estimate_without_a_prior_is_that_of_a_fit_without_it(rare: ph.Fit) -> None:
    found = prior_influence(rare).set_index("parameter")
    marker = next(name for name in found.index if name.startswith("marker"))
    spec = ph.ModelSpec("m", ph.Weibull(), "arm + marker", priors={"marker": VAGUE})
    without = ph.fit(spec, _rare_level(), method="laplace", draws=2000, seed=4)
    position = without.design.columns.index(marker)
    mean = float(without.draws["posterior"]["log_hazard_ratio"][..., position].mean())
    row = found.loc[marker]
    assert row["without_prior"] == pytest.approx(mean, abs=0.15 * row["sd"])
    assert row["moved"] < -0.25
    assert row["default"]
    arm = found.drop(index=marker).filter(like="arm", axis=0).iloc[0]
    assert abs(arm["moved"]) < 0.25


def test_a_prior_that_moves_its_estimate_is_a_conflict(rare: ph.Fit) -> None:
    influence = prior_influence(rare)
    conflicts = prior_conflicts(influence, defaults_only=True)
    assert [name.startswith("marker") for name in conflicts["parameter"]] == [True]
    assert "moved" in conflicts["reason"].iloc[0]
    assert influence["prior_sensitivity"].max() > 0.05


def test_power_scaling_is_arviz_own_by_named_prior(rare: ph.Fit) -> None:
    influence = prior_influence(rare)
    for label in rare.design.columns:
        row = influence.set_index("parameter").loc[label]
        ours = float(row["prior_sensitivity"])
        theirs = az.psense(
            rare.draws,
            var_names=["log_hazard_ratio"],
            group_var_names=["log_hazard_ratio"],
            group_coords={"covariate": [label]},
        )["log_hazard_ratio"].sel(covariate=label)
        assert ours == pytest.approx(float(theirs), rel=1e-6)
        likelihood = az.psense(rare.draws, var_names=["log_hazard_ratio"], group="likelihood")
        assert float(row["likelihood_sensitivity"]) == pytest.approx(
            float(likelihood["log_hazard_ratio"].sel(covariate=label)), rel=1e-6
        )


def test_a_prior_in_the_tail_of_which_the_posterior_lies() -> None:
    prior = ph.Prior("normal", (0.0, 0.05))
    spec = ph.ModelSpec("m", ph.Weibull(), "arm + marker", priors={"marker": prior})
    found = prior_influence(ph.fit(spec, _rare_level(), method="laplace", draws=1000, seed=4))
    row = found[found["parameter"].str.startswith("marker")].iloc[0]
    assert not row["default"]
    assert row["learnt"] < 0.2
    assert row["moved"] < -1.0
    flat = ph.ModelSpec("m", ph.Weibull(), "arm", priors={"arm": ph.Prior("flat")})
    found = prior_influence(ph.fit(flat, _rare_level(), method="laplace", draws=1000, seed=4))
    row = found.iloc[0]
    assert row["moved"] == 0.0
    assert np.isnan(row["prior_tail"])
    assert prior_conflicts(found).empty

"""Incidences of causes from models of all of them: exact, and what they imply of ratios."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import posthaz as ph
from posthaz.analyses.competing_risks.answer import _counts
from posthaz.analyses.competing_risks.incidence import (
    implied_subdistribution,
    posterior_incidence,
)
from posthaz.baselines import cox_model
from posthaz.cohort import Cohort, cause_of
from posthaz.errors import CohortError
from posthaz.inference import flat_draws, hazard_of
from tests.shared_data import plain_cohort

ASKED = ph.CompetingRisksSpec({1: "relapse", 2: "death"}, times=(6.0, 12.0))
SPEC = ph.ModelSpec(
    "m",
    ph.PiecewiseExponential(cuts=(4.0, 9.0)),
    "arm",
    changing=(ph.ChangingEffect("arm", cuts=(5.0,)),),
)


def two_causes(patients: int, seed: int) -> Cohort:
    """Simulated: relapse at 0.08 a month, halved by the arm; death at 0.04 in either arm."""
    random = np.random.default_rng(seed)
    arm = random.integers(0, 2, patients)
    relapse = random.exponential(1.0 / np.where(arm, 0.04, 0.08))
    death = random.exponential(1.0 / 0.04, patients)
    first = np.minimum(relapse, death)
    time = np.minimum(first, 24.0)
    cause = np.where(first > 24.0, 0, np.where(relapse < death, 1, 2))
    frame = pd.DataFrame(
        {"arm": pd.Categorical(np.where(arm, "RT", "none"), ["none", "RT"], ordered=True)}
    )
    cohort = plain_cohort(time, cause > 0, frame)
    return replace(cohort, cause=cause, treatment="arm")


@pytest.fixture(scope="module")
def found() -> object:
    sampling = ph.Sampling(method="laplace", draws=250)
    return ph.competing_risks(two_causes(500, 2), SPEC, ASKED, sampling)


def test_incidence_is_that_of_those_event_free_at_the_origin(found) -> None:
    one = ph.Population("treated", pd.DataFrame({"arm": ["RT"]}), np.ones(1))
    late = {cause: replace(fit, origin=4.0) for cause, fit in found.fits.items()}
    plain = posterior_incidence(found.fits, [4.0, 12.0], [one])
    shifted = posterior_incidence(late, [2.0, 4.0, 12.0], [one])
    assert np.isnan(shifted.sel(time=2.0)).all()
    assert float(abs(shifted.sel(cause=1, time=4.0)).max()) == 0.0
    gained = plain.sel(cause=1, time=12.0) - plain.sel(cause=1, time=4.0)
    expected = gained / plain.sel(cause=0, time=4.0)
    assert shifted.sel(cause=1, time=12.0).to_numpy() == pytest.approx(expected.to_numpy())


def test_what_ends_no_follow_up_is_no_competing_risk() -> None:
    cohort = replace(two_causes(40, 1), recurrent=True)
    with pytest.raises(CohortError, match="every event of a patient counts"):
        ph.competing_risks(cohort, SPEC, ASKED)
    expected = replace(SPEC, background=ph.Background("arm"))
    with pytest.raises(CohortError, match="expected deaths are of all causes"):
        ph.competing_risks(two_causes(40, 1), expected, ASKED)


def test_cox_beside_stratified_causes_is_stratified() -> None:
    cohort = two_causes(300, 4)
    site = pd.Categorical(np.where(np.arange(300) % 2, "a", "b"))
    cohort = replace(cohort, covariates=cohort.covariates.assign(site=site))
    model = ph.ModelSpec("m", ph.Exponential(), "arm", strata="site")
    found = ph.competing_risks(cohort, model, ASKED, ph.Sampling(method="laplace", draws=100))
    arm = (cohort.covariates[["arm"]] == "RT").astype(float)
    cox = cox_model(cause_of(cohort, 1), arm, strata=cohort.covariates["site"].astype(str))
    rows = found.ratios[found.ratios["source"].str.startswith("Cox") & (found.ratios["cause"] == 1)]
    assert rows["hr"].iloc[0] == pytest.approx(cox.table["hr"].iloc[0], rel=1e-9)
    assert any("one baseline, not one for each level of site" in said for said in found.notes)


def test_counts_are_of_the_patients_that_rows_stand_for() -> None:
    cohort = two_causes(40, 1)
    double = replace(cohort, weight=np.full(40, 2.0), weight_kind="frequency")
    counts = _counts(double, (1, 2))["events"]
    assert counts.tolist() == (2 * _counts(cohort, (1, 2))["events"]).tolist()


def test_incidence_is_exact_where_hazards_are_constant_in_pieces(found) -> None:
    """By Gauss-Legendre quadrature of h S in each piece, which is smooth there."""
    fits = found.fits
    drawn = posterior_incidence(fits, [11.0], most_draws=8)
    kept = drawn["draw"].to_numpy()
    nodes, weights = np.polynomial.legendre.leggauss(40)
    frame = next(iter(fits.values())).design.reference({"arm": "RT"})
    area = dict.fromkeys(fits, 0.0)
    for start, end in ((0.0, 4.0), (4.0, 5.0), (5.0, 9.0), (9.0, 11.0)):
        time = start + (nodes + 1.0) * (end - start) / 2.0
        hazards = {}
        for cause, fit in fits.items():
            chosen = fit.draws["posterior"].to_dataset().isel(draw=kept)
            hazards[cause] = hazard_of(fit.spec, fit.design, flat_draws(chosen), frame)
        whole = sum(np.asarray(one.cumulative_hazard(time))[:, 0] for one in hazards.values())
        for cause, one in hazards.items():
            dying = np.exp(np.asarray(one.log_hazard(time))[:, 0] - whole)
            area[cause] = area[cause] + dying @ weights * (end - start) / 2.0
    for cause in fits:
        got = drawn.sel(cause=cause, profile="RT", time=11.0).to_numpy().ravel()
        np.testing.assert_allclose(got, area[cause], rtol=1e-10)


def test_the_implied_ratio_is_of_cumulative_subdistribution_hazards(found) -> None:
    table = found.subdistribution.set_index(["cause", "time"])
    drawn = posterior_incidence(found.fits, [12.0]).sel(cause=1, time=12.0)
    ratio = np.log1p(-drawn.sel(profile="RT")) / np.log1p(-drawn.sel(profile="none"))
    assert table.loc[(1, 12.0), "hr"] == pytest.approx(float(ratio.median()), rel=1e-9)
    assert table.loc[(1, 12.0), "p_below_1"] > 0.99
    # fewer relapses leave more patients to die without one
    assert table.loc[(2, 12.0), "hr"] > 1.0
    gray = found.ratios[found.ratios["source"] == "Fine-Gray"].set_index("cause")
    for cause in (1, 2):
        assert abs(np.log(table.loc[(cause, 12.0), "hr"] / gray.loc[cause, "hr"])) < 0.25


def test_simulated_incidences_are_recovered(found) -> None:
    rows = found.at_times.set_index(["source", "cause", "arm", "time"])
    for arm, relapse in (("none", 0.08), ("RT", 0.04)):
        total = relapse + 0.04
        for cause, rate in ((1, relapse), (2, 0.04)):
            truth = rate / total * -np.expm1(-total * 12.0)
            row = rows.loc[("posterior", cause, arm, 12.0)]
            assert row["incidence"] == pytest.approx(truth, abs=0.06)
            seen = rows.loc[("Aalen-Johansen", cause, arm, 12.0), "incidence"]
            assert row["incidence"] == pytest.approx(seen, abs=0.03)


def test_one_arm_implies_no_ratio(found) -> None:
    alone = {cause: replace(fit, treatment="") for cause, fit in found.fits.items()}
    assert implied_subdistribution(alone, [6.0]).empty

"""Tipping points of real fits: refits by brute force, a confounder that is known, refusals."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
import pytest

import posthaz as ph
from posthaz.analyses.tipping_points import answer
from posthaz.analyses.tipping_points.removal import (
    Conclusion,
    Refits,
    patient_likelihoods,
    smallest_sets,
)
from posthaz.analyses.tipping_points.spec import TippingPointsSpec
from posthaz.arms.departures import effect_fault
from posthaz.errors import SpecError
from posthaz.priors import Prior
from posthaz.spec import Sampling
from tests.shared_data import DATA, needs_data, plain_cohort

pytestmark = pytest.mark.slow

SAMPLING = Sampling(method="laplace", seed=1, chains=2, draws=500)


def aml():
    """Acute myelogenous leukaemia, 23 patients; the hazard ratio is of no maintenance."""
    rows = pd.read_csv(DATA / "leukemia_aml.csv")
    arm = pd.Categorical(rows["x"], categories=["Maintained", "Nonmaintained"])
    cohort = plain_cohort(rows["time"], rows["status"], pd.DataFrame({"arm": arm}), "weeks")
    return replace(cohort, treatment="arm")


def aml_fit(cohort):
    spec = ph.ModelSpec("w", ph.Weibull(), "arm", priors={"arm": Prior("normal", (0.0, 1.0))})
    return ph.fit(spec, cohort, SAMPLING)


@pytest.fixture(scope="module")
def simulated():
    spec = ph.ModelSpec("m", ph.Exponential(), "arm", priors={"arm": Prior("normal", (0.0, 1.0))})
    cohort = ph.simulated_example()
    return ph.fit(spec, cohort, SAMPLING), cohort


def test_a_confounder_that_does_nothing_changes_nothing(simulated):
    fit, cohort = simulated
    same, harmless = ph.confounder_effects(
        fit, cohort, [ph.Confounder(1.0, 0.6, 0.2), ph.Confounder(2.0, 0.3, 0.3)]
    ).to_dict("records")
    draws = fit.draws["posterior"]["log_hazard_ratio"].to_numpy()
    assert same["hr"] == pytest.approx(float(np.exp(np.median(draws))), rel=1e-3)
    # one that is as common in either arm only hides some of the effect
    assert abs(np.log(harmless["hr"])) >= abs(np.median(draws)) - 0.01


def test_a_confounder_moves_the_ratio_by_about_its_bias_factor(simulated):
    fit, cohort = simulated
    row = ph.confounder_effects(fit, cohort, [ph.Confounder(2.0, 0.5, 0.2)]).iloc[0]
    naive = float(np.exp(np.median(fit.draws["posterior"]["log_hazard_ratio"].to_numpy())))
    assert row["hr"] < naive
    assert row["hr"] == pytest.approx(naive / row["bias_factor"], rel=0.1)
    assert row["khat"] < 0.7


def test_a_confounder_that_does_nothing_changes_nothing_in_strata():
    cohort = ph.simulated_example()
    prior = {"arm": Prior("normal", (0.0, 1.0))}
    fit = ph.fit(ph.ModelSpec("m", ph.Weibull(), "arm", strata="centre", priors=prior), cohort,
                 SAMPLING)  # fmt: skip
    same, doubled = ph.confounder_effects(
        fit, cohort, [ph.Confounder(1.0, 0.6, 0.2), ph.Confounder(2.0, 0.5, 0.2)]
    ).to_dict("records")
    naive = float(np.exp(np.median(fit.draws["posterior"]["log_hazard_ratio"].to_numpy())))
    assert same["hr"] == pytest.approx(naive, rel=1e-3)
    assert doubled["hr"] == pytest.approx(naive / doubled["bias_factor"], rel=0.1)


def test_expected_deaths_have_no_mixture(simulated):
    fit, cohort = simulated
    excess = replace(fit, spec=replace(fit.spec, background=ph.Background("rate")))
    with pytest.raises(SpecError, match="expected of anybody"):
        ph.confounder_effects(excess, cohort, [ph.Confounder(2.0, 0.5, 0.2)])


def test_patients_who_enter_late_have_no_mixture(simulated):
    fit, cohort = simulated
    late = replace(cohort, entry=np.full(len(cohort), 0.01))
    with pytest.raises(SpecError, match="enter late"):
        ph.confounder_effects(fit, late, [ph.Confounder(2.0, 0.5, 0.2)])


def test_what_a_cohort_does_not_give_is_said_and_the_rest_is_given(simulated):
    fit, cohort = simulated
    late = replace(cohort, entry=np.full(len(cohort), 0.01))
    found = ph.tipping_points(fit, late, TippingPointsSpec(removed=0, influence=False))
    assert [name for name, _ in found.lost] == ["confounders"]
    assert set(found.tables) == {
        f"tipping_points_{name}" for name in ("priors", "critical", "named", "scepticism",
                                              "e_values", "evidence")
    }  # fmt: skip


def test_a_treatment_without_one_hazard_ratio_is_refused():
    cohort = ph.simulated_example()
    spec = ph.ModelSpec("m", ph.Exponential(), "arm * dose_gy")
    fit = ph.fit(spec, cohort, SAMPLING, draws=100)
    assert "interacts" in effect_fault(fit.spec, fit.design, fit.treatment).what
    cured = replace(fit, spec=ph.ModelSpec("m", ph.Weibull(), "arm", cure=ph.Cure()))
    with pytest.raises(SpecError, match="cured share"):
        ph.tipping_points(cured, cohort)
    aft = ph.ModelSpec("m", ph.Weibull(), "arm", form="accelerated_failure_time")
    with pytest.raises(SpecError, match="time ratio"):
        ph.tipping_points(ph.fit(aft, cohort, SAMPLING, draws=100), cohort)


@needs_data
def test_one_patient_carries_the_interval_of_aml():
    cohort = aml()
    fit = aml_fit(cohort)
    row = smallest_sets(fit, cohort, SAMPLING, most=1).set_index("conclusion").loc["interval"]
    # the one followed for 161 weeks
    assert (row["patients"], row["exact"], row["events"]) == (1.0, True, 0.0)
    without = cohort.where(cohort.exit < 161)
    again = ph.fit_many([(fit.spec, without)], SAMPLING)[0]
    draws = again.draws["posterior"]["log_hazard_ratio"].to_numpy()
    assert row["hr"] == pytest.approx(float(np.exp(np.median(draws))), rel=1e-9)


@needs_data
@pytest.mark.slow
@pytest.mark.parametrize("sd", [0.5, 1.0, 10.0])
def test_smallest_sets_of_aml_are_those_of_brute_force(sd):
    cohort = aml()
    spec = ph.ModelSpec("w", ph.Weibull(), "arm", priors={"arm": Prior("normal", (0.0, sd))})
    fit = ph.fit(spec, cohort, SAMPLING)
    draws = fit.draws["posterior"]["log_hazard_ratio"].to_numpy()
    found = smallest_sets(fit, cohort, SAMPLING, most=2).set_index("conclusion")
    refit = Refits(fit, cohort, SAMPLING, patient_likelihoods(fit)[1])
    for kind in ("sign", "interval"):
        conclusion = Conclusion(kind, 1.0, 0.975)
        now = conclusion.margin(draws) > 0
        least = np.nan
        for size in (2, 1):
            without = refit(list(combinations(range(23), size)))
            flips = [one is not None and (conclusion.margin(one) > 0) != now for one in without]
            least = size if any(flips) else least
        assert np.array_equal(found.loc[kind, "patients"], least, equal_nan=True), (kind, sd)


@pytest.mark.slow
def test_the_map_of_nvalt11_is_within_0_02_of_the_closed_form():
    analysis = ph.load_analysis("nvalt11_pci_os")
    cohort = ph.read_cohort(analysis.table, analysis.cohort)
    weibull = next(model for model in analysis.models if model.name == "weibull")
    fit = ph.fit(weibull, cohort, analysis.sampling)
    found = ph.tipping_points(
        fit, cohort, TippingPointsSpec(removed=0, influence=False, confounder=None)
    )
    assert found.priors["probability"].notna().all()
    assert (found.priors["probability"] - found.priors["closed_form"]).abs().max() < 0.02


@needs_data
@pytest.mark.slow
def test_leaving_one_out_by_weights_is_refitting_without_each_of_gehan(monkeypatch):
    rows = pd.read_csv(DATA / "gehan_6mp.csv")
    arm = pd.Categorical(rows["treat"], categories=["control", "6-MP"])
    cohort = plain_cohort(rows["time"], rows["cens"], pd.DataFrame({"arm": arm}), "weeks")
    cohort = replace(cohort, treatment="arm")
    # the same seed and many draws: what differs is not the draws' noise
    sampling = Sampling(method="laplace", seed=1, chains=4, draws=5000)
    spec = ph.ModelSpec("w", ph.Weibull(), "arm", priors={"arm": Prior("normal", (0.0, 1.0))})
    fit = ph.fit(spec, cohort, sampling)
    weighted = answer.patient_influence(fit, cohort, sampling, 24.0)
    assert set(weighted["method"]) == {"weights"}
    monkeypatch.setattr(answer, "MOST_KHAT", -np.inf)
    refitted = answer.patient_influence(fit, cohort, sampling, 24.0)
    assert set(refitted["method"]) == {"refit"}
    assert len(refitted) == 42
    by = ["time", "event", "arm"]
    both = weighted.merge(refitted, on=by, suffixes=("", "_refit"))
    assert (both["sd_moved"] - both["sd_moved_refit"]).abs().max() < 0.02


def test_censoring_that_tells_nothing_changes_nothing_and_a_worse_course_does(
    simulated, monkeypatch
):
    from posthaz.analyses.tipping_points import censoring

    fit, cohort = simulated
    seeded = []

    def recorded(tasks, sampling, seeds=None):
        seeded.extend(seeds or [sampling.seed] * len(tasks))
        return ph.fit_many(tasks, sampling, seeds)

    monkeypatch.setattr(censoring, "fit_many", recorded)
    found = censoring.censoring_deltas(fit, cohort, [1.0, 8.0], SAMPLING, imputations=6)
    assert len(set(seeded[:6])) == 6 and seeded[:6] == seeded[6:]
    draws = fit.draws["posterior"]["log_hazard_ratio"].to_numpy().ravel()
    none, worse = found.to_dict("records")
    # the completed cohorts hold no more about the effect: mean within Monte Carlo error of six
    assert abs(np.log(none["hr"]) - np.median(draws)) < 0.35 * draws.std()
    better = cohort.arms[1] if np.median(draws) < 0 else cohort.arms[0]
    censored = int(((cohort.cause == 0) & (cohort.arm == better)).sum())
    assert none["censored"] == censored
    assert worse["events_imputed"] > none["events_imputed"]
    assert abs(np.log(worse["hr"])) < abs(np.log(none["hr"])) or worse["changes"] == "sign"
    assert 0 < none["within"] < 1


def test_completed_times_follow_the_model(simulated):
    """After censoring, events come as often as the posterior says, times the ratio."""
    from posthaz.sensitivity.completed import completed_times

    fit, cohort = simulated
    random = np.random.default_rng(3)
    end = cohort.exit.max()
    open_ = (cohort.cause == 0) & (cohort.exit < end)
    made = [completed_times(fit, cohort, np.full(len(cohort), 2.0), random) for _ in range(200)]
    share = np.mean([one.event[open_] for one in made], axis=0)
    posterior = fit.draws["posterior"].to_dataset()
    rate = np.exp(posterior["log_rate"].to_numpy().ravel())
    effect = posterior["log_hazard_ratio"].to_numpy().reshape(len(rate))
    matrix = (fit.design.matrix(cohort.covariates) - fit.design.centre)[:, 0]
    left = (end - cohort.exit)[open_]
    expected = [
        float(np.mean(1 - np.exp(-2.0 * rate * np.exp(effect * x) * t)))
        for x, t in zip(matrix[open_], left, strict=True)
    ]
    assert share.mean() == pytest.approx(np.mean(expected), abs=0.03)
    assert all(np.array_equal(one.exit[~open_], cohort.exit[~open_]) for one in made[:5])


def test_rows_that_stand_for_several_patients_are_written_out_or_refused():
    random = np.random.default_rng(4)
    rows = pd.DataFrame({"t": random.exponential(9.0, 30).round(2) + 0.1, "arm": list("AB") * 15})
    rows["d"], rows["n"] = (rows["t"] < 9.0).astype(int), 1 + np.arange(30) % 3
    given = {"time": "t", "event": "d", "treatment": "arm"}
    grouped = ph.read_cohort(rows, **given, weight="n", weight_kind="frequency")
    single = ph.read_cohort(rows.loc[rows.index.repeat(rows["n"])], **given)
    spec = ph.ModelSpec("m", ph.Exponential(), "arm")
    found, alone = (
        ph.tipping_points(
            ph.fit(spec, one, SAMPLING), one,
            TippingPointsSpec(confounder=None, censoring=(2.0,), imputations=2, removed=1),
            sampling=SAMPLING,
        )
        for one in (grouped, single)
    )  # fmt: skip
    assert found.censoring["censored"].tolist() == alone.censoring["censored"].tolist()
    assert {name for name, _ in found.lost} == {"influence", "removal"}
    assert "rows stand for several patients" in found.lost[0][1]


def test_what_censoring_may_hide_needs_one_exact_time_a_patient(simulated):
    from posthaz.analyses.tipping_points.censoring import censoring_deltas

    fit, cohort = simulated
    late = replace(cohort, entry=np.where(cohort.exit > 2, 1.0, 0.0))
    with pytest.raises(SpecError, match=r"enter late.*completion of censored times") as error:
        censoring_deltas(fit, late, [2.0], SAMPLING)
    assert "leave censoring out" in error.value.fix

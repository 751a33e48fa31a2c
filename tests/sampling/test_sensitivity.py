"""A small sensitivity grid with real fits: what it says, and that it is the same everywhere."""

import os
import signal
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import posthaz as ph
from posthaz.cohort import CohortSpec, Condition, Where
from posthaz.priors import Prior
from posthaz.schedule import DaskCluster, ProcessPool
from posthaz.sensitivity import (
    Sensitivity,
    Variant,
    answer_sensitivity,
    compare_variants,
    fit_variants,
    summarise_variants,
    variants,
)
from posthaz.sensitivity.completed import COMPLETIONS, fits_of_completed
from posthaz.sensitivity.suite import COLUMNS
from posthaz.spec import (
    Alternative,
    Analysis,
    Axis,
    BaselineChange,
    EstimandSpec,
    FormulaChange,
    PriorChange,
    Sampling,
    SensitivitySpec,
    SubsetChange,
)
from posthaz.spec.axes.exclusions import ImputedChange
from posthaz.spec.axes.follow_up import InformativeChange

SDS = (0.01, 0.05, 0.1, 0.2, 0.5, 2.0, 10.0)
NOBODY = SubsetChange(Where((Condition("dose_gy", at_least=1000.0),)))
SOUTHERN = SubsetChange(Where((Condition("centre", ("south", "west")),)))


def small_analysis() -> Analysis:
    """The simulated example under an exponential hazard, with every kind of change."""
    cohort = ph.simulated_example()
    priors = tuple(
        Alternative(f"sd {sd:g}", PriorChange("arm", Prior("normal", (0.0, sd)))) for sd in SDS
    )
    axes = (
        Axis("prior on arm", priors),
        Axis("baseline", (Alternative("weibull", BaselineChange(ph.Weibull())),)),
        Axis("covariates", (Alternative("dose", FormulaChange("arm + dose_gy")),)),
        Axis("patients", (Alternative("southern", SOUTHERN), Alternative("nobody", NOBODY))),
    )
    return Analysis(
        name="small",
        models=(ph.ModelSpec("exponential", ph.Exponential(), "arm"),),
        cohort=CohortSpec(treatment=cohort.treatment),
        estimands=EstimandSpec(survival_at=(12.0,)),
        sampling=Sampling(seed=3, chains=2, draws=400, tune=300),
        sensitivity=SensitivitySpec(("exponential",), axes),
    )


@pytest.fixture(scope="module")
def here() -> pd.DataFrame:
    return answer_sensitivity(small_analysis(), ph.simulated_example()).table


def row(table: pd.DataFrame, variant: str) -> pd.Series:
    (found,) = [one for _, one in table[table["variant"] == variant].iterrows()]
    return found


def test_every_variant_has_its_row_and_columns(here: pd.DataFrame) -> None:
    assert tuple(here.columns) == COLUMNS
    assert list(here["variant"]) == [one.label for one in variants(small_analysis())]
    assert here["primary"].tolist() == [True] + [False] * 11


def test_the_primary_row_is_the_fit_of_a_report(here: pd.DataFrame) -> None:
    analysis = small_analysis()
    fit = ph.fit(analysis.primary, ph.simulated_example(), analysis.sampling)
    table = ph.coefficient_table(fit)
    own, found = table.iloc[0], row(here, "as stated")
    assert found["term"] == own["term"]
    for name in ("mean", "sd", "lower", "upper", "hr_median", "p_hr_below_1"):
        assert found[name] == own[name]
    assert found["method"].startswith("NUTS")
    assert found["difference_sd"] == 0.0
    gain = ph.difference(ph.restricted_mean(fit, [12.0]), *reversed(ph.simulated_example().arms))
    assert found["rmst_difference"] == pytest.approx(float(np.median(gain)))


def test_narrow_priors_pull_the_answer_to_no_effect(here: pd.DataFrame) -> None:
    ratios = [row(here, f"prior on arm: sd {sd:g}")["hr_median"] for sd in SDS]
    distance = np.abs(np.log(ratios))
    assert distance[0] < 0.02
    assert (np.diff(distance) > -0.02).all()
    assert distance[-1] > 0.2
    wide = row(here, "prior on arm: sd 10")
    assert wide["method"].startswith("Laplace")
    assert wide["khat"] < 0.7
    # a normal prior of sd s on a nearly normal likelihood: the mean shrinks by the known factor
    narrow = row(here, "prior on arm: sd 0.1")
    factor = 1.0 / (1.0 + (wide["sd"] / 0.1) ** 2)
    assert narrow["mean"] == pytest.approx(wide["mean"] * factor, abs=0.02)


def test_shifts_are_in_posterior_standard_deviations_of_the_primary(here: pd.DataFrame) -> None:
    primary, other = row(here, "as stated"), row(here, "baseline: weibull")
    expected = (other["mean"] - primary["mean"]) / primary["sd"]
    assert other["difference_sd"] == pytest.approx(expected)


def test_changes_reach_the_fits(here: pd.DataFrame) -> None:
    assert row(here, "baseline: weibull")["baseline"] == "Weibull"
    assert row(here, "covariates: dose")["formula"] == "arm + dose_gy"
    cohort = ph.simulated_example()
    chosen = cohort.covariates["centre"].isin(["south", "west"]).to_numpy()
    some = row(here, "patients: southern")
    assert some["patients"] == chosen.sum()
    assert some["events"] == cohort.event[chosen].sum()


def test_a_variant_without_answer_says_why_and_loses_no_other(here: pd.DataFrame) -> None:
    nobody = row(here, "patients: nobody")
    assert "none is left in one of the arms" in nobody["problem"]
    assert np.isnan(nobody["hr_median"])
    assert (here["problem"] == "").sum() == 11
    (failure,) = Sensitivity(here, compare_variants(here)).failures
    assert failure.startswith("exponential, patients: nobody: ")


def test_axes_are_compared_by_their_ranges(here: pd.DataFrame) -> None:
    table = compare_variants(here).set_index("axis")
    assert table.loc["prior on arm", "variants"] == 7
    assert table.loc["patients", "variants"] == 1
    own = here[here["axis"].isin(["prior on arm", "as stated"])]
    assert table.loc["prior on arm", "hr_lowest"] == own["hr_median"].min()
    assert table.loc["prior on arm", "highest"] == "prior on arm: sd 0.01"


def test_fits_that_are_there_are_not_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    analysis = small_analysis()
    cohort = ph.simulated_example()
    fit = ph.fit(analysis.primary, cohort, analysis.sampling)
    seen: list[tuple[int, int]] = []
    listed = variants(analysis)[:2]
    table = fit_variants(
        listed,
        cohort,
        replace(analysis.sampling, method="laplace"),
        progress=lambda done, total: seen.append((done, total)),
        fits={0: fit},
    )
    assert seen == [(1, 1)]
    assert table.loc[0, "mean"] == pytest.approx(
        float(fit.draws["posterior"]["log_hazard_ratio"].mean())
    )


def test_a_process_pool_gives_the_same_numbers() -> None:
    sampling = Sampling(seed=3, chains=2, draws=400, method="laplace")
    some, cohort = variants(small_analysis())[1:3], ph.simulated_example()
    here = fit_variants(some, cohort, sampling)
    pooled = fit_variants(some, cohort, sampling, scheduler=ProcessPool(2))
    assert here["mean"].notna().all()
    pd.testing.assert_frame_equal(pooled, here, check_exact=True)


@pytest.mark.slow
def test_pool_and_cluster_give_the_same_grid_though_a_worker_is_killed(
    here: pd.DataFrame,
) -> None:
    distributed = pytest.importorskip("distributed")
    analysis = small_analysis()
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address=":0",
    ) as cluster:
        scheduler = DaskCluster(cluster.scheduler_address)
        cohort = ph.simulated_example()
        plain = answer_sensitivity(analysis, cohort, scheduler).table
        killed: list[int] = []

        def kill_once(done: int, total: int) -> None:
            if not killed:
                with distributed.Client(cluster.scheduler_address, set_as_default=False) as client:
                    killed.extend(client.run(os.getpid).values())
                os.kill(killed[0], signal.SIGKILL)

        after = answer_sensitivity(analysis, cohort, scheduler, kill_once).table
    pooled = answer_sensitivity(analysis, cohort, ProcessPool(2)).table
    assert killed
    pd.testing.assert_frame_equal(pooled, here, check_exact=True)
    pd.testing.assert_frame_equal(plain, here, check_exact=True)
    pd.testing.assert_frame_equal(after, here, check_exact=True)


def lacking_doses() -> ph.Cohort:
    """The simulated example, the dose of every fourth patient unknown."""
    cohort = ph.simulated_example()
    dose = cohort.covariates["dose_gy"].astype(float).copy()
    dose[np.arange(len(cohort)) % 4 == 0] = np.nan
    return replace(cohort, covariates=cohort.covariates.assign(dose_gy=dose), drop_missing=True)


def test_completed_patients_are_pooled_as_one_posterior() -> None:
    """What is drawn several times: all patients, between-cohort variance in the spread."""
    spec = ph.ModelSpec("m", ph.Exponential(), "arm + dose_gy",
                        priors={"arm": Prior("normal", (0.0, 1.0))})  # fmt: skip
    cohort = lacking_doses()
    imputed = Variant("imputed", (("missing values", "imputed"),), spec, (ImputedChange(),))
    sampling = Sampling(seed=3, chains=2, draws=800, method="laplace")
    fits = fits_of_completed(imputed, cohort, sampling)
    assert len(fits) == COMPLETIONS and {one.provenance.patients for one in fits} == {len(cohort)}
    asked = EstimandSpec(rmst_to=12.0, survival_at=(12.0,))
    complete = cohort.complete(["dose_gy"])
    (answer,) = summarise_variants((imputed,), complete, sampling, asked, cohort)
    own = answer.iloc[0]
    draws = [one.draws["posterior"]["log_hazard_ratio"].isel(covariate=0).to_numpy().ravel()
             for one in fits]  # fmt: skip
    assert own["mean"] == pytest.approx(np.concatenate(draws).mean(), abs=1e-9)
    within = np.mean([one.var() for one in draws])
    between = np.var([one.mean() for one in draws])
    assert own["sd"] ** 2 == pytest.approx(within + between, rel=1e-3)
    assert own["patients"] == len(cohort) and "pooled over 10 completed" in own["method"]
    gains = [ph.difference(ph.restricted_mean(one, [12.0]), *reversed(cohort.arms)).to_numpy()
             for one in fits]  # fmt: skip
    assert own["rmst_difference"] == pytest.approx(float(np.median(np.concatenate(gains))))


def test_a_worse_course_after_censoring_takes_from_the_better_arm() -> None:
    spec = ph.ModelSpec("m", ph.Exponential(), "arm",
                        priors={"arm": Prior("normal", (0.0, 1.0))})  # fmt: skip
    cohort = ph.simulated_example()
    listed = [Variant("as stated", (), spec, primary=True)] + [
        Variant(f"x {delta:g}", (("the censored", str(delta)),), spec, (InformativeChange(delta),))
        for delta in (1.0, 6.0)
    ]
    sampling = Sampling(seed=3, chains=2, draws=800, method="laplace")
    table = fit_variants(listed, cohort, sampling).set_index("variant")
    assert abs(table.loc["x 1", "difference_sd"]) < 0.4  # ten draws of the censored times
    assert table.loc["x 6", "hr_median"] > table.loc["x 1", "hr_median"]
    assert (
        table.loc["x 6", "events"] > table.loc["x 1", "events"] > table.loc["as stated", "events"]
    )
    changing = replace(spec, changing=(ph.ChangingEffect("arm", intervals=2),))
    lost = fits_problem(replace(listed[1], spec=changing), cohort, sampling)
    assert "an effect changes with time" in lost


def fits_problem(variant: Variant, cohort: ph.Cohort, sampling: Sampling) -> str:
    """Why a variant has no answer."""
    (answer,) = summarise_variants((variant,), cohort, sampling)
    return str(answer)


@pytest.mark.parametrize("form", ["proportional_hazards", "accelerated_failure_time"])
def test_variants_of_the_prior_share_proposals_and_answer_as_their_own_fits(form: str) -> None:
    cohort = ph.simulated_example()
    spec = ph.ModelSpec("m", ph.Weibull(), "arm + dose_gy", form=form)
    listed = [
        Variant(f"sd {sd:g}", (), replace(spec, priors={"arm": Prior("normal", (0.0, sd))}))
        for sd in SDS[1:]
    ]
    sampling = Sampling(seed=3, chains=2, draws=2000, method="laplace")
    asked = EstimandSpec(rmst_to=12.0, survival_at=(6.0,))
    shared = summarise_variants(listed, cohort, sampling, asked)
    for variant, answer in zip(listed, shared, strict=True):
        (alone,) = summarise_variants((variant,), cohort, sampling, asked)
        assert isinstance(answer, pd.DataFrame) and isinstance(alone, pd.DataFrame)
        ours, own = answer.iloc[0], alone.iloc[0]
        assert f"that {len(listed)} priors share" in ours["method"]
        assert "share" not in own["method"]
        for name in ("term", "prior", "baseline", "formula", "patients", "events", "rmst_time"):
            assert ours[name] == own[name]
        error = np.hypot(ours["mcse_mean"], own["mcse_mean"])
        assert ours["mean"] == pytest.approx(own["mean"], abs=4 * error)
        assert ours["sd"] == pytest.approx(own["sd"], rel=0.06)
        assert ours["mcse_mean"] < 1.5 * own["sd"] / np.sqrt(4000)
        for name in ("hr_median", "hr_lower", "hr_upper"):
            assert np.log(ours[name]) == pytest.approx(np.log(own[name]), abs=0.15 * own["sd"])
        for kind in ("rmst", "survival"):
            width = (own[f"{kind}_upper"] - own[f"{kind}_lower"]) / 3.92
            for name in ("difference", "lower", "upper"):
                found = ours[f"{kind}_{name}"]
                assert found == pytest.approx(own[f"{kind}_{name}"], abs=0.15 * width)
        assert ours["p_hr_below_1"] == pytest.approx(own["p_hr_below_1"], abs=0.03)
        assert ours["log_evidence"] == pytest.approx(own["log_evidence"], abs=0.05)

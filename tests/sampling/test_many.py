"""Many fits at once, collapsed rows, and cohorts too large for a number a row and draw."""

from dataclasses import replace
from typing import Literal

import numpy as np
import pytest

import posthaz as ph
from posthaz.checks import convergence, leave_one_out
from posthaz.cohort import collapse
from posthaz.errors import CohortError, SpecError
from posthaz.inference import fit_many, groups
from tests.sampling.conftest import MODELS, SETTINGS

LAPLACE = ph.Sampling(**SETTINGS, method="laplace")


def cohort_of_months(size: int = 400, seed: int = 3) -> ph.Cohort:
    """Simulated patients with whole months, so that many are alike."""
    cohort = ph.simulated_example(size=size, seed=seed)
    months = np.ceil(cohort.lower / 6.0) * 6.0
    upper = np.where(np.isfinite(cohort.upper), months, np.inf)
    return replace(cohort, lower=months, upper=upper)


def repeated_rows(cohort: ph.Cohort) -> ph.Cohort:
    """The same patients with a case weight that stops rows from being equal: none collapse."""
    return replace(cohort, cluster=np.arange(len(cohort)))


@pytest.mark.parametrize("method", ["laplace", "nuts"])
def test_many_fits_are_the_single_fits(method: str) -> None:
    cohorts = [ph.simulated_example(size=size, seed=size) for size in (60, 70, 90)]
    sampling = replace(LAPLACE, method=method)
    many = fit_many([(MODELS["weibull"], c) for c in cohorts], sampling, seeds=[1, 2, 3])
    for seed, cohort, one in zip((1, 2, 3), cohorts, many, strict=True):
        alone = ph.fit(MODELS["weibull"], cohort, sampling, seed=seed)
        # sums over draws differ in their last bits between one fit and several
        bare = {"khat": None, "log_evidence": None}
        assert replace(one.provenance, **bare) == replace(alone.provenance, **bare)
        if method == "laplace":
            for name in bare:
                theirs = pytest.approx(getattr(alone.provenance, name), rel=1e-9)
                assert getattr(one.provenance, name) == theirs
        for name, variable in alone.draws["posterior"].data_vars.items():
            np.testing.assert_allclose(one.draws["posterior"][name], variable, rtol=1e-6, atol=1e-8)
        np.testing.assert_allclose(
            ph.survival(one, [6.0, 12.0]), ph.survival(alone, [6.0, 12.0]), rtol=1e-6
        )
        assert convergence(one).rhat < 1.05
        assert "log_likelihood" not in one.draws.children


def test_shapes_may_be_mixed_and_keep_their_order() -> None:
    cohort = ph.simulated_example()
    names = ["weibull", "gompertz", "weibull", "exponential"]
    done = []
    fits = fit_many(
        [(MODELS[name], cohort) for name in names],
        LAPLACE,
        progress=lambda now, total: done.append((now, total)),
    )
    assert [fit.spec.name for fit in fits] == names
    assert done == [(4, 4)]


def test_summaries_are_those_of_the_fits() -> None:
    cohort = ph.simulated_example()
    given = [replace(MODELS["weibull"], priors={"arm": ph.Prior("normal", (0.0, sd))}) for sd in
             (0.1, 0.5)]  # fmt: skip
    tasks = [*((spec, cohort) for spec in given), (MODELS["gompertz"], cohort)]
    table = fit_many(tasks, LAPLACE, keep="summaries")
    for task, fit in enumerate(fit_many(tasks, LAPLACE)):
        own = table[table["task"] == task].set_index("parameter")
        draws = fit.draws["posterior"].to_dataset()
        assert len(own) == sum(array[0, 0].size for array in draws.data_vars.values())
        for covariate in draws["covariate"].to_numpy():
            values = draws["log_hazard_ratio"].sel(covariate=covariate).to_numpy()
            row = own.loc[f"log_hazard_ratio[{covariate}]"]
            found = (row["mean"], row["sd"], row["lower"])
            expected = (values.mean(), values.std(ddof=1), np.quantile(values, 0.025))
            np.testing.assert_allclose(found, expected, rtol=1e-9)
        assert set(own["method"]) == {fit.provenance.method}
        assert own["khat"].iloc[0] == pytest.approx(fit.provenance.khat)
    narrow, wide = (table.query(f"task == {k}").set_index("parameter") for k in (0, 1))
    arm = next(name for name in narrow.index if name.startswith("log_hazard_ratio[arm"))
    assert float(narrow["sd"][arm]) < float(wide["sd"][arm])
    assert fit_many([], LAPLACE, keep="summaries").empty


def test_priors_share_proposals_and_agree_with_the_single_fits() -> None:
    cohort = ph.simulated_example()
    priors = [ph.Prior("normal", (mean, sd)) for mean in (-0.2, 0.0, 0.2) for sd in (0.2, 0.5)]
    far = ph.Prior("normal", (-6.0, 0.05))
    given = [replace(MODELS["weibull"], priors={"arm": prior}) for prior in (*priors, far)]
    tasks = [(spec, cohort) for spec in given]
    more = replace(LAPLACE, draws=2000)
    table = fit_many(tasks, more, keep="summaries")
    shares = table.groupby("task")["method"].first().str.contains("priors share")
    assert shares[:6].all()
    assert not shares[6]  # the others' proposals say nothing of it
    own = table[table["parameter"].str.startswith("log_hazard_ratio[arm")].set_index("task")
    for task, fit in enumerate(fit_many(tasks, more)):
        values = fit.draws["posterior"]["log_hazard_ratio"].sel(covariate="arm[B]").to_numpy()
        sd, row = values.std(), own.loc[task]
        found = [row["mean"], row["median"], row["lower"], row["upper"]]
        expected = [values.mean(), *np.quantile(values, (0.5, 0.025, 0.975))]
        np.testing.assert_allclose(found, expected, atol=0.15 * sd)
        assert abs(row["mean"] - values.mean()) < 0.06 * sd
        assert row["sd"] == pytest.approx(sd, rel=0.06)
        assert row["log_evidence"] == pytest.approx(fit.provenance.log_evidence, abs=0.06)


def test_only_equal_likelihoods_share_proposals() -> None:
    spec = MODELS["weibull"]
    unlike = [(spec, ph.simulated_example(size=60, seed=seed)) for seed in range(6)]
    table = fit_many(unlike, LAPLACE, keep="summaries")
    assert not table["method"].str.contains("priors share").any()
    seeds = fit_many([unlike[0]] * 6, LAPLACE, [1, 2, 3, 4, 5, 6], keep="summaries")
    assert not seeds["method"].str.contains("priors share").any()


@pytest.mark.parametrize("keep", ["draws", "summaries"])
def test_whoever_listens_to_the_logger_hears_of_every_fit(
    keep: Literal["draws", "summaries"], caplog: pytest.LogCaptureFixture
) -> None:
    cohort = ph.simulated_example()
    spec = ph.ModelSpec("listened", ph.Exponential(), "arm")
    few = ph.Sampling(method="laplace", draws=200)
    with caplog.at_level("INFO", logger="posthaz"):
        ph.fit_many([(spec, cohort)] * 2, few, seeds=[1, 2], keep=keep)
    said = [one.getMessage() for one in caplog.records if one.name.startswith("posthaz.")]
    assert len(said) == 2
    assert said[1].startswith(f"model 'listened', {len(cohort)} rows, seed 2: Laplace with")


def test_bad_tasks_say_what_is_wrong() -> None:
    cohort = ph.simulated_example()
    with pytest.raises(SpecError, match="keep"):
        fit_many([(MODELS["weibull"], cohort)], LAPLACE, keep="everything")  # pyright: ignore
    with pytest.raises(SpecError, match="1 tasks and 2 seeds"):
        fit_many([(MODELS["weibull"], cohort)], LAPLACE, seeds=[1, 2])
    with pytest.raises(SpecError, match="one model at a time"):
        fit_many([(MODELS["weibull"], cohort)], replace(LAPLACE, method="pymc"))
    nobody = cohort.where(~cohort.event)
    with pytest.raises(CohortError, match="no events"):
        fit_many([(MODELS["weibull"], cohort), (MODELS["weibull"], nobody)], LAPLACE)


def test_collapsed_rows_give_the_same_posterior_and_a_number_a_patient() -> None:
    cohort = cohort_of_months()
    assert collapse(cohort, ["arm"]).factor > 5
    collapsed = ph.fit(MODELS["gompertz"], cohort, LAPLACE)
    plain = ph.fit(MODELS["gompertz"], repeated_rows(cohort), LAPLACE)
    assert collapsed.provenance.collapse_factor > 5
    assert plain.provenance.collapse_factor == 1.0
    for name, variable in plain.draws["posterior"].data_vars.items():
        np.testing.assert_allclose(collapsed.draws["posterior"][name], variable, rtol=1e-6)
    pointwise = collapsed.draws["log_likelihood"]["time"]
    assert pointwise.sizes["subject"] == len(cohort)
    np.testing.assert_allclose(pointwise, plain.draws["log_likelihood"]["time"], rtol=1e-6)
    assert leave_one_out(collapsed).elpd == pytest.approx(leave_one_out(plain).elpd, rel=1e-6)


def test_of_rows_that_stand_for_several_patients_one_patient_is_left_out() -> None:
    alone = cohort_of_months()
    grouped = collapse(alone, ["arm"]).cohort
    several, single = (ph.fit(MODELS["gompertz"], one, LAPLACE) for one in (grouped, alone))
    ours, theirs = leave_one_out(several), leave_one_out(single)
    assert ours.n_data_points == len(alone)
    for of in ("elpd", "se", "p"):
        assert getattr(ours, of) == pytest.approx(getattr(theirs, of), rel=1e-4)


def test_a_large_cohort_keeps_one_patient_a_distinct_row(monkeypatch: pytest.MonkeyPatch) -> None:
    cohort = cohort_of_months()
    small = ph.fit(MODELS["gompertz"], cohort, LAPLACE)
    monkeypatch.setattr(groups, "_MOST_POINTWISE", 20_000)
    large = ph.fit(MODELS["gompertz"], cohort, LAPLACE)
    subjects = large.draws["constant_data"]["subjects"]
    assert subjects.sum() == len(cohort)
    assert large.draws["log_likelihood"].sizes["subject"] == subjects.sizes["subject"] < len(cohort)
    assert large.draws["log_likelihood"].sizes["draw"] < small.draws["posterior"].sizes["draw"]
    ours, whole = leave_one_out(large), leave_one_out(small)
    assert ours.n_data_points == len(cohort)
    assert ours.elpd == pytest.approx(whole.elpd, abs=0.5)
    np.testing.assert_allclose(ph.survival(large, [12.0]), ph.survival(small, [12.0]), rtol=1e-9)

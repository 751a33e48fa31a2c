from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from posthaz.baselines import covariate_columns, cox_model, schoenfeld_test, univariable_cox
from posthaz.baselines.concordance import concordance
from posthaz.baselines.partial_likelihood import score_residuals
from posthaz.cohort import Cohort, read_cohort
from tests.unit.baselines.small_cohorts import random_cohort, small_cohort, written_out


def columns_of(cohort: Cohort) -> pd.DataFrame:
    return cohort.covariates[["age", "stage"]].astype(float)


def test_one_event_by_hand() -> None:
    fit = cox_model(small_cohort([1, 2], [1, 0]), pd.DataFrame({"x": [1.0, 0.0]}))
    assert not fit.converged
    assert fit.events == 1
    assert fit.loglik_null == pytest.approx(-np.log(2))
    assert fit.loglik == pytest.approx(0, abs=1e-5)


def test_the_estimate_solves_the_score_equation() -> None:
    # two events: x = 1 fails first of three, then x = 0 of two; z = exp(beta)
    cohort = small_cohort([1, 2, 3], [1, 1, 0])
    fit = cox_model(cohort, pd.DataFrame({"x": [1.0, 0.0, 1.0]}))
    hr = fit.table["hr"].iloc[0]
    assert 1 / (2 * hr + 1) == pytest.approx(hr / (1 + hr))
    assert fit.converged


def test_an_arm_without_events_is_flagged_and_the_rest_kept() -> None:
    cohort = random_cohort(7)
    cause = np.where(cohort.arm == "b", 0, cohort.cause)
    cohort = replace(cohort, cause=cause, upper=np.where(cause > 0, cohort.exit, np.inf))
    columns = covariate_columns(cohort.covariates["arm"]).assign(age=cohort.covariates["age"])
    fit = cox_model(cohort, columns)
    table = fit.table.set_index("term")
    assert not fit.converged
    assert any("arm[b]" in note and "no finite estimate" in note for note in fit.notes)
    assert table.loc["arm[b]", ["z", "p", "hr_lower", "hr_upper"]].isna().all()
    assert table.loc["arm[b]", ["log_hr", "hr"]].tolist() == [-np.inf, 0.0]
    assert table.loc["arm[b]", ["se", "robust_se"]].isna().all()
    assert np.isfinite(table.loc["age", ["z", "p", "hr_lower", "hr_upper"]].astype(float)).all()
    alone = cox_model(cohort.where(cohort.arm == "a"), columns.loc[cohort.arm == "a", ["age"]])
    assert table.loc["age", "log_hr"] == pytest.approx(alone.table["log_hr"].iloc[0], rel=1e-3)
    assert schoenfeld_test(cohort, columns)["chisq"].isna().all()


def test_no_event_among_the_rows_used() -> None:
    fit = cox_model(small_cohort([1, 2, 3], [1, 0, 0]), pd.DataFrame({"x": [np.nan, 1.0, 2.0]}))
    assert not fit.converged
    assert fit.notes == ("no event among the rows used",)
    assert fit.table[["log_hr", "p"]].isna().all(axis=None)
    assert fit.rows == 2


def test_constant_and_determined_columns_are_left_out() -> None:
    cohort = random_cohort(8)
    columns = columns_of(cohort)
    more = columns.assign(one=1.0, sum=columns["age"] * 0.1 + columns["stage"])
    fit, plain = cox_model(cohort, more), cox_model(cohort, columns)
    np.testing.assert_allclose(fit.table["log_hr"][:2], plain.table["log_hr"])
    assert fit.table["log_hr"][2:].isna().all()
    assert fit.tests["df"].tolist() == [2, 2, 2]
    assert any("one, sum" in note for note in fit.notes)
    assert fit.converged
    test = schoenfeld_test(cohort, more)
    assert test["term"].tolist() == ["age", "stage", "one", "sum", "GLOBAL"]
    np.testing.assert_allclose(test["chisq"].dropna(), schoenfeld_test(cohort, columns)["chisq"])


def test_no_column_varies() -> None:
    fit = cox_model(random_cohort(8), pd.DataFrame({"one": np.ones(60)}))
    assert not fit.converged
    assert "no column varies among the rows used" in fit.notes


def test_incomplete_rows_are_left_out() -> None:
    cohort = random_cohort(9)
    columns = columns_of(cohort)
    holes = columns.copy()
    holes.loc[:9, "age"] = np.nan
    fit = cox_model(cohort, holes)
    rest = cox_model(cohort.where(np.arange(60) > 9), columns.iloc[10:])
    pd.testing.assert_frame_equal(fit.table, rest.table)


@pytest.mark.parametrize("late", [False, True])
def test_whole_weights_are_so_many_rows(late: bool) -> None:
    cohort = random_cohort(10, late=late)
    cohort = replace(cohort, weight=np.random.default_rng(0).integers(1, 4, 60) * 1.0)
    out = written_out(cohort)
    ours = cox_model(cohort, columns_of(cohort), robust=False)
    theirs = cox_model(out, columns_of(out), robust=False)
    pd.testing.assert_frame_equal(ours.table, theirs.table)
    assert (ours.concordance, ours.n) == pytest.approx((theirs.concordance, theirs.n))


def test_fractional_weights_take_breslow_and_the_sandwich() -> None:
    cohort = random_cohort(11)
    whole = replace(cohort, weight=np.random.default_rng(2).integers(1, 4, 60) * 1.0)
    half = replace(whole, weight=whole.weight / 2)
    fit = cox_model(half, columns_of(half))
    assert (fit.robust, fit.ties) == (True, "breslow")
    assert any("Breslow" in note for note in fit.notes)
    # the same as written-out rows that are clustered by the row they came from
    out = written_out(whole)
    cluster = np.repeat(np.arange(60), whole.weight.astype(int))
    same = cox_model(replace(out, cluster=cluster), columns_of(out), ties="breslow")
    np.testing.assert_allclose(fit.table["log_hr"], same.table["log_hr"])
    np.testing.assert_allclose(fit.table["robust_se"], same.table["robust_se"])
    assert fit.concordance == pytest.approx(same.concordance)
    assert fit.concordance_se == pytest.approx(same.concordance_se)


def test_several_rows_a_subject_are_robust_unless_said() -> None:
    cohort = random_cohort(12)
    pairs = replace(cohort, subject=np.arange(60) // 2)
    assert cox_model(pairs, columns_of(cohort)).robust
    assert not cox_model(pairs, columns_of(cohort), robust=False).robust
    assert not cox_model(cohort, columns_of(cohort)).robust
    fit = cox_model(pairs, columns_of(cohort))
    assert (fit.n, fit.rows) == (30, 60)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize("late", [False, True])
def test_score_residuals_sum_to_the_gradient(ties: str, late: bool) -> None:
    cohort = random_cohort(13, late=late)
    x = columns_of(cohort).to_numpy()
    beta = np.array([0.02, -0.3])

    def loglik(coefficients: np.ndarray) -> float:
        risk = np.exp(x @ coefficients)
        total = 0.0
        for time in np.unique(cohort.exit[cohort.event]):
            at_risk = (cohort.entry < time) & (cohort.exit >= time)
            dying = cohort.event & (cohort.exit == time)
            for k in range(dying.sum()):
                share = k / dying.sum() if ties == "efron" else 0
                total -= np.log(risk[at_risk].sum() - share * risk[dying].sum())
            total += (x @ coefficients)[dying].sum()
        return total

    gradient = [(loglik(beta + step) - loglik(beta - step)) / 2e-5 for step in np.eye(2) * 1e-5]
    residuals = score_residuals(cohort, x, beta, ties, None)
    np.testing.assert_allclose(residuals.sum(axis=0), gradient, rtol=1e-4, atol=1e-4)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), late=st.booleans(), strata=st.booleans())
def test_concordance_counts_every_pair(seed: int, late: bool, strata: bool) -> None:
    rng = np.random.default_rng(seed)
    cohort = replace(random_cohort(seed, 25, late=late), weight=rng.uniform(0.5, 2, 25))
    score = rng.integers(0, 5, 25) / 3
    labels = rng.integers(0, 2, 25) if strata else np.zeros(25)
    agreeing, pairs = np.zeros((25, 25)), np.zeros((25, 25))
    for i in np.flatnonzero(cohort.event):
        for j in range(25):
            later = cohort.exit[j] > cohort.exit[i] or (
                cohort.exit[j] == cohort.exit[i] and not cohort.event[j]
            )
            if later and cohort.entry[j] < cohort.exit[i] and labels[i] == labels[j]:
                pairs[i, j] = 1
                agreeing[i, j] = (score[i] > score[j]) + (score[i] == score[j]) / 2
    weight = cohort.weight
    total = weight @ pairs @ weight
    value, error = concordance(cohort, score, labels)
    if total == 0:
        assert np.isnan(value)
        return
    expected = weight @ agreeing @ weight / total
    assert value == pytest.approx(expected)
    both = (agreeing + agreeing.T) - expected * (pairs + pairs.T)
    influence = weight * (both @ weight) / total
    assert error == pytest.approx(np.sqrt((influence**2).sum()))


def test_univariable_models_use_the_rows_complete_in_each() -> None:
    cohort = random_cohort(14)
    frame = cohort.covariates.copy()
    frame["stage"] = pd.Categorical(
        ["I", None, "III"] * 20, categories=["I", "II", "III"], ordered=True
    )
    fits = univariable_cox(replace(cohort, covariates=frame), ["age", "stage"])
    assert fits["age"].rows == 60
    assert fits["stage"].rows == 40
    assert fits["stage"].table["term"].tolist() == ["stage[III]"]


def test_text_and_boolean_covariates_become_columns() -> None:
    text = covariate_columns(pd.Series(["x", "y", None], name="g"))
    assert text.columns.tolist() == ["g[y]"]
    assert text["g[y]"].tolist()[:2] == [0, 1]
    assert np.isnan(text["g[y]"].iloc[2])
    assert covariate_columns(pd.Series([True, False], name="b"))["b"].tolist() == [1, 0]


def test_a_near_copy_is_left_out_and_said():
    rng = np.random.default_rng(3)
    age = rng.uniform(40, 80, 60)
    time = rng.exponential(10, 60)
    table = pd.DataFrame({"time": time, "event": 1, "age": age})
    cohort = read_cohort(table, time="time", event="event", unit="months")
    columns = pd.DataFrame({"age": age, "copy": age + rng.normal(0, 1e-6, 60)})
    fit = cox_model(cohort, columns)
    row = fit.table.set_index("term").loc["copy"]
    assert np.isnan(row["log_hr"]) and "determined" in row["note"]
    assert any("copy" in note for note in fit.notes)
    assert abs(fit.table["log_hr"].iloc[0]) < 1

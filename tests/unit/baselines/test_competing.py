"""Cumulative incidence, Gray's test and Fine-Gray on small cohorts and degenerate ones."""

import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from posthaz.baselines import (
    cox_model,
    cumulative_incidence,
    gray_test,
    kaplan_meier,
    naive_incidence,
    subdistribution_model,
)
from posthaz.errors import CohortError
from tests.unit.baselines.small_cohorts import random_cohort, small_cohort


def two_causes(seed=3, rows=80):
    rng = np.random.default_rng(seed)
    cohort = random_cohort(seed, rows)
    cause = np.where(cohort.cause > 0, rng.integers(1, 3, rows), 0)
    return replace(cohort, cause=cause)


def test_incidences_and_event_free_survival_add_up_to_one():
    cohort = two_causes()
    curves = cumulative_incidence(cohort)
    together = replace(cohort, cause=(cohort.cause > 0).astype(int))
    alive = kaplan_meier(together).set_index(["arm", "time"])["survival"]
    failed = curves.groupby(["arm", "time"])["incidence"].sum()
    np.testing.assert_allclose(failed + alive.loc[failed.index], 1.0, atol=1e-12)


def test_without_competition_it_is_one_minus_kaplan_meier():
    cohort = random_cohort(4)
    ours = cumulative_incidence(cohort).set_index(["arm", "time"])["incidence"]
    naive = naive_incidence(cohort, 1).set_index(["arm", "time"])["incidence"]
    np.testing.assert_allclose(ours, naive.loc[ours.index], atol=1e-12)


def test_one_minus_kaplan_meier_is_never_below():
    cohort = two_causes(5)
    for cause in (1, 2):
        ours = cumulative_incidence(cohort, causes=[cause]).set_index(["arm", "time"])
        naive = naive_incidence(cohort, cause).set_index(["arm", "time"])["incidence"]
        assert (naive.loc[ours.index] >= ours["incidence"] - 1e-12).all()


def test_beyond_the_last_follow_up_nothing_is_known_while_somebody_is_left():
    left = small_cohort([1, 2, 3], [1, 2, 0])
    assert np.isnan(cumulative_incidence(left, [4.0])["incidence"]).all()
    emptied = small_cohort([1, 2, 3], [1, 2, 1])
    known = cumulative_incidence(emptied, [4.0]).set_index("cause")
    assert known.loc[1, "incidence"] == pytest.approx(2 / 3)


def test_a_cause_without_events_has_incidence_zero_and_no_test():
    cohort = two_causes()
    curve = cumulative_incidence(cohort, [10.0], causes=[3])
    assert (curve["incidence"] == 0).all()
    test = gray_test(cohort, 3)
    assert test["p"].isna().all()
    assert test["note"].str.contains("no event of cause 3").all()


def test_limits_hold_the_estimate_and_transforms_differ():
    curves = {
        transform: cumulative_incidence(two_causes(3, 300), [8.0], transform=transform)
        for transform in ("log-log", "log", "plain")
    }
    for curve in curves.values():
        assert (curve["lower"] < curve["incidence"]).all()
        assert (curve["incidence"] < curve["upper"]).all()
    assert curves["log-log"]["lower"][0] != pytest.approx(curves["plain"]["lower"][0], abs=1e-4)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"entry": np.full(80, 0.5)}, "rows enter late"),
        ({"weight": np.full(80, 2.0)}, "rows have weights"),
        ({"subject": np.zeros(80, dtype=int)}, "several rows"),
    ],
)
def test_follow_up_that_cannot_be_used_is_refused(change, message):
    with pytest.raises(CohortError, match=message):
        cumulative_incidence(replace(two_causes(), **change))


def test_a_single_arm_has_no_gray_test():
    cohort = replace(two_causes(), treatment="")
    assert gray_test(cohort).empty


def test_fine_gray_without_competition_is_coxs_estimate():
    cohort = random_cohort(11, rows=300)
    ours = subdistribution_model(cohort, cohort.covariates[["age", "stage"]])
    cox = cox_model(cohort, cohort.covariates[["age", "stage"]], ties="breslow").table
    np.testing.assert_allclose(ours["log_hr"], cox["log_hr"], atol=1e-6)


def test_fine_gray_says_what_it_cannot_estimate():
    cohort = two_causes()
    columns = cohort.covariates[["age"]].assign(flat=1.0)
    table = subdistribution_model(cohort, columns).set_index("term")
    assert np.isfinite(table.loc["age", "hr"])
    assert "left out" in table.loc["flat", "note"]
    none = subdistribution_model(cohort, columns[["age"]], cause=4)
    assert none["note"].tolist() == ["no event of cause 4"]
    split = replace(cohort, cause=np.where(columns["age"] > 60, cohort.cause, 0))
    marker = (columns[["age"]] > 60).astype(float)
    assert "no finite estimate" in subdistribution_model(split, marker)["note"][0]


def test_gray_expects_as_many_as_were_seen_where_an_arm_is_empty_early():
    cohort = small_cohort([1, 2, 3, 4, 5, 6, 7, 8], [1, 1, 1, 1, 1, 1, 1, 0], list("bbbaabaa"))
    cohort = replace(cohort, cause=np.array([1, 2, 1, 1, 1, 2, 1, 0]))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        table = gray_test(cohort)
    assert table["expected"].notna().all()
    assert table["expected"].sum() == pytest.approx(table["observed"].sum())


def test_fine_gray_where_nobody_is_censored_is_cox_with_the_others_kept_at_risk():
    cohort = two_causes(seed=5, rows=60)
    cause = np.where(cohort.cause == 0, 2, cohort.cause)
    cohort = replace(cohort, cause=cause, upper=cohort.exit, lower=cohort.exit)
    columns = pd.DataFrame({"x": np.random.default_rng(1).normal(size=60)})
    found = subdistribution_model(cohort, columns)
    late = np.where(cause == 2, cohort.exit.max() + 1.0, cohort.exit)
    kept = replace(
        cohort,
        cause=(cause == 1).astype(int),
        lower=late,
        upper=np.where(cause == 1, late, np.inf),
    )
    theirs = cox_model(kept, columns, ties="breslow", robust=True).table
    np.testing.assert_allclose(found["log_hr"], theirs["log_hr"], rtol=1e-6)
    np.testing.assert_allclose(found["se"], theirs["robust_se"], rtol=1e-6)
    assert found["n"].tolist() == [60]

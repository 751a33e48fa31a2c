from dataclasses import replace

import numpy as np
import pytest

from posthaz.baselines import logrank, rmst
from tests.unit.baselines.small_cohorts import random_cohort, small_cohort, written_out


def test_logrank_by_hand() -> None:
    test = logrank(small_cohort([1, 2, 3], [1, 1, 0], ["a", "b", "b"]))
    # at 1: 3 at risk, 1 in a; at 2: 2 at risk, both in b
    assert test["expected"].tolist() == pytest.approx([1 / 3, 5 / 3])
    assert test["chisq"].iloc[0] == pytest.approx((2 / 3) ** 2 / (2 / 9))


def test_logrank_of_whole_weights() -> None:
    cohort = replace(random_cohort(1), weight=np.random.default_rng(1).integers(1, 4, 60) * 1.0)
    a, b = logrank(cohort, 0.5, 0.5), logrank(written_out(cohort), 0.5, 0.5)
    np.testing.assert_allclose(a[["chisq", "p", "n"]], b[["chisq", "p", "n"]])
    assert a["test"].iloc[0] == "fleming_harrington(0.5, 0.5)"


def test_logrank_where_it_is_undefined() -> None:
    assert logrank(small_cohort([1, 2], [1, 1])).empty
    nothing = logrank(small_cohort([1, 2], [0, 0], ["a", "b"]))
    assert np.isnan(nothing["chisq"]).all()
    assert "no event" in nothing["note"].iloc[0]
    apart = logrank(small_cohort([1, 2], [1, 0], ["a", "b"], entry=[0, 1]))
    assert np.isnan(apart["p"]).all()
    assert "at risk" in apart["note"].iloc[0]


def test_logrank_with_one_event_and_an_arm_without() -> None:
    test = logrank(small_cohort([1, 2, 3], [1, 0, 0], ["a", "b", "b"]))
    assert test["observed"].tolist() == [1, 0]
    assert test["chisq"].iloc[0] == pytest.approx(2)


def test_logrank_leaves_out_rows_without_stratum() -> None:
    cohort = random_cohort(2)
    strata = np.where(np.arange(60) < 50, "x", None)
    whole = logrank(cohort.where(np.arange(60) < 50))
    part = logrank(cohort, strata=strata)
    assert part["chisq"].iloc[0] == pytest.approx(whole["chisq"].iloc[0])
    assert part["test"].iloc[0] == "stratified logrank"


def test_restricted_mean_by_hand() -> None:
    areas = rmst(small_cohort([1, 3, 2, 4], [1, 1, 0, 1], ["a", "a", "b", "b"]), 2)
    value = areas.set_index(["quantity", "arm"])["value"]
    assert value["rmst", "a"] == pytest.approx(1.5)
    assert value["rmst", "b"] == pytest.approx(2)
    assert value["difference", "b"] == pytest.approx(0.5)
    assert value["ratio", "b"] == pytest.approx(2 / 1.5)
    error = areas["std_error"].iloc[0]
    assert error == pytest.approx(np.sqrt(0.5**2 / 2))


def test_restricted_mean_after_the_end_of_follow_up_is_unknown() -> None:
    areas = rmst(small_cohort([1, 3, 2, 4], [1, 1, 0, 0], ["a", "a", "b", "b"]), 5)
    rows = areas.set_index(["quantity", "arm"])
    assert rows.loc[("rmst", "a"), "value"] == pytest.approx(2)
    assert np.isnan(rows.loc[("rmst", "b"), "value"])
    assert "last follow-up" in rows.loc[("difference", "b"), "note"]


def test_restricted_mean_of_a_single_arm_and_of_no_events() -> None:
    areas = rmst(small_cohort([1, 3], [0, 0]), 2)
    assert areas["quantity"].tolist() == ["rmst"]
    assert areas[["value", "std_error"]].iloc[0].tolist() == [2, 0]

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from posthaz.baselines import (
    follow_up,
    kaplan_meier,
    median_survival,
    nelson_aalen,
    numbers_at_risk,
    survival_at,
    survival_curves,
)
from posthaz.baselines.survival_summary import crossing_time
from posthaz.errors import CohortError
from tests.unit.baselines.small_cohorts import random_cohort, small_cohort, written_out


def test_the_estimate_by_hand() -> None:
    curve = kaplan_meier(small_cohort([1, 2, 2, 3], [1, 1, 0, 1]))
    assert list(curve["time"]) == [0, 1, 2, 3]
    assert list(curve["at_risk"]) == [4, 4, 3, 1]
    assert list(curve["events"]) == [0, 1, 1, 1]
    assert list(curve["censored"]) == [0, 0, 1, 0]
    assert curve["survival"].tolist() == pytest.approx([1, 3 / 4, 1 / 2, 0])
    variance = (3 / 4) ** 2 * (1 / (4 * 3))
    assert curve["std_error"].iloc[1] == pytest.approx(np.sqrt(variance))


def test_late_entry_shrinks_the_risk_set() -> None:
    cohort = small_cohort([2, 3, 4], [1, 1, 1], entry=[0, 0, 2.5])
    curve = kaplan_meier(cohort)
    assert list(curve["at_risk"]) == [2, 2, 2, 1]
    assert curve["survival"].tolist() == pytest.approx([1, 1 / 2, 1 / 4, 0])


def test_an_arm_without_events_stays_at_one() -> None:
    cohort = small_cohort([1, 2, 3, 4], [0, 0, 1, 1], ["a", "a", "b", "b"])
    curve = kaplan_meier(cohort)
    flat = curve[curve["arm"] == "a"]
    assert (flat[["survival", "lower", "upper"]] == 1).all(axis=None)
    median = median_survival(cohort).set_index("arm")
    assert median.loc["a", ["time", "lower", "upper"]].isna().all()
    assert median.loc["a", "events"] == 0
    assert median.loc["b", "time"] == 3.5


def test_other_causes_are_censored_and_a_single_arm_is_all() -> None:
    curve = kaplan_meier(small_cohort([1, 2, 3], [2, 1, 0]))
    assert set(curve["arm"]) == {"all"}
    assert curve["survival"].tolist() == pytest.approx([1, 1, 1 / 2, 1 / 2])


def test_one_event() -> None:
    curve = kaplan_meier(small_cohort([5], [1]))
    assert curve["survival"].tolist() == [1, 0]
    assert np.isnan(curve["upper"].iloc[-1])


@pytest.mark.parametrize("late", [False, True])
def test_splitting_follow_up_changes_nothing(late: bool) -> None:
    whole = random_cohort(3, late=late)
    middle = (whole.entry + whole.exit) / 2
    early = replace(whole, lower=middle, upper=np.full(len(whole), np.inf), cause=whole.cause * 0)
    after = replace(whole, entry=middle)
    both = {
        name: np.concatenate([getattr(early, name), getattr(after, name)])
        for name in ("entry", "lower", "upper", "cause", "subject", "weight", "row_number")
    }
    covariates = pd.concat([whole.covariates] * 2, ignore_index=True)
    split = replace(whole, covariates=covariates, **both)
    columns = ["survival", "std_error", "at_risk", "events", "censored"]
    ours, theirs = kaplan_meier(split), kaplan_meier(whole)
    ours = ours[(ours["events"] + ours["censored"] > 0) | (ours["time"] == 0)]
    # at time 0 those who enter late are not there yet, split or not
    pd.testing.assert_frame_equal(
        ours[["arm", "time", *columns]].reset_index(drop=True), theirs[["arm", "time", *columns]]
    )
    pd.testing.assert_frame_equal(follow_up(split), follow_up(whole))


@pytest.mark.parametrize("weight", [1.0, 0.3])
@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("origin", [0.0, 2.0])
def test_curves_by_the_hundred_are_those_with_limits(
    weight: float, late: bool, origin: float
) -> None:
    cohort = replace(random_cohort(6, late=late), origin=origin)
    cohort = replace(cohort, weight=np.where(np.arange(len(cohort)) % 3, 1.0, weight))
    table = kaplan_meier(cohort)
    for arm, times, survival in survival_curves(cohort):
        own = table[table["arm"] == arm]
        np.testing.assert_array_equal(times, own["time"])
        np.testing.assert_allclose(survival, own["survival"], rtol=1e-12, atol=1e-15)


def test_whole_weights_are_so_many_rows() -> None:
    cohort = replace(random_cohort(4), weight=np.random.default_rng(4).integers(1, 4, 60) * 1.0)
    pd.testing.assert_frame_equal(kaplan_meier(cohort), kaplan_meier(written_out(cohort)))
    pd.testing.assert_frame_equal(nelson_aalen(cohort), nelson_aalen(written_out(cohort)))
    pd.testing.assert_frame_equal(follow_up(cohort), follow_up(written_out(cohort)))


def test_fractional_weights_scale_out() -> None:
    cohort = random_cohort(5)
    halves = replace(cohort, weight=np.full(60, 0.5))
    np.testing.assert_allclose(kaplan_meier(halves)["survival"], kaplan_meier(cohort)["survival"])
    assert kaplan_meier(halves)["at_risk"].iloc[0] == kaplan_meier(cohort)["at_risk"].iloc[0] / 2


def test_numbers_at_risk_by_arm_and_time() -> None:
    cohort = small_cohort([1, 2, 3], [1, 0, 1], ["a", "a", "b"], entry=[0, 0, 1])
    table = numbers_at_risk(cohort, [0, 1, 2, 4])
    assert list(table.columns) == [0.0, 1.0, 2.0, 4.0]
    assert table.loc["a"].tolist() == [2, 2, 1, 0]
    assert table.loc["b"].tolist() == [0, 0, 1, 0]


def test_survival_after_the_last_follow_up_is_unknown() -> None:
    cohort = small_cohort([1, 2, 1, 2], [1, 0, 1, 1], ["a", "a", "b", "b"])
    at = survival_at(cohort, [0.5, 1, 9]).set_index(["arm", "time"])["survival"]
    assert at.loc["a"].tolist()[:2] == [1, 0.5]
    assert np.isnan(at.loc[("a", 9.0)])
    assert at.loc[("b", 9.0)] == 0


@pytest.mark.parametrize(
    ("curve", "fraction", "expected"),
    [
        ([1, 0.6, 0.4], 0.5, 2),
        ([1, 0.5, 0.4], 0.5, 1.5),
        ([1, 0.5, 0.5], 0.5, 1.5),
        ([1, 0.9, 0.8], 0.5, np.nan),
        ([1, 0.4, np.nan], 0.5, 1),
    ],
)
def test_crossing_time(curve: list[float], fraction: float, expected: float) -> None:
    found = crossing_time(np.array([0.0, 1.0, 2.0]), np.array(curve), fraction)
    assert found == pytest.approx(expected, nan_ok=True)


def test_follow_up_counts_events_as_the_end_of_observation() -> None:
    summary = follow_up(small_cohort([1, 2, 3, 4], [1, 0, 0, 0], ["a", "b", "a", "b"])).set_index(
        "arm"
    )
    assert list(summary.index) == ["a", "b", "overall"]
    assert summary.loc["overall", ["n", "events", "person_time"]].tolist() == [4, 1, 10]
    assert summary.loc["overall", "median"] == 3
    assert summary.loc["a", "median"] == 3


def test_interval_censored_rows_are_refused_by_number() -> None:
    cohort = small_cohort([1, 2, 3], [1, 0, 0])
    cohort = replace(cohort, upper=np.array([1.0, 2.5, np.inf]), cause=np.array([1, 1, 0]))
    with pytest.raises(CohortError, match=r"small\.csv, row 2: .*Kaplan-Meier") as caught:
        kaplan_meier(cohort)
    assert len(caught.value.findings) == 1


def test_weights_leave_nobody_behind_where_everybody_died() -> None:
    rng = np.random.default_rng(2)
    for _ in range(20):
        cohort = small_cohort(np.arange(1, 9), [1] * 8)
        weighted = replace(cohort, weight=rng.uniform(0.1, 3.0, 8))
        late = survival_at(weighted, [20.0])
        assert late["survival"].tolist() == [0.0]

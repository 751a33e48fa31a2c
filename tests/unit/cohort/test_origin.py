import numpy as np
import pandas as pd
import pytest

from posthaz.baselines import follow_up, kaplan_meier, median_survival, rmst, survival_at
from posthaz.cohort import Cohort, after_origin, read_cohort
from posthaz.errors import CohortError
from tests.shared_data import DATA, SHARED, needs_data

CASES = SHARED / "cases"


def channing(**fields: object) -> Cohort:
    table = pd.read_csv(DATA / "channing.csv").query("age > ageentry")
    roles = {"time": "age", "event": "death", "entry": "ageentry", "treatment": "gender"}
    return read_cohort(table, unit="months", **roles, **fields)


def aged(entry: list[float], age: list[float], dead: list[int], **fields: object) -> Cohort:
    frame = pd.DataFrame({"entry": entry, "age": age, "dead": dead})
    return read_cohort(frame, time="age", event="dead", entry="entry", unit="years", **fields)


def said(cohort: Cohort, words: str) -> list[str]:
    return [str(notice) for notice in cohort.notices if words in str(notice)]


def test_somebody_at_risk_from_zero_leaves_the_origin_there() -> None:
    assert aged([0, 5, 6], [8, 9, 10], [1, 1, 0]).origin == 0
    assert not said(aged([0, 5, 6], [8, 9, 10], [1, 1, 0]), "under observation before")


def test_the_default_origin_is_the_first_time_with_enough_at_risk() -> None:
    # at most four are at risk together, so that two are enough
    cohort = aged([50, 60, 61, 62], [70, 80, 81, 82], [1, 1, 1, 0])
    assert cohort.origin == 60
    assert said(cohort, "event-free at 60 years")
    many = aged(list(range(40, 80)), [95.0] * 40, [1, 0] * 20)
    assert many.origin == 49  # ten have entered


def test_an_origin_that_is_stated_is_taken_and_zero_too() -> None:
    assert aged([50, 60, 61], [70, 80, 81], [1, 1, 1], origin=65).origin == 65
    assert aged([50, 60, 61], [70, 80, 81], [1, 1, 1], origin=0).origin == 0


@pytest.mark.parametrize("origin", [-1, float("nan"), "60", 90])
def test_an_origin_that_cannot_be_is_refused(origin: object) -> None:
    with pytest.raises(CohortError, match="origin"):
        aged([50, 60, 61], [70, 80, 81], [1, 1, 1], origin=origin)


def test_curves_begin_at_the_origin_and_are_conditional_on_it() -> None:
    cohort = aged([50, 52, 61, 62], [58, 70, 80, 82], [1, 1, 1, 0], origin=60)
    curve = kaplan_meier(cohort)
    # the death at 58 is not in it: three at risk, one is lost at 70 of three, one at 80 of two
    assert curve["time"].tolist() == [60, 70, 80, 82]
    assert curve["survival"].tolist() == pytest.approx([1, 2 / 3, 1 / 3, 1 / 3])
    assert median_survival(cohort)["time"].tolist() == [80]
    assert survival_at(cohort, [55, 75])["survival"].tolist() == pytest.approx(
        [np.nan, 2 / 3], nan_ok=True
    )
    means = rmst(cohort, 75)
    assert means["value"].tolist() == pytest.approx([10 + 5 * 2 / 3])


def test_follow_up_counts_from_entry() -> None:
    table = follow_up(aged([50, 52, 61, 62], [58, 70, 80, 82], [0, 0, 0, 1], origin=0))
    assert table["max_follow_up"].tolist() == [20]
    assert table["median"].tolist() == [18.5]  # 8, 18, 19 and, with the event, 20
    assert table["person_time"].tolist() == [65]


def test_after_the_origin_nobody_is_at_risk_before_it() -> None:
    kept = after_origin(aged([50, 52, 61], [58, 70, 80], [1, 1, 1], origin=60))
    assert kept.entry.tolist() == [60, 61]


@pytest.mark.skipif(not CASES.is_dir(), reason="shared/cases is absent")
def test_a_curve_that_is_zero_before_others_enter_is_said_and_not_used() -> None:
    cohort = read_cohort(CASES / "late_entrant.csv", time="t", event="d", entry="s")
    (notice,) = said(cohort, "Kaplan-Meier falls to 0 while 8 patients have yet to enter")
    assert "origin = 10" in notice
    assert np.isnan(survival_at(cohort, [12])["survival"]).all()
    means = rmst(cohort, 12)
    assert np.isnan(means["value"]).all()
    assert means["note"].tolist() == [
        "everybody at risk in an arm has the event before others enter"
    ]
    later = read_cohort(CASES / "late_entrant.csv", time="t", event="d", entry="s", origin=10)
    assert not said(later, "yet to enter")
    assert survival_at(later, [16])["survival"].tolist() == pytest.approx([7 / 8])


def test_an_arm_that_is_emptied_early_is_named() -> None:
    arm = ["a", "b", "a", "b", "b"]
    frame = pd.DataFrame({"entry": [0, 0, 5, 5, 6], "t": [3, 9, 9, 8, 9], "d": [1, 1, 1, 1, 0]})
    roles = {"time": "t", "event": "d", "entry": "entry", "treatment": "arm"}
    cohort = read_cohort(frame.assign(arm=arm), **roles)
    assert len(said(cohort, "at risk in arm 'a'")) == 1
    assert not said(cohort, "at risk in arm 'b'")


@needs_data
def test_ages_of_channing_house() -> None:
    cohort = channing()
    assert cohort.origin == 836
    whole = follow_up(cohort).set_index("arm").loc["overall"]
    assert whole["median"] == 137 and whole["max_follow_up"] == 137
    medians = median_survival(cohort)["time"].tolist()
    assert medians == [1009, 1027]
    # before the origin the risk set of the men is so small that one death is worth a quarter
    everybody = kaplan_meier(channing(origin=0)).query("arm == '1' and time <= 836")
    assert everybody["survival"].min() < 0.8

"""Times computed in two ways tie, once, where a cohort is made."""

import numpy as np
import pandas as pd
import pytest

from posthaz import errors
from posthaz.adjust import landmark, split_at_treatment
from posthaz.baselines import cox_model, kaplan_meier, numbers_at_risk, survival_at
from posthaz.cohort import CohortSpec, person_time, read_cohort
from posthaz.cohort.registry import read_registry
from posthaz.cohort.ties import tied
from posthaz.errors import CohortError
from posthaz.hazards import PiecewiseExponential
from posthaz.spec import ModelSpec, resolve

THIRD = 0.1 + 0.2  # one unit in the last place above 0.3


def _four() -> pd.DataFrame:
    return pd.DataFrame({"t": [0.3, THIRD, 1.0, 2.0], "d": [0, 1, 0, 1]})


def test_kaplan_meier_keeps_whoever_is_censored_at_the_event() -> None:
    curve = kaplan_meier(read_cohort(_four(), time="t", event="d"))
    assert curve["survival"].tolist() == pytest.approx([1.0, 0.75, 0.75, 0.0])


def test_days_to_months_in_two_ways_give_the_same_answers() -> None:
    rng = np.random.default_rng(3)
    days = rng.integers(20, 900, 200)
    first, second = days / 30.4375, days / 365.25 * 12
    assert (first != second).mean() > 0.2
    mixed = np.where(rng.random(200) < 0.5, first, second)
    frame = pd.DataFrame({"d": rng.integers(0, 2, 200), "a": rng.choice(["x", "y"], 200)})
    spec = CohortSpec(time="t", event="d", treatment="a")
    made = [
        cox_model(
            cohort := read_cohort(frame.assign(t=time), spec),
            pd.DataFrame({"y": (cohort.arm == "y").astype(float)}),
        )
        .table["hr"]
        .item()
        for time in (first, mixed)
    ]
    assert made[0] == pytest.approx(made[1], rel=1e-12)


def test_entry_and_bounds_tie_with_times() -> None:
    frame = pd.DataFrame({"e": [0.0, THIRD], "t": [0.3, 2.0], "d": [1, 1]})
    cohort = read_cohort(frame, time="t", event="d", entry="e")
    assert cohort.entry[1] == cohort.exit[0] == 0.3
    bounds = pd.DataFrame({"l": [0.3, 1.0], "u": [THIRD, 2.0]})
    assert read_cohort(bounds, lower="l", upper="u").event.tolist() == [True, False]


def test_follow_up_of_no_effective_length_is_refused() -> None:
    frame = pd.DataFrame({"e": [0.0, 0.3], "t": [1.0, THIRD], "d": [1, 1]})
    with pytest.raises(CohortError, match=r"row 2, column 'e': entry is not before exit"):
        read_cohort(frame, time="t", event="d", entry="e")


def test_times_apart_by_more_than_rounding_stay_apart() -> None:
    times = np.array([1.0, 1.0 + 1e-5, 500.0])
    assert tied(times)[0] is times
    chain = np.array([1.0, 1.0 + 1e-8, 1.0 + 2e-8, np.inf, np.nan])
    np.testing.assert_array_equal(tied(chain)[0], [1.0, 1.0, 1.0, np.inf, np.nan])


def test_landmark_leaves_out_an_event_at_it() -> None:
    frame = pd.DataFrame({"t": [THIRD * (1 + 5e-9), 1.0, 2.0], "d": [1, 1, 1]})
    at = landmark(read_cohort(frame, time="t", event="d"), 0.3)
    assert len(at.cohort) == 2
    assert at.excluded["n"].tolist() == [1]


def test_treatment_that_starts_at_the_event_starts_never() -> None:
    frame = pd.DataFrame(
        {"t": [THIRD, 1.0, 2.0], "d": [1, 1, 1], "arm": ["b", "b", "a"], "s": [0.3, 0.5, None]}
    )
    cohort = read_cohort(frame, time="t", event="d", treatment="arm", treatment_reference="a")
    split = split_at_treatment(cohort, "s")
    assert split.entry.tolist() == [0.0, 0.0, 0.5, 0.0]
    assert list(split.arm) == ["a", "a", "b", "a"]


def test_asked_times_and_cuts_tie_with_events() -> None:
    cohort = read_cohort(_four().assign(t=[THIRD, THIRD, 1.0, 2.0]), time="t", event="d")
    assert survival_at(cohort, [0.3])["survival"].item() == pytest.approx(0.75)
    assert numbers_at_risk(cohort, [np.nextafter(THIRD, 1)]).to_numpy().item() == 4
    assert len(person_time(cohort, [0.3])) == len(person_time(cohort, [THIRD]))
    spec = ModelSpec("m", PiecewiseExponential(cuts=(0.3,), intervals=2))
    assert resolve(spec, cohort.exit[cohort.event]).baseline.cuts == (THIRD,)


def test_registry_ties_too(tmp_path) -> None:
    _four().to_parquet(tmp_path / "r.parquet")
    cohort = read_registry(tmp_path / "r.parquet", CohortSpec(time="t", event="d"))
    assert kaplan_meier(cohort)["survival"].tolist()[1] == pytest.approx(0.75)


def test_the_number_of_intervals_named_works_at_once() -> None:
    events = np.array([1.0, 1, 1, 1, 2, 3, 4, 5, 6, 6, 6, 7, 8, 8, 8, 8, 8, 9, 30])
    with pytest.raises(errors.SpecError, match="ask for") as caught:
        PiecewiseExponential(intervals=15).resolve(events)
    said = int(str(caught.value).split("ask for ")[1].split(" ")[0])
    assert said > 2
    assert len(PiecewiseExponential(intervals=said).resolve(events).cuts) == said - 1
    for intervals in range(said + 1, 15):
        with pytest.raises(errors.SpecError):
            PiecewiseExponential(intervals=intervals).resolve(events)

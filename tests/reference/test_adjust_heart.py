"""Immortal time: the Stanford heart transplants, against published re-analyses."""

import numpy as np
import pandas as pd
import pytest

from posthaz.adjust import landmark, split_at_treatment
from posthaz.baselines import cox_model
from posthaz.cohort import Cohort
from tests.reference.cohorts import cohort_from
from tests.shared_data import DATA, needs_data

pytestmark = needs_data


@pytest.fixture(scope="module")
def patients() -> Cohort:
    rows = pd.read_csv(DATA / "heart_tv.csv")
    first = rows.groupby("id").agg(
        time=("stop", "max"), event=("event", "max"), transplant=("transplant", "max")
    )
    first["wait"] = rows[rows["transplant"] == 1].groupby("id")["start"].min()
    levels = {"transplant": ["0", "1"]}
    frame = first.assign(transplant=first["transplant"].astype(str)).reset_index(drop=True)
    return cohort_from(frame, "time", "event", treatment="transplant", factors=levels)


def hazard_ratio(part: Cohort) -> pd.Series:
    column = pd.DataFrame({"transplant": (part.arm == "1").astype(float)})
    return cox_model(part, column, robust=False).table.iloc[0]


def test_ever_transplanted_flatters(patients):
    row = hazard_ratio(patients)
    assert [row["hr"], row["hr_lower"], row["hr_upper"]] == pytest.approx(
        [0.266, 0.165, 0.429], abs=0.01
    )


def test_time_dependent(patients):
    split = split_at_treatment(patients, "wait")
    row = hazard_ratio(split)
    assert [row["hr"], row["hr_lower"], row["hr_upper"]] == pytest.approx(
        [1.136, 0.629, 2.049], abs=5e-4
    )
    for arm, events, days in (("0", 30, 5955.5), ("1", 45, 25998.5)):
        inside = split.arm == arm
        assert split.event[inside].sum() == events
        assert np.sum((split.exit - split.entry)[inside]) == pytest.approx(days)


@pytest.mark.parametrize(
    ("time", "n", "deaths", "ratio"),
    [(30, 79, 52, 1.054), (60, 64, 39, 0.808), (90, 51, 26, 0.573)],
)
def test_landmarks(patients, time, n, deaths, ratio):
    found = landmark(patients, time, "wait")
    assert (len(found.cohort), found.cohort.event.sum()) == (n, deaths)
    assert hazard_ratio(found.cohort)["hr"] == pytest.approx(ratio, abs=5e-4)
    assert found.excluded["n"].sum() == len(patients) - n

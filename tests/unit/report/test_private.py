"""Small counts, and those by which they could be computed, are withheld; so are exact times."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import null_space

import posthaz as ph
from posthaz.adjust import table_one
from posthaz.report.private import coarse_curve, hidden_cells, told_table


def undetermined(hidden: np.ndarray) -> np.ndarray:
    """Which hidden counts the sums of all lines leave open, in the order of `argwhere`."""
    places = np.argwhere(hidden)
    rows, columns = hidden.shape
    # what arms add up to the last column is known, and so is what levels add up to
    sums = [
        np.where(places[:, 0] == k, np.where(places[:, 1] == columns - 1, -1.0, 1.0), 0.0)
        for k in range(rows)
    ]
    sums += [(places[:, 1] == k).astype(float) for k in range(columns)]
    free = null_space(np.array(sums))
    return np.abs(free).max(axis=1, initial=0.0) > 1e-9


@pytest.mark.parametrize(
    "arms",
    [
        [[3, 20], [30, 31], [9, 8]],
        [[1, 2], [30, 31], [20, 25]],
        [[3, 0], [28, 31]],
        [[12, 11], [4, 14], [30, 2]],
    ],
)
def test_no_small_count_can_be_computed_from_what_is_told(arms: list[list[int]]) -> None:
    counts = np.array(arms)
    counts = np.column_stack([counts, counts.sum(axis=1)])
    hidden = hidden_cells(counts, 5)
    small = counts[hidden] < 5
    assert small.any() and undetermined(hidden)[small].all()
    assert not undetermined((counts > 0) & (counts < 5))[0]  # without the others it could be


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=2, max_size=6))
def test_what_is_small_is_hidden_and_can_not_be_computed(
    rows: list[tuple[int, int]],
) -> None:
    counts = np.array([[a, b, a + b] for a, b in rows])
    hidden = hidden_cells(counts, 5)
    assert hidden[(counts > 0) & (counts < 5)].all()
    assert undetermined(hidden)[counts[hidden] < 5].all()
    if (counts[counts > 0] >= 5).all():
        assert not hidden.any()


def test_table_one_tells_no_small_level() -> None:
    cohort = ph.simulated_example()
    centre = cohort.covariates["centre"].astype(str).to_numpy(copy=True)
    inside = np.flatnonzero(centre == "east")
    centre[inside[3:]] = "south"
    levels = ["east", "north", "south", "west"]
    frame = cohort.covariates.assign(centre=pd.Categorical(centre, levels, ordered=True))
    cohort = replace(cohort, covariates=frame)
    told = told_table(table_one(cohort, ["centre", "dose_gy"]), cohort, 5)
    row = told[told["level"] == "east"].iloc[0]
    assert row["overall"] == "<5"
    hidden = told[(told["variable"] == "centre") & told["overall"].isin(["<5", "withheld"])]
    assert len(hidden) >= 2
    own = told[told["variable"] == "centre"]
    assert own[["smd", "p"]].isna().all(axis=None)
    assert (
        not own[["A", "B", "overall"]]
        .astype(str)
        .apply(lambda s: s.str.contains("%"))
        .any(axis=None)
    )
    assert told[told["variable"] == "dose_gy"]["smd"].notna().all()


def test_a_curve_is_told_in_steps_of_several_events() -> None:
    steps = ph.kaplan_meier(ph.simulated_example())
    told = coarse_curve(steps, 5, 60.0)
    assert told[["events", "censored"]].isna().all(axis=None)
    exact = set(steps["time"])
    for arm, own in told.groupby("arm"):
        whole = steps[steps["arm"] == arm]
        gone = [
            whole.loc[whole["survival"] >= survival - 1e-12, "events"].sum()
            for survival in own["survival"]
        ]
        assert (np.diff(gone) >= 5).all()
    many = [time for time in told["time"] if time and time in exact]
    assert all(len(f"{time:g}".replace(".", "").strip("0")) <= 3 for time in many)

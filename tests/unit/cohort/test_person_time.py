"""Events and person-time."""

import numpy as np
import pandas as pd
import pytest

from posthaz.cohort import read_cohort
from posthaz.cohort.person_time import person_time
from posthaz.errors import CohortError


def sums(cohort, start):
    """Events and person-time of the rows that begin at `start`."""
    rows = cohort.entry == start
    weight = cohort.weight[rows]
    return (
        float(weight[cohort.event[rows]].sum()),
        float((weight * (cohort.exit - cohort.entry)[rows]).sum()),
    )


def test_an_event_at_a_cut_belongs_to_the_interval_it_ends():
    table = pd.DataFrame({"t": [4.0, 6.0], "e": [1, 1]})
    reduced = person_time(read_cohort(table, time="t", event="e"), [4.0])
    assert sums(reduced, 0.0) == pytest.approx((1, 8))
    assert sums(reduced, 4.0) == pytest.approx((1, 2))


def test_late_entry_counts_from_entry():
    table = pd.DataFrame({"s": [3.0, 5.0], "t": [6.0, 7.0], "e": [1, 0]})
    reduced = person_time(read_cohort(table, time="t", entry="s", event="e"), [4.0, 20.0])
    assert sums(reduced, 0.0) == pytest.approx((0, 1))
    assert sums(reduced, 4.0) == pytest.approx((1, 4))
    assert set(reduced.entry) == {0.0, 4.0}


def test_one_row_a_cell_where_events_come_fast_and_two_otherwise():
    table = pd.DataFrame({"t": [1.0] * 3 + [10.0], "e": [1, 1, 1, 0], "x": list("aaab")})
    reduced = person_time(read_cohort(table, time="t", event="e", covariates=["x"]), [5.0])
    fast = reduced.where((reduced.covariates["x"] == "a").to_numpy())
    assert (fast.exit.tolist(), fast.weight.tolist()) == ([1.0], [3.0])
    none = reduced.where((reduced.covariates["x"] == "b").to_numpy())
    assert (none.exit.tolist(), none.event.tolist()) == ([5.0, 10.0], [False, False])


def test_rows_are_at_most_two_a_cell():
    random = np.random.default_rng(3)
    table = pd.DataFrame(
        {
            "t": random.exponential(10, 5000) + 0.01,
            "e": random.integers(0, 2, 5000),
            "x": random.choice(["a", "b"], 5000),
            "y": random.choice(["u", "v", "w"], 5000),
        }
    )
    cohort = read_cohort(table, time="t", event="e", covariates=["x", "y"])
    reduced = person_time(cohort, [2, 5, 12])
    assert len(reduced) <= 2 * 6 * 4
    assert len(person_time(cohort, [2, 5, 12], ["x"])) <= 2 * 2 * 4
    assert reduced.exit.max() <= cohort.exit.max()
    assert reduced.weight[reduced.event].sum() == pytest.approx(cohort.event.sum(), rel=1e-12)


def test_interval_censored_rows_are_kept():
    table = pd.DataFrame({"l": [2.0, 3.0, 5.0], "u": [2.0, 7.0, None], "x": list("aab")})
    cohort = read_cohort(table, lower="l", upper="u", covariates=["x"])
    reduced = person_time(cohort, [4.0])
    assert reduced.interval_censored.sum() == 1
    assert reduced.upper[reduced.interval_censored].tolist() == [7.0]
    assert reduced.covariates["x"].astype(str).tolist()[-1] == "a"
    only = cohort.where(cohort.interval_censored)
    assert np.array_equal(person_time(only, [4.0]).upper, only.upper)


@pytest.mark.parametrize("cuts", [[4.0, 4.0], [0.0, 2.0], [3.0, 1.0], [np.nan], [np.inf]])
def test_cuts_increase(cuts):
    table = pd.DataFrame({"t": [4.0, 6.0], "e": [1, 1]})
    cohort = read_cohort(table, time="t", event="e")
    with pytest.raises(CohortError, match="increasing times above 0"):
        person_time(cohort, cuts)

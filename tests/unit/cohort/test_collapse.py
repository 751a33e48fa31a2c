"""Equal rows as one."""

import time

import numpy as np
import pandas as pd
import pytest

from posthaz.cohort import CohortSpec, Column, read_cohort
from posthaz.cohort.collapse import collapse, numbered_groups
from posthaz.errors import CohortError

SPEC = CohortSpec(time="months", event="dead", treatment="arm")


def registry(rows=400, seed=1, **columns):
    random = np.random.default_rng(seed)
    table = {
        "months": random.integers(1, 7, rows),
        "dead": random.integers(0, 2, rows),
        "arm": random.choice(["A", "B"], rows),
        "stage": random.choice(["I", "II", "III"], rows),
    }
    return pd.DataFrame({**table, **columns})


def test_it_agrees_with_a_group_by():
    table = registry()
    collapsed = collapse(read_cohort(table, SPEC, covariates=["stage"]))
    counts = table.groupby(["months", "dead", "arm", "stage"]).size()
    cohort = collapsed.cohort
    found = pd.DataFrame(
        {
            "months": cohort.exit.astype(int),
            "dead": cohort.event.astype(int),
            "arm": cohort.covariates["arm"].astype(str),
            "stage": cohort.covariates["stage"].astype(str),
            "n": cohort.weight,
        }
    ).set_index(["months", "dead", "arm", "stage"])["n"]
    assert len(found) == len(counts)
    assert (found.sort_index() == counts.sort_index()).all()
    assert collapsed.factor == 400 / len(counts)


def test_number_leads_each_row_to_its_distinct_row():
    cohort = read_cohort(registry(), SPEC, covariates=["stage"])
    collapsed = collapse(cohort)
    back = collapsed.cohort.at(collapsed.number)
    assert np.array_equal(back.lower, cohort.lower)
    assert np.array_equal(back.upper, cohort.upper)
    pd.testing.assert_frame_equal(back.covariates, cohort.covariates)
    first = collapsed.cohort.row_number - 1
    assert np.array_equal(np.unique(collapsed.number, return_index=True)[1], first)


def test_only_the_covariates_named_tell_rows_apart():
    cohort = read_cohort(registry(), SPEC, covariates=["stage"])
    less = collapse(cohort, ["stage"]).cohort
    assert list(less.covariates) == ["stage"]
    assert less.treatment == ""
    assert len(less) < len(collapse(cohort).cohort)
    assert len(collapse(cohort, []).cohort) == 12


def test_entry_cluster_and_cause_tell_rows_apart():
    table = pd.DataFrame(
        {
            "start": [0, 0, 1, 0, 0],
            "stop": [5, 5, 5, 5, 5],
            "dead": [1, 1, 1, 2, 1],
            "centre": ["x", "x", "x", "x", "y"],
        }
    )
    cohort = read_cohort(
        table, time="stop", entry="start", event="dead", cluster="centre",
        event_codes={"1": 1, "2": 2},
    )  # fmt: skip
    collapsed = collapse(cohort)
    assert collapsed.number.tolist() == [0, 0, 1, 2, 3]
    assert collapsed.cohort.weight.tolist() == [2, 1, 1, 1]
    assert collapsed.cohort.cluster is not None
    assert collapsed.cohort.cluster.tolist() == [0, 0, 0, 1]


def test_weights_add_up():
    table = registry(weight=np.linspace(0.5, 2.0, 400))
    cohort = read_cohort(
        table, SPEC, covariates=["stage"], weight="weight", weight_kind="importance"
    )
    collapsed = collapse(cohort)
    expected = table.groupby(collapsed.number)["weight"].sum()
    assert np.allclose(collapsed.cohort.weight, expected, rtol=1e-14)


def test_distinct_rows_stay_as_they_are():
    table = registry(6, months=[1.5, 2.5, 3.5, 4.5, 5.5, 6.5], subject=list("abcdef"))
    cohort = read_cohort(table, SPEC, subject="subject")
    collapsed = collapse(cohort)
    assert collapsed.factor == 1
    assert collapsed.number.tolist() == list(range(6))
    assert np.array_equal(collapsed.cohort.weight, cohort.weight)


def test_missing_values_of_other_covariates_are_one_value():
    table = registry(8, months=2, dead=1, arm=["A", "B"] * 4, dose=[1.0, 2.0, None, None] * 2)
    cohort = read_cohort(table, SPEC, columns={"dose": Column("dose")})
    assert collapse(cohort).cohort.weight.tolist() == [2, 2, 2, 2]


def test_an_unknown_covariate_is_named_with_its_neighbour():
    cohort = read_cohort(registry(), SPEC, covariates=["stage"])
    with pytest.raises(CohortError, match="did you mean 'stage'"):
        collapse(cohort, ["stagee"])


def test_codes_beyond_64_bits_are_joined_in_steps():
    random = np.random.default_rng(1)
    columns = [random.integers(0, 3, 500) for _ in range(4)]
    wide = [(column * 10**9, 3 * 10**9) for column in columns]
    number, first = numbered_groups(wide)
    expected = pd.DataFrame(columns).T.groupby([0, 1, 2, 3], sort=False).ngroup()
    assert np.array_equal(number, expected)
    assert np.array_equal(np.sort(first), first)


def test_a_million_rows_take_seconds():
    rows = 1_000_000
    cohort = read_cohort(registry(), SPEC, covariates=["stage"])
    cohort = cohort.at(np.random.default_rng(2).integers(0, 400, rows))
    started = time.perf_counter()
    assert collapse(cohort).cohort.weight.sum() == rows
    assert time.perf_counter() - started < 10

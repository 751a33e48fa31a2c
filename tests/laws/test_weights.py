"""Law: a row of frequency weight w says what w rows say, also with late entry and intervals."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from posthaz.baselines import (
    cox_model,
    follow_up,
    grouped_cox,
    kaplan_meier,
    logrank,
    median_survival,
    rmst,
    turnbull,
)
from posthaz.cohort import Cohort
from posthaz.effects import proportional
from posthaz.hazards import Weibull
from posthaz.model import follow_up_data, log_likelihood
from tests.shared_data import plain_cohort

ROWS = 14
few = settings(max_examples=15, deadline=None, derandomize=True, database=None)


def weighted(seed: int, late: bool, intervals: bool) -> Cohort:
    """Two arms with ties, weights from 1 to 4, and entries or intervals as asked."""
    random = np.random.default_rng(seed)
    time = random.integers(2, 12, ROWS).astype(float)
    event = random.uniform(size=ROWS) < 0.7
    event[:4] = True
    arm = pd.Categorical(np.tile(["A", "B"], ROWS // 2), categories=["A", "B"], ordered=True)
    cohort = plain_cohort(time, event, pd.DataFrame({"arm": arm}))
    entry = np.where(random.uniform(size=ROWS) < 0.5, 0.0, np.floor(time / 2.0))
    between = event & (random.uniform(size=ROWS) < 0.8)
    return replace(
        cohort,
        treatment="arm",
        weight_kind="frequency",
        weight=random.integers(1, 5, ROWS).astype(float),
        entry=entry if late else cohort.entry,
        upper=np.where(between, time + 2.0, cohort.upper) if intervals else cohort.upper,
    )


def repeated(cohort: Cohort) -> Cohort:
    """As many rows as the weights say, each a patient."""
    rows = np.repeat(np.arange(len(cohort)), cohort.weight.astype(int))
    names = ("entry", "lower", "upper", "cause")
    return replace(
        cohort,
        **{name: getattr(cohort, name)[rows] for name in names},
        weight=np.ones(len(rows)),
        weight_kind="",
        subject=np.arange(len(rows)),
        row_number=np.arange(1, len(rows) + 1),
        covariates=cohort.covariates.iloc[rows].reset_index(drop=True),
    )


def same(one: pd.DataFrame, other: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(
        one.reset_index(drop=True), other.reset_index(drop=True), check_dtype=False, rtol=1e-7,
        atol=1e-9,
    )  # fmt: skip


def arm_column(cohort: Cohort) -> pd.DataFrame:
    return pd.DataFrame({"arm[B]": (cohort.covariates["arm"] == "B").astype(float)})


@pytest.mark.parametrize("late", [False, True])
@few
@given(st.integers(0, 10**6))
def test_curves_tests_and_cox(late: bool, seed: int) -> None:
    cohort = weighted(seed, late, intervals=False)
    rows = repeated(cohort)
    for answer in (kaplan_meier, median_survival, follow_up, logrank):
        same(answer(cohort), answer(rows))
    same(rmst(cohort, 6.0), rmst(rows, 6.0))
    for ties in ("efron", "breslow"):
        ours, theirs = (cox_model(one, arm_column(one), ties=ties) for one in (cohort, rows))
        same(ours.table, theirs.table)
        assert (ours.n, ours.events) == (theirs.n, theirs.events)
        assert ours.loglik == pytest.approx(theirs.loglik, abs=1e-8)


@pytest.mark.parametrize("late", [False, True])
@few
@given(st.integers(0, 10**6))
def test_intervals(late: bool, seed: int) -> None:
    cohort = weighted(seed, late, intervals=True)
    rows = repeated(cohort)
    same(turnbull(cohort), turnbull(rows))
    if not late:
        ours, theirs = (grouped_cox(one, arm_column(one)) for one in (cohort, rows))
        same(ours.table, theirs.table)


@pytest.mark.parametrize("intervals", [False, True])
@pytest.mark.parametrize("late", [False, True])
@few
@given(st.integers(0, 10**6))
def test_the_likelihood(late: bool, intervals: bool, seed: int) -> None:
    def total(one: Cohort) -> float:
        hazard = (
            Weibull()
            .resolve(np.array([5.0]))
            .hazard({"log_scale": np.log(8.0), "log_shape": 0.3, "scale": 8.0, "shape": 1.35}, np)
        )
        effect = 0.4 * (one.covariates["arm"] == "B").to_numpy(dtype=float)
        rows = log_likelihood(proportional(hazard, effect, np), follow_up_data(one), np)
        return float(np.sum(rows))

    cohort = weighted(seed, late, intervals)
    assert total(cohort) == pytest.approx(total(repeated(cohort)), rel=1e-12)

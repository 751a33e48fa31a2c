"""Candidates one by one."""

import numpy as np
import pandas as pd
import pytest

from posthaz.baselines import candidate_columns, cox_model, screen_candidates
from posthaz.errors import FormulaError
from tests.unit.baselines.small_cohorts import random_cohort


@pytest.fixture
def cohort():
    cohort = random_cohort(2, rows=200)
    rng = np.random.default_rng(0)
    levels = pd.Categorical(rng.choice(["x", "y", "z"], 200), categories=list("xyz"), ordered=True)
    cohort.covariates["group"] = levels
    cohort.covariates["same"] = 1.0
    cohort.covariates.loc[:49, "age"] = np.nan
    return cohort


def test_a_factor_has_one_p_value_for_all_its_levels(cohort):
    (candidate,) = screen_candidates(cohort, ["group"])
    assert list(candidate.columns.columns) == ["group[y]", "group[z]"]
    tests = cox_model(cohort, candidate.columns).tests.set_index("test")
    assert candidate.p == tests.loc["likelihood_ratio", "p"]
    assert tests.loc["likelihood_ratio", "df"] == 2


def test_the_rule_is_strict_and_stated(cohort):
    (one,) = screen_candidates(cohort, ["stage"], p_below=1e-9)
    (other,) = screen_candidates(cohort, ["stage"], p_below=1.0)
    assert not one.kept
    assert other.kept


def test_rows_incomplete_in_a_candidate_are_left_out_of_its_model_only(cohort):
    age, stage = screen_candidates(cohort, ["log(age)", "stage"])
    assert age.fit.n == 150
    assert stage.fit.n == 200
    assert age.columns["log(age)"].isna().sum() == 50


def test_what_cannot_be_analysed_says_so(cohort):
    found = screen_candidates(cohort, ["same", "nothing", "stage"])
    assert "one value only" in found[0].note
    assert "not a covariate" in found[1].note
    assert [candidate.kept for candidate in found[:2]] == [False, False]
    assert found[2].fit is not None


def test_a_level_without_rows_has_no_column(cohort):
    cohort.covariates["group"] = cohort.covariates["group"].cat.add_categories("w")
    assert list(candidate_columns(cohort, "group").columns) == ["group[y]", "group[z]"]


def test_an_unknown_name_is_refused(cohort):
    with pytest.raises(FormulaError, match="nothing"):
        candidate_columns(cohort, "nothing")


def test_few_events_are_penalised(cohort):
    few = cohort.where(np.arange(200) < 16)
    (candidate,) = screen_candidates(few, ["stage"])
    assert candidate.penalised.endswith("events for 1 coefficient")
    assert np.isfinite(candidate.p)

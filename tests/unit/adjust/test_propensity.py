"""Propensity scores: likelihood, separation, penalties, draws."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit

from posthaz.adjust import SeparationError, propensity_score, score_draws, separation
from posthaz.adjust.logistic import logistic_fit
from posthaz.errors import AdjustmentError, FormulaError
from tests.unit.adjust.cohorts import chosen_cohort, cohort_of

COHORT = chosen_cohort()


def test_the_likelihood_is_at_its_maximum():
    score = propensity_score(COHORT, ["x", "site"])
    design, treated = score.matrix, score.treated

    def minus(values):
        predictor = design @ values
        return -np.sum(treated * predictor - np.logaddexp(0, predictor))

    best = minimize(minus, np.zeros(3), tol=1e-12)
    assert score.table["estimate"].to_numpy() == pytest.approx(best.x, abs=1e-4)
    assert score.loglik == pytest.approx(-best.fun, abs=1e-8)
    # a likelihood equation: the mean score is the share treated
    assert score.probability.mean() == pytest.approx(treated.mean(), abs=1e-10)


def test_equal_patients_have_exactly_equal_scores():
    cohort = chosen_cohort()
    x = np.round(cohort.covariates["x"], 1)
    score = propensity_score(cohort_of(cohort.exit, cohort.event, cohort.arm == "T", x=x), "x")
    for value in np.unique(x):
        assert len(set(score.logit[x == value])) == 1


def test_case_weights_stand_for_rows():
    from dataclasses import replace

    weight = np.where(np.arange(len(COHORT)) % 3 == 0, 2.0, 1.0)
    rows = np.repeat(np.arange(len(COHORT)), weight.astype(int))
    written = replace(COHORT.at(rows), subject=np.arange(len(rows)))
    ours = propensity_score(replace(COHORT, weight=weight), "x").table
    assert ours["estimate"].to_numpy() == pytest.approx(
        propensity_score(written, "x").table["estimate"].to_numpy(), abs=1e-8
    )


def test_separation_is_named_with_its_mend():
    treated = COHORT.arm == "T"
    dose = np.where(treated, 66.0, 50.0) + np.arange(len(COHORT)) % 3
    cohort = cohort_of(COHORT.exit, COHORT.event, treated, dose=dose, x=COHORT.covariates["x"])
    with pytest.raises(SeparationError, match=r"'dose' separates the arms .*every patient.*firth"):
        propensity_score(cohort, "dose + x")
    firth = propensity_score(cohort, "dose + x", estimate="firth")
    assert firth.separated is not None
    assert firth.separated.columns == ("dose",)
    assert np.isfinite(firth.table[["estimate", "std_error"]].to_numpy()).all()


def test_a_level_that_only_one_arm_has_separates_in_part():
    only = np.where((COHORT.arm == "T") & (np.arange(len(COHORT)) % 9 == 0), "rare", "usual")
    cohort = cohort_of(COHORT.exit, COHORT.event, COHORT.arm == "T", only=only, x=COHORT.exit)
    found = separation((only == "rare")[:, None].astype(float), cohort.arm == "T", ("only",))
    assert found is not None
    assert not found.complete
    assert found.told_apart == (only == "rare").sum()
    with pytest.raises(SeparationError, match=f"{found.told_apart} of {len(cohort)} patients"):
        propensity_score(cohort, "only + x")


def test_firth_of_a_two_by_two_table_adds_a_half():
    column = np.array([0.0] * 6 + [1.0] * 4)
    outcome = np.array([True, True, False, False, False, False, True, True, True, True])
    fit = logistic_fit(np.column_stack([np.ones(10), column]), outcome, np.ones(10), firth=True)
    odds = np.log(2.5 / 4.5), np.log((4.5 / 0.5) / (2.5 / 4.5))
    assert fit.coefficients == pytest.approx(odds, abs=1e-8)


def test_a_bayesian_score_is_pulled_to_the_middle_and_drawn():
    plain = propensity_score(COHORT, "x + site")
    pulled = propensity_score(COHORT, "x + site", estimate="bayesian")
    assert np.all(
        np.abs(pulled.table["estimate"].to_numpy()[1:])
        < np.abs(plain.table["estimate"].to_numpy()[1:])
    )
    draws = score_draws(pulled, 400, seed=2)
    slopes = np.array([np.polyfit(pulled.logit, draw.logit, 1)[0] for draw in draws])
    assert slopes.mean() == pytest.approx(1.0, abs=0.05)
    assert slopes.std() > 0.02
    again = score_draws(pulled, 2, seed=2)
    assert np.array_equal(again[1].logit, draws[1].logit)
    assert np.array_equal(draws[0].probability, expit(draws[0].logit))


@pytest.mark.parametrize(
    ("change", "formula", "message"),
    [
        ({}, "arm + x", "can't be among its covariates"),
        ({"subject": np.arange(200) // 2}, "x", "several rows"),
        ({"treatment": ""}, "x", "needs two arms, and there are none"),
    ],
)
def test_what_has_no_score(change, formula, message):
    from dataclasses import replace

    with pytest.raises(AdjustmentError, match=message):
        propensity_score(replace(COHORT, **change), formula)


def test_missing_covariates_and_unknown_ones():
    x = np.where(np.arange(200) < 3, np.nan, COHORT.covariates["x"])
    cohort = cohort_of(COHORT.exit, COHORT.event, COHORT.arm == "T", x=x)
    with pytest.raises(AdjustmentError, match="'x' in 3 patients"):
        propensity_score(cohort, "x")
    with pytest.raises(FormulaError, match="'y'"):
        propensity_score(COHORT, "y")
    with pytest.raises(AdjustmentError, match="choose among logistic"):
        propensity_score(COHORT, "x", estimate="probit")

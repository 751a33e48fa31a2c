"""Firth's penalised Cox model: its definition, its limits, and when it is used."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import chi2

from posthaz.baselines import cox_model, cox_or_firth, firth_model
from posthaz.baselines.firth import maximise, penalised_likelihood
from tests.unit.baselines.small_cohorts import random_cohort, small_cohort, written_out

NAMES = ["age", "stage"]


def standardised(cohort):
    matrix = cohort.covariates[NAMES].to_numpy(dtype=float)
    return (matrix - matrix.mean(axis=0)) / matrix.std(axis=0)


def direct(cohort, matrix, beta):
    """Penalised log likelihood by its definition, one risk set after the other."""
    total, information = 0.0, np.zeros((len(beta), len(beta)))
    for row in np.flatnonzero(cohort.event):
        time = cohort.exit[row]
        inside = (cohort.exit >= time) & (cohort.entry < time)
        risk = np.exp(matrix[inside] @ beta)
        mean = risk @ matrix[inside] / risk.sum()
        second = (matrix[inside] * risk[:, None]).T @ matrix[inside] / risk.sum()
        total += matrix[row] @ beta - np.log(risk.sum())
        information += second - np.outer(mean, mean)
    return total + 0.5 * np.linalg.slogdet(information)[1]


@pytest.mark.parametrize("late", [False, True])
def test_the_penalised_likelihood_is_its_definition(late):
    cohort = random_cohort(4, late=late)
    matrix, beta = standardised(cohort), np.array([0.3, -0.7])
    likelihood = penalised_likelihood(cohort, matrix)
    assert likelihood.evaluate(beta)[0] == pytest.approx(direct(cohort, matrix, beta), rel=1e-12)


def test_its_gradient_is_that_of_the_likelihood():
    cohort = random_cohort(5, late=True)
    likelihood, beta = penalised_likelihood(cohort, standardised(cohort)), np.array([0.4, -0.2])
    _, slope, _ = likelihood.evaluate(beta)
    step = 1e-5 * np.eye(2)
    numeric = [
        (likelihood.evaluate(beta + h)[0] - likelihood.evaluate(beta - h)[0]) / 2e-5 for h in step
    ]
    np.testing.assert_allclose(slope, numeric, atol=1e-7)


def test_the_estimate_is_the_maximum_that_another_method_finds():
    cohort = random_cohort(6)
    matrix = standardised(cohort)
    fit = firth_model(cohort, cohort.covariates[NAMES])
    other = minimize(lambda beta: -direct(cohort, matrix, beta), np.zeros(2), tol=1e-12)
    scale = cohort.covariates[NAMES].to_numpy(dtype=float).std(axis=0)
    np.testing.assert_allclose(fit.table["log_hr"] * scale, other.x, atol=1e-5)
    assert fit.loglik == pytest.approx(-other.fun, abs=1e-9)


def test_limits_are_where_the_profile_has_fallen_by_half_the_quantile():
    cohort = random_cohort(7)
    fit = firth_model(cohort, cohort.covariates[NAMES], level=0.9)
    likelihood = penalised_likelihood(cohort, standardised(cohort))
    scale = cohort.covariates[NAMES].to_numpy(dtype=float).std(axis=0)
    for bound in ("hr_lower", "hr_upper"):
        start = np.array([np.log(fit.table[bound][0]) * scale[0], 0.0])
        _, height, settled = maximise(likelihood, start, np.array([False, True]))
        assert settled
        assert 2 * (fit.loglik - height) == pytest.approx(chi2.ppf(0.9, 1), abs=1e-5)


def test_p_is_of_the_profile_at_zero_and_agrees_with_the_limits():
    for seed in range(8):
        cohort = random_cohort(seed)
        table = firth_model(cohort, cohort.covariates[NAMES]).table
        inside = (table["hr_lower"] < 1) & (table["hr_upper"] > 1)
        assert (inside == (table["p"] > 0.05)).all()


def test_it_approaches_cox_as_patients_grow():
    small, large = random_cohort(8, rows=60), random_cohort(8, rows=4000)
    gaps = []
    for cohort in (small, large):
        plain = cox_model(cohort, cohort.covariates[NAMES], ties="breslow").table
        firth = firth_model(cohort, cohort.covariates[NAMES]).table
        gaps.append(float(np.abs((firth["log_hr"] - plain["log_hr"]) / plain["se"]).max()))
    assert gaps[1] < 0.02
    assert gaps[1] < gaps[0] / 3


def separated():
    """Nobody without the marker has an event."""
    return small_cohort(
        [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
        [1, 1, 0, 1, 1, 0, 0, 0, 0, 0],
        marker=[1.0, 1, 1, 1, 1, 0, 0, 0, 0, 0],
    )


def test_a_covariate_that_separates_has_a_finite_estimate():
    columns = separated().covariates
    assert not cox_model(separated(), columns).converged
    table = firth_model(separated(), columns).table
    assert np.isfinite(table[["log_hr", "hr_lower", "p"]].to_numpy(dtype=float)).all()
    assert table["hr"][0] > 1


def test_weights_stand_for_rows():
    cohort = random_cohort(9)
    weighted = replace(cohort, weight=np.arange(len(cohort)) % 3 + 1.0)
    one = firth_model(weighted, weighted.covariates[NAMES]).table
    many = written_out(weighted)
    other = firth_model(many, many.covariates[NAMES]).table
    np.testing.assert_allclose(one["log_hr"], other["log_hr"], atol=1e-6)


def test_no_event_and_no_varying_column_are_said():
    none = small_cohort([1, 2, 3], [0, 0, 0], x=[0.0, 1, 2])
    assert firth_model(none, none.covariates).notes == ("no event among the rows used",)
    flat = small_cohort([1, 2, 3], [1, 0, 1], x=[1.0, 1, 1])
    fit = firth_model(flat, flat.covariates)
    assert not fit.converged
    assert "left out" in fit.table["note"][0]


def test_when_cox_is_penalised():
    many = random_cohort(1, rows=400)
    assert cox_or_firth(many, many.covariates[NAMES])[1] == ""
    assert cox_or_firth(many, many.covariates[NAMES], firth=True)[1] == "as asked for"
    few = random_cohort(1, rows=30)
    why = cox_or_firth(few, few.covariates[NAMES])[1]
    assert why == f"{int(few.event.sum())} events for 2 coefficients"
    assert cox_or_firth(few, few.covariates[NAMES], firth=False)[1] == ""
    assert "finite" in cox_or_firth(separated(), separated().covariates)[1]

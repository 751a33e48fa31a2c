"""Smoothed Schoenfeld residuals: a hazard ratio over time without cuts."""

import numpy as np
import pandas as pd
import pytest

from posthaz.baselines import cox_model, smoothed_schoenfeld
from tests.shared_data import plain_cohort


def crossing(n: int, seed: int = 3):
    """Simulated: hazard ratio 0.3 up to 6, and 2 afterwards; a second covariate is proportional."""
    random = np.random.default_rng(seed)
    arm, age = random.integers(0, 2, n).astype(float), random.normal(size=n)
    spent = random.exponential(size=n) * np.exp(-0.4 * age)
    early, late = np.where(arm, 0.03, 0.1), np.where(arm, 0.2, 0.1)
    time = np.where(spent < 6 * early, spent / early, 6 + (spent - 6 * early) / late)
    columns = pd.DataFrame({"arm": arm, "age": age})
    return plain_cohort(np.minimum(time, 30.0), time < 30.0, columns)


def test_the_curve_follows_a_ratio_that_changes_and_stays_flat_for_one_that_does_not():
    cohort = crossing(4000)
    curve = smoothed_schoenfeld(cohort, cohort.covariates)
    arm, age = (curve[curve["term"] == name].set_index("time") for name in ("arm", "age"))
    early, late = arm.loc[1.0:4.0, "hr"], arm.loc[10.0:20.0, "hr"]
    assert early.median() == pytest.approx(0.3, abs=0.12)
    assert late.median() == pytest.approx(2.0, abs=0.5)
    inside = age.loc[2.0:20.0]
    assert ((inside["lower"] < np.exp(0.4)) & (np.exp(0.4) < inside["upper"])).mean() > 0.9


def test_the_curve_does_not_hang_on_the_order_of_rows_and_strata():
    cohort = crossing(200)
    strata = np.arange(200) % 3
    curve = smoothed_schoenfeld(cohort, cohort.covariates, strata=strata)
    order = np.random.default_rng(1).permutation(200)
    other = cohort.at(order)
    mixed = smoothed_schoenfeld(other, other.covariates, strata=strata[order])
    pd.testing.assert_frame_equal(curve, mixed, rtol=1e-6)
    whole = smoothed_schoenfeld(cohort, cohort.covariates)  # strata hardly matter here
    assert np.log(curve["hr"] / whole["hr"]).abs().median() < 0.2


def test_residuals_are_projected_on_natural_splines_of_the_kaplan_meier_scale():
    """The same curve by truncated powers, with the failure probability computed by hand."""
    cohort = crossing(60)
    curve = smoothed_schoenfeld(cohort, cohort.covariates[["arm"]])
    order = np.argsort(cohort.exit)
    time, event = cohort.exit[order], cohort.event[order]
    arm = cohort.covariates["arm"].to_numpy()[order]
    table = cox_model(cohort, cohort.covariates[["arm"]]).table.iloc[0]
    beta = table["log_hr"]
    risk = np.exp(beta * arm)
    mean = np.cumsum((risk * arm)[::-1])[::-1] / np.cumsum(risk[::-1])[::-1]
    residual = (arm - mean)[event] * table["se"] ** 2 * event.sum() + beta
    left = np.cumprod(1.0 - event / np.arange(len(time), 0, -1.0))
    scale = 1.0 - np.concatenate([[1.0], left[event][:-1]])
    knots = np.quantile(scale, [0.0, 1 / 3, 2 / 3, 1.0])

    def natural(x: np.ndarray) -> np.ndarray:
        def d(k: int) -> np.ndarray:
            rise = np.maximum(x - knots[k], 0.0) ** 3 - np.maximum(x - knots[3], 0.0) ** 3
            return rise / (knots[3] - knots[k])

        return np.column_stack([np.ones_like(x), x, d(0) - d(2), d(1) - d(2)])

    found = np.linalg.lstsq(natural(scale), residual, rcond=None)[0]
    at = np.interp(curve["time"], time[event], scale)
    assert np.allclose(np.log(curve["hr"]), natural(at) @ found, atol=1e-6)
    middle = natural(scale)
    spread = np.einsum("ti,ij,tj->t", natural(at), np.linalg.inv(middle.T @ middle), natural(at))
    half = 1.959964 * np.sqrt(spread * event.sum()) * table["se"]
    assert np.allclose(np.log(curve["upper"] / curve["hr"]), half, rtol=1e-5)


def test_too_few_events_have_no_curve():
    cohort = crossing(60).at(np.arange(9))
    assert smoothed_schoenfeld(
        cohort.where(cohort.event).at(np.arange(5)), cohort.covariates[:5]
    ).empty

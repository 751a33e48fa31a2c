"""Life tables and interval censoring without a Bayesian model."""

from dataclasses import replace

import greenwood as gw
import numpy as np
import pandas as pd
import pytest

from posthaz.baselines import (
    covariate_columns,
    cox_model,
    follow_up,
    grouped_answers,
    grouped_cox,
    turnbull,
    turnbull_at,
)
from posthaz.cohort import LifeTableSpec, read_cohort, read_life_table
from posthaz.run import read_inputs
from posthaz.simulate import simulated_example
from posthaz.spec import load_analysis

PRINTED = {
    # orientation: maximum likelihood under a flat prior; log-rank and Table 3 stand in the file
    "dose": (1.664, 1.204, 2.300),
    "gtv": (1.460, 1.066, 1.998),
}


def visits(seed=4, rows=80):
    random = np.random.default_rng(seed)
    arm = np.repeat(["a", "b"], rows // 2)
    times = random.exponential(np.where(arm == "a", 20.0, 35.0))
    lower = np.floor(times / 6) * 6
    seen = lower < 36
    frame = pd.DataFrame(
        {"lower": np.minimum(lower, 36.0), "upper": np.where(seen, lower + 6, np.nan), "arm": arm}
    )
    wide = random.uniform(size=rows) < 0.4  # a visit missed
    frame.loc[wide & seen, "upper"] += 6
    return read_cohort(frame, lower="lower", upper="upper", treatment="arm")


@pytest.mark.parametrize("factor", PRINTED)
def test_hazard_ratio_of_the_printed_life_table(factor):
    cohort = read_inputs(load_analysis(f"su2016_lifetable_{factor}"))
    row = grouped_cox(cohort, covariate_columns(cohort.covariates[factor])).table.iloc[0]
    wald = np.log([row["hr"], row["hr_lower"], row["hr_upper"]])
    np.testing.assert_allclose(wald, np.log(PRINTED[factor]), atol=0.01)
    profile = np.log([row["profile_lower"], row["profile_upper"]])
    np.testing.assert_allclose(profile, np.log(PRINTED[factor][1:]), atol=0.01)


def test_two_groups_and_one_time_have_the_closed_form():
    frame = pd.DataFrame({"arm": ["a", "b"], "number": [50, 80], "y1": [0.6, 0.3]})
    spec = LifeTableSpec(times=(12,), survival=("y1",), treatment="arm")
    cohort = read_life_table(frame, spec)
    row = grouped_cox(cohort, covariate_columns(cohort.covariates["arm"])).table.iloc[0]
    p, n = np.array([0.6, 0.3]), np.array([50, 80])
    assert row["hr"] == pytest.approx(np.log(0.3) / np.log(0.6), rel=1e-6)
    variance = (1 - p) / (n * p * np.log(p) ** 2)
    assert row["se"] == pytest.approx(np.sqrt(variance.sum()), rel=1e-5)


def test_exact_times_give_nearly_the_cox_estimate():
    cohort = simulated_example().where(np.arange(400) < 120)
    columns = covariate_columns(cohort.covariates["arm"])
    grouped = grouped_cox(cohort, columns).table.iloc[0]
    cox = cox_model(cohort, columns).table.iloc[0]
    assert grouped["log_hr"] == pytest.approx(cox["log_hr"], abs=0.02)
    assert grouped["se"] == pytest.approx(cox["se"], rel=0.05)


def test_turnbull_agrees_with_greenwood():
    cohort = visits()
    for arm, curve in turnbull(cohort).groupby("arm"):
        part = cohort.where(cohort.arm == arm)
        response = gw.Surv(time=part.lower, time2=part.upper, type="interval2")
        other = gw.Turnbull().fit(response).to_frame(format="pandas")
        other = other[other["prob_mass"] > 1e-6]
        ours = curve.set_index("time")["survival"]
        np.testing.assert_allclose(ours[other["interval_high"]], other["estimate"], atol=1e-5)


def test_turnbull_of_a_life_table_is_the_printed_rates_with_greenwoods_error():
    frame = pd.DataFrame({"number": [90], "y1": [51.1], "y2": [21.1]})
    cohort = read_life_table(frame, LifeTableSpec((12, 24), ("y1", "y2"), percent=True))
    curve = turnbull(cohort)
    np.testing.assert_allclose(curve["survival"], [1, 0.511, 0.211], atol=1e-7)
    np.testing.assert_allclose(curve["at_risk"], [90, 45.99, 18.99])
    # nobody is censored before the end, so Greenwood's error is the binomial one
    binomial = np.sqrt(np.array([0.511 * 0.489, 0.211 * 0.789]) / 90)
    np.testing.assert_allclose(curve["std_error"].iloc[1:], binomial, rtol=1e-5)
    assert (curve["lower"] <= curve["survival"]).all()


def test_turnbull_has_no_error_where_intervals_overlap():
    curve = turnbull(visits())
    inside = curve[(curve["survival"] < 1) & (curve["survival"] > 0)]
    assert inside["std_error"].isna().all()


def test_survival_is_not_known_inside_an_interval():
    rows = turnbull_at(visits(), [12.0, 14.0]).set_index(["arm", "time"])["value"]
    assert np.isfinite(rows["a", 12.0])
    assert np.isnan(rows["a", 14.0])


def test_an_arm_without_survivors_and_one_without_events():
    frame = pd.DataFrame({"arm": ["a", "b"], "number": [20, 20], "y1": [0.0, 1.0]})
    cohort = read_life_table(frame, LifeTableSpec((12,), ("y1",), treatment="arm"))
    row = grouped_cox(cohort, covariate_columns(cohort.covariates["arm"])).table.iloc[0]
    assert np.isnan(row["hr"])
    assert row["profile_lower"] == 0.0
    assert row["profile_upper"] < 0.1
    assert turnbull(cohort)["survival"].tolist() == [1.0, 0.0, 1.0, 1.0]


def test_answers_hold_ratios_profiles_and_points():
    cohort = visits()
    columns = covariate_columns(pd.Series(cohort.covariates["arm"]))
    answers = grouped_answers(cohort, covariates=["arm"], columns={"arm": columns}, times=[12.0])
    kinds = answers.groupby("analysis")["quantity"].unique()
    assert set(kinds["grouped_cox: arm"]) >= {"hazard_ratio", "hazard_ratio_profile"}
    single = answers.query("analysis == 'grouped_cox_univariable' and quantity == 'hazard_ratio'")
    joint = answers.query("analysis == 'grouped_cox: arm' and quantity == 'hazard_ratio'")
    assert single["value"].item() == joint["value"].item()
    assert single["lower"].item() < single["value"].item() < single["upper"].item()


def test_rows_without_a_covariate_are_left_out():
    cohort = visits()
    columns = covariate_columns(pd.Series(cohort.covariates["arm"]))
    columns.iloc[:3] = np.nan
    assert grouped_cox(cohort, columns).n == len(cohort) - 3


def test_weights_count_as_patients():
    cohort = visits()
    columns = covariate_columns(pd.Series(cohort.covariates["arm"]))
    twice = replace(cohort, weight=np.full(len(cohort), 2.0))
    one, two = (grouped_cox(c, columns).table.iloc[0] for c in (cohort, twice))
    assert two["log_hr"] == pytest.approx(one["log_hr"], abs=1e-6)
    assert two["se"] == pytest.approx(one["se"] / np.sqrt(2), rel=1e-4)


def test_follow_up_of_intervals_is_numbers_and_the_longest_time():
    table = follow_up(visits()).set_index("arm")
    assert table.loc["overall", "n"] == 80
    assert table.loc["overall", "max_follow_up"] == visits().exit.max()
    assert np.isnan(table.loc["overall", "median"])

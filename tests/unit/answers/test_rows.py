"""Estimands, coefficients and baselines as rows of answers."""

import numpy as np
import pandas as pd

from posthaz.answers import find, median_and_limits, one_answer
from posthaz.baselines import frequentist_answers
from posthaz.baselines.answers import baseline_answers
from posthaz.cohort import read_cohort
from posthaz.estimands.answer_rows import coefficient_answers, estimand_answers

NUMBERS = {"mean": 0.4, "sd": 0.1, "median": 0.5, "lower": 0.2, "upper": 0.7, "mcse": 0.01}


def estimand(name, profile, time=12.0):
    return {"model": "m", "estimand": name, "profile": profile, "time": time, **NUMBERS}


def test_profiles_are_read_as_arms_contrasts_and_populations_of_their_own():
    table = pd.DataFrame(
        [
            estimand("survival", "A - B"),
            estimand("rmst ratio", "A - B / C"),
            estimand("survival", "old man"),
            estimand("survival", "all"),
        ]
    )
    answers = estimand_answers(table, ["A - B", "C"])
    assert answers["arm"].tolist() == ["A - B", "A - B", "", ""]
    assert answers["reference"].tolist() == ["", "C", "", ""]
    assert answers["population"].tolist() == ["", "", "old man", ""]
    assert answers["value"].tolist() == [0.5] * 4


def test_a_quantile_has_its_share_as_level_and_a_probability_its_statement():
    table = pd.DataFrame([estimand("quantile", "A", 0.75), estimand("P(median > 74.1)", "A", 0.5)])
    answers = estimand_answers(table, ["A"])
    assert answers[["quantity", "level"]].to_numpy().tolist() == [
        ["survival_quantile", "0.75"],
        ["median", ""],
    ]
    assert answers["time"].isna().all()
    assert answers.loc[1, ["statement", "probability"]].tolist() == ["> 74.1", 0.4]


def test_a_coefficient_gives_its_log_ratio_its_ratio_and_a_probability():
    row = {"model": "m", "term": "arm[RT]", **NUMBERS, "mcse_mean": 0.01}
    row |= {"hr_median": 0.8, "hr_lower": 0.6, "hr_upper": 1.1, "p_hr_below_1": 0.9}
    nothing = dict.fromkeys(("hr_median", "hr_lower", "hr_upper", "p_hr_below_1"), np.nan)
    table = pd.DataFrame([row, row | {"term": "log_shape"} | nothing])
    answers = coefficient_answers(table, {"m": "log_hazard_ratio"}, {"m": ["arm[RT]"]})
    ratio = one_answer(answers, quantity="hazard_ratio", statement="")
    assert ratio is not None and ratio["value"] == 0.8
    assert find(answers, statement="< 1")["probability"].tolist() == [0.9]
    assert find(answers, term="log_shape")["quantity"].tolist() == ["parameter"]


def test_baselines_say_method_and_model_and_leave_the_steps_of_curves_out():
    random = np.random.default_rng(1)
    table = pd.DataFrame({"t": random.exponential(10, 60), "d": 1, "arm": ["a", "b"] * 30})
    cohort = read_cohort(table, time="t", event="d", treatment="arm")
    baselines = frequentist_answers(
        cohort, covariates=["arm"], times=[5.0], horizon=8.0, cox=["univariable"],
        fleming_harrington=[(1.0, 0.0)],
    )  # fmt: skip
    answers = baseline_answers(baselines)
    assert len(answers) == (~baselines["analysis"].str.endswith("_curve")).sum()
    gain = one_answer(answers, quantity="rmst_difference")
    assert gain is not None
    assert gain[["method", "arm", "reference"]].tolist() == ["kaplan_meier", "b", "a"]
    assert set(find(answers, quantity="test")["model"]) == {"", "fleming_harrington(1, 0)"}
    (cox,) = find(answers, method="cox", quantity="hazard_ratio").to_dict(orient="records")
    assert (cox["model"], cox["term"]) == ("univariable", "arm[b]")


def test_median_and_limits_of_each_column():
    draws = np.column_stack([np.arange(101.0), 10.0 * np.arange(101.0)])[::-1]
    found = median_and_limits(draws, 0.8, axis=0)
    assert found.round(9).tolist() == [[50.0, 500.0], [10.0, 100.0], [90.0, 900.0]]
    assert median_and_limits(list(range(101)), 0.8).round(9).tolist() == [50.0, 10.0, 90.0]

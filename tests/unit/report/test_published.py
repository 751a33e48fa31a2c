"""Printed numbers and what stands beside them."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd

from posthaz.analyses.subsets.answer import SubsetSurvival
from posthaz.analyses.subsets.spec import Subset, SubsetsSpec
from posthaz.baselines import logrank, median_survival, survival_at
from posthaz.cohort import Dropped, Where
from posthaz.report import Results
from posthaz.report.published import published_answers
from posthaz.report.sections.published import published_section
from posthaz.report.sections.rows import answer_row, coefficient_row
from posthaz.spec import Published, Within


def asked(results: Results, *printed: Published, **clinical: object) -> pd.DataFrame:
    analysis = replace(results.analysis, published=printed)
    return published_answers(replace(results, analysis=analysis, clinical=clinical))


def test_a_number_without_an_arm_is_of_all_patients(two_arms):
    together = replace(two_arms.cohort, treatment="")
    found = asked(two_arms, Published("median", 12.0), Published("survival", 0.5, time=12.0))
    median = median_survival(together).iloc[0]
    survival = survival_at(together, [12.0]).iloc[0]
    np.testing.assert_allclose(found["value"], [median["time"], survival["survival"]])
    # the posterior of everybody as treated lies between those of the arms
    arms = two_arms.posterior.estimands.query("estimand == 'survival' and time == 12")
    own = arms[arms["model"] == "weibull"]["median"]
    assert own.min() < found["median"][1] < own.max()


def test_a_median_that_is_not_reached(two_arms):
    censored = replace(two_arms.cohort, cause=np.zeros_like(two_arms.cohort.cause))
    found = asked(replace(two_arms, cohort=censored), Published("median", math.inf, tolerance=0.0))
    assert found.loc[0, "value"] == math.inf
    assert found.loc[0, "agrees"] == "yes"
    reached = asked(two_arms, Published("median", math.inf, tolerance=0.0))
    assert reached.loc[0, "agrees"] == "no"


def test_a_number_missed_where_patients_were_lost_says_so(two_arms):
    cohort = two_arms.cohort
    dose = cohort.covariates["dose_gy"].where(np.arange(len(cohort)) >= 7)
    lacking = replace(
        cohort,
        covariates=cohort.covariates.assign(dose_gy=dose),
        drop_missing=True,
        dropped=(Dropped("missing a covariate of the analysis: 'age' in 2 rows", (3, 9)),),
    )
    analysis = replace(two_arms.analysis, published=(Published("median", 99.0, tolerance=0.1),))
    results = replace(two_arms, analysis=analysis)
    for own, said in ((results, False), (replace(results, cohort=lacking), True)):
        section = published_section(replace(own, published=published_answers(own)))
        note = section.blocks[-1].text
        assert "not meet the printed number" in note
        assert ("2 rows left out" in note) == said
        assert (
            f"is about {len(cohort) - 7} patients, the others missing 'dose_gy' in 7 rows" in note
        ) == said


def test_covariates_one_by_one_and_together(two_arms):
    found = asked(
        two_arms,
        Published("hazard_ratio", 1.0, covariate="dose_gy", model="univariable"),
        Published("hazard_ratio", 1.0, covariate="dose_gy"),
        Published("p_value", 0.5, covariate="dose_gy", below=True),
        Published("hazard_ratio", 1.0, model="multivariable"),
        Published("hazard_ratio", 1.0, model="univariable"),
    )
    alone = answer_row(two_arms, "cox_univariable", "hazard_ratio", term="dose_gy")
    together = answer_row(two_arms, "cox: arm + dose_gy", "hazard_ratio", term="dose_gy")
    arm = [
        answer_row(two_arms, analysis, "hazard_ratio", term="arm[B]")["value"]
        for analysis in ("cox: arm + dose_gy", "cox_univariable")
    ]
    expected = [alone["value"], together["value"], together["p"], *arm]
    np.testing.assert_allclose(found["value"], expected)
    bayes = coefficient_row(two_arms, "adjusted", "dose_gy")["hr_median"]
    assert np.isnan(found["median"][0])  # no model has the dose alone
    assert found["median"][1] == bayes
    assert found["agrees"][2] == ("yes" if together["p"] < 0.5 else "no")


def test_log_rank_between_arms_and_between_levels(two_arms):
    found = asked(
        two_arms,
        Published("logrank", 1.0),
        Published("p_value", 0.05),
        Published("logrank", 1.0, covariate="centre"),
        Published("logrank", 1.0, covariate="dose_gy"),
    )
    arms = logrank(two_arms.cohort)
    centres = logrank(replace(two_arms.cohort, treatment="centre"))
    expected = [arms["chisq"].iloc[0], arms["p"].iloc[0], centres["chisq"].iloc[0]]
    np.testing.assert_allclose(found["value"][:3], expected)
    assert np.isnan(found["value"][3])  # a number has no levels


def subset() -> SubsetSurvival:
    names = ["quantity", "arm", "time", "source", "value", "lower", "upper", "p"]
    table = [
        ("median", "B", np.nan, "Kaplan-Meier", np.nan, 20.0, np.nan, np.nan),
        ("median", "B", np.nan, "posterior", 31.0, 20.0, 50.0, np.nan),
        ("survival", "B", 12.0, "Kaplan-Meier", 0.7, 0.6, 0.8, np.nan),
        ("test", "", np.nan, "log-rank", 4.2, np.nan, np.nan, 0.04),
        ("hazard_ratio", "B", np.nan, "Cox", 0.6, 0.4, 0.9, 0.03),
        ("hazard_ratio", "B", np.nan, "posterior", 0.62, 0.41, 0.93, np.nan),
    ]
    return SubsetSurvival("bulky", "Bulky disease", pd.DataFrame(table, columns=names))


def test_numbers_of_a_subset(two_arms):
    within = Within(subset="bulky")
    printed = (
        Published("median", math.inf, arm="B", within=within),
        Published("survival", 0.7, arm="B", time=12.0, within=within),
        Published("p_value", 0.05, below=True, within=within),
        Published("hazard_ratio", 0.6, within=within),
        Published("survival", 0.7, arm="B", time=24.0, within=within),
    )
    found = asked(two_arms, *printed, subsets=(subset(),))
    assert list(found["value"][:4]) == [math.inf, 0.7, 0.04, 0.6]
    assert list(found["median"][[0, 3]]) == [31.0, 0.62]
    assert np.isnan(found["value"][4])
    assert set(found["within"]) == {"bulky"}
    asked_for = {"subsets": SubsetsSpec((Subset("bulky", Where(), "Bulky disease"),))}
    analysis = replace(two_arms.analysis, published=printed, clinical=asked_for)
    section = published_section(replace(two_arms, analysis=analysis, published=found))
    assert section is not None
    shown = list(section.blocks[1].frame["what"])  # type: ignore[union-attr]
    assert shown[0] == "Median, B (months) (bulky disease)"
    assert shown[2] == "Log-rank P (bulky disease)"


def test_what_no_analysis_gives_is_missing(two_arms):
    found = asked(two_arms, Published("hazard_ratio", 0.7, within=Within(sample="matched")))
    assert found[["value", "median"]].isna().all(axis=None)
    assert found.loc[0, "agrees"] == ""


def test_an_arm_that_is_not_there_has_no_number(two_arms):
    found = asked(
        two_arms,
        Published("median", 12.0, arm="C"),
        Published("median", math.inf, arm="C", tolerance=0.0),
        Published("hazard_ratio", 0.7, arm="C"),
        Published("events", 30.0, arm="C", tolerance=100.0),
    )
    assert found[["value", "median"]].isna().all().all()
    assert found["agrees"].tolist() == ["", "", "", ""]

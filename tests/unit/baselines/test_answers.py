import numpy as np
import pandas as pd
import pytest

from posthaz.baselines import COLUMNS, baseline_table, frequentist_answers
from tests.unit.baselines.small_cohorts import random_cohort, small_cohort


def test_every_answer_has_its_rows() -> None:
    cohort = random_cohort(20)
    table = frequentist_answers(
        cohort,
        covariates=["arm", "age"],
        columns=cohort.covariates[["age", "stage"]],
        times=[3, 6],
        horizon=6,
        quantiles=(0.25, 0.5),
        fleming_harrington=[(0, 1)],
    )
    assert tuple(table.columns) == COLUMNS
    found = table.groupby("analysis", sort=False)["quantity"].unique().map(set).to_dict()
    assert found["kaplan_meier"] == {"survival", "median", "quantile_0.25"}
    assert found["rmst"] == {"rmst", "difference", "ratio"}
    assert found["logrank"] == {"test", "observed", "expected"}
    assert "fleming_harrington(0, 1)" in found
    assert {"hazard_ratio", "log_hazard_ratio", "concordance", "wald"} <= found["cox_multivariable"]
    uni = table[table["analysis"] == "cox_univariable"]
    assert set(uni["term"]) == {"arm", "arm[b]", "age", "GLOBAL"}
    ratio = uni[(uni["term"] == "arm[b]") & (uni["quantity"] == "hazard_ratio")].iloc[0]
    assert ratio["lower"] < ratio["value"] < ratio["upper"]
    assert ratio["n"] == 60
    against = table[(table["analysis"] == "rmst") & (table["quantity"] == "difference")]
    assert against["term"].tolist() == ["against a"]


def test_the_table_survives_a_round_trip(tmp_path) -> None:
    table = frequentist_answers(random_cohort(21), covariates=["age"], times=[4])
    path = tmp_path / "baselines.csv"
    table.to_csv(path, index=False)
    again = pd.read_csv(path, dtype=dict.fromkeys(("arm", "term", "note"), str)).fillna(
        dict.fromkeys(("arm", "term", "note"), "")
    )
    pd.testing.assert_frame_equal(again, table, check_dtype=False)


def test_what_is_not_asked_for_is_not_there() -> None:
    cohort = random_cohort(22)
    none = frequentist_answers(cohort, with_kaplan_meier=False, with_logrank=False, cox=())
    assert none.empty
    assert tuple(none.columns) == COLUMNS
    tests = frequentist_answers(cohort, with_kaplan_meier=False, cox=())
    assert set(tests["analysis"]) == {"logrank"}


@pytest.mark.parametrize("arm", [None, ["a", "a", "b", "b"], ["a", "b", "b", "b"]])
def test_hard_cohorts_give_rows_and_notes_instead_of_errors(arm: list[str] | None) -> None:
    cohort = small_cohort([1, 2, 3, 4], [1, 0, 0, 0], arm, age=[60.0, 70.0, 50.0, 65.0])
    covariates = ["age"] if arm is None else ["arm", "age"]
    table = frequentist_answers(
        cohort, covariates=covariates, columns=cohort.covariates[["age"]], times=[2], horizon=3
    )
    medians = table[(table["quantity"] == "median") & (table["analysis"] == "kaplan_meier")]
    assert medians["note"].str.contains("not reached").any()
    assert ("logrank" in set(table["analysis"])) == (arm is not None)
    if arm is not None:
        row = table[(table["term"] == "arm[b]") & (table["quantity"] == "hazard_ratio")].iloc[0]
        assert np.isnan(row["lower"])
        assert "no finite estimate" in row["note"]


def test_no_parts_give_an_empty_table() -> None:
    assert baseline_table([]).empty

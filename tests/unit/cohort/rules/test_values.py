"""Covariates that are numbers."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from posthaz.cohort import Column
from tests.unit.cohort.small_tables import changed, good_table, read, refusal

MEASURED = {
    "unit": {"columns": {"age": Column("age", unit="years")}},
    "role": {"columns": {"age": Column("age", role="age")}},
    "step": {"columns": {"age": Column("age", step=10.0)}},
    "mostly numbers": {"covariates": ["age"]},
}


@pytest.mark.parametrize("case", MEASURED)
def test_text_in_a_column_of_numbers(case: str):
    message = refusal(changed("age", 6, "sixty"), **MEASURED[case])
    assert "row 6, column 'age': text in a column of numbers: 'sixty'" in message


@pytest.mark.parametrize("written", ["{},5", "<{}", "{} %"])
def test_numbers_with_marks_are_no_levels(written: str):
    table = good_table()
    table["age"] = [written.format(age) for age in table["age"]]
    message = refusal(table, covariates=["age"])
    assert "column 'age': text in a column of numbers" in message
    if "," in written:
        assert 'decimal = ","' in message
        assert read(table, covariates=["age"], decimal=",").covariates["age"].iloc[0] % 1 == 0.5


def test_bounds_of_groups_are_levels():
    table = good_table().assign(age=["<50", "50-60", ">60", "<50"] * 10)
    assert len(read(table, covariates=["age"]).covariates["age"].cat.categories) == 3


def test_a_factor_of_numbers_and_text_is_a_factor():
    table = good_table().assign(stage=["1", "2", "3a", "2"] * 10)
    cohort = read(table, covariates=["stage"])
    assert list(cohort.covariates["stage"].cat.categories) == ["1", "2", "3a"]


def test_levels_make_any_column_a_factor():
    ages = sorted({*(str(age) for age in good_table()["age"]), "old"})
    columns = {"age": Column("age", levels=tuple(ages))}
    assert read(changed("age", 6, "old"), columns=columns).covariates["age"][5] == "old"


def test_columns_nobody_asked_for_do_not_stop_the_analysis():
    assert len(read(changed("age", 6, "sixty"))) == 40


def test_infinite_values():
    message = refusal(changed("age", 6, np.inf), covariates=["age"])
    assert "row 6, column 'age': value is infinite" in message


def test_one_value_only():
    table = good_table().assign(age=60)
    message = refusal(table, covariates=["age"])
    assert "column 'age': the covariate has one value only (60)" in message
    assert len(read(table)) == 40


def test_one_level_only():
    assert "the treatment has one level only ('A')" in refusal(good_table().assign(arm="A"))
    table = good_table().assign(sex="f")
    assert "the covariate has one level only ('f')" in refusal(table, covariates=["sex"])
    assert len(read(table)) == 40


def test_one_level_after_dropping_rows():
    table = good_table()
    table["age"] = table["age"].where(table["arm"] == "A")
    message = refusal(table, covariates=["age"], missing="drop")
    assert "the treatment has one level only ('A')" in message


@pytest.mark.parametrize(
    "dates",
    [
        pd.date_range("2015-01-01", periods=40),
        [f"2015-03-{1 + k % 5:02}" for k in range(40)],
        [f"{1 + k % 5}.4.2016" for k in range(40)],
        pd.to_timedelta(range(40), unit="D"),
    ],
)
def test_a_date_is_no_covariate(dates: Any) -> None:
    said = refusal(good_table().assign(seen=dates), covariates=["seen"])
    unlike = len(set(map(str, dates))) == 40
    what = "it looks like an identifier" if unlike else "its values are dates"
    assert f"column 'seen': {what}" in said
    assert ("2015" in said) is (not unlike and "2015" in str(dates))
    assert "give a number, as the years since a common day" in said

"""Covariates become numbers or ordered factors."""

import formulae
import numpy as np
import pandas as pd
import pytest

from posthaz.cohort import Column
from posthaz.cohort.levels import level_text
from tests.unit.cohort.small_tables import changed, good_table, read, refusal


def _levels(table: pd.DataFrame, name: str, **fields: object) -> list[str]:
    dtype = read(table, **fields).covariates[name].dtype
    assert isinstance(dtype, pd.CategoricalDtype)
    assert dtype.ordered
    return [str(level) for level in dtype.categories]


@pytest.mark.parametrize(
    ("value", "text"),
    [(1, "1"), (1.0, "1"), ("1.0", "1"), ("01", "1"), (1.5, "1.5"), (" T4a ", "T4a"),
     (True, "True"), (np.bool_(False), "False"), ("-1.0", "-1"), ("1e3", "1e3")],
)  # fmt: skip
def test_level_text(value: object, text: str):
    assert level_text(value) == text


def test_the_treatment_is_a_factor_even_as_a_number():
    table = good_table()
    table["arm"] = np.where(table["arm"] == "A", 0.0, 1.0)
    assert _levels(table, "arm") == ["0", "1"]
    assert _levels(table, "arm", treatment_reference="1.0") == ["1", "0"]


def test_reference_comes_first_from_treatment_then_column_then_order():
    columns = {"arm": Column("arm", levels=("B", "A"))}
    assert _levels(good_table(), "arm", columns=columns) == ["B", "A"]
    columns = {"arm": Column("arm", reference="B")}
    assert _levels(good_table(), "arm", columns=columns) == ["B", "A"]
    assert _levels(good_table(), "arm", columns=columns, treatment_reference="A") == ["A", "B"]


def test_factors_keep_their_order_for_formulae():
    table = good_table().assign(stage=["IIIB", "II", "IIIA", "II"] * 10)
    columns = {"stage": Column("stage", levels=("II", "IIIA", "IIIB"), reference="IIIA")}
    cohort = read(table, columns=columns)
    assert list(cohort.covariates["stage"].cat.categories) == ["IIIA", "II", "IIIB"]
    design = formulae.design_matrices("stage", cohort.covariates)
    assert design.common is not None
    assert list(design.common.terms["stage"].labels) == ["stage[II]", "stage[IIIB]"]


def test_levels_sort_by_number():
    table = good_table().assign(group=pd.Series([10, 9, 2, 10] * 10).astype(str) + "x")
    assert _levels(table, "group") == ["10x", "2x", "9x"]
    columns = {"group": Column("group", levels=("2", "9", "10"))}
    table["group"] = [10, 9, 2, 10] * 10
    assert _levels(table, "group", columns=columns) == ["2", "9", "10"]


def test_booleans_are_factors_however_they_are_written():
    table = good_table().assign(smoker=[True, False] * 20)
    assert _levels(table, "smoker") == ["False", "True"]
    assert _levels(table.assign(smoker=["TRUE", "false"] * 20), "smoker") == ["False", "True"]
    columns = {"smoker": Column("smoker", levels=("true", "false"), reference="false")}
    assert _levels(table, "smoker", columns=columns) == ["false", "true"]
    with_gaps = table.assign(smoker=[True, None] * 10 + [False, None] * 10)
    assert read(with_gaps).covariates["smoker"].isna().sum() == 20


def test_categories_of_a_frame_keep_their_order_and_lose_empty_ones():
    categories = pd.Categorical(["high", "low"] * 20, categories=["low", "mid", "high"])
    assert _levels(good_table().assign(grade=categories), "grade") == ["low", "high"]


def test_numbers_become_float():
    table = good_table().assign(
        count=pd.array([1, None] * 20, dtype="Int64"), text=["1.5", " 2 "] * 20
    )
    covariates = read(table).covariates
    assert {str(covariates[name].dtype) for name in ("age", "count", "text")} == {"float64"}
    assert covariates["count"].isna().sum() == 20
    assert covariates["text"][1] == 2


def test_levels_without_rows_are_left_out_and_named():
    columns = {"arm": Column("arm", levels=("A", "B", "C"))}
    cohort = read(good_table(), columns=columns)
    assert cohort.arms == ("A", "B")
    assert "no row has the level C, so it was left out" in str(cohort.notices[0])


def test_a_value_outside_the_levels():
    columns = {"arm": Column("arm", levels=("A", "B"))}
    message = refusal(changed("arm", 5, "b"), columns=columns)
    assert "row 5, column 'arm': value outside the levels named: 'b'" in message
    assert "levels = [A, B]" in message


def test_an_unknown_reference():
    message = refusal(good_table(), treatment_reference="Z")
    assert "no row has the reference level 'Z'" in message
    assert "A, B" in message
    empty = {"arm": Column("arm", levels=("C", "A", "B"), reference="C")}
    assert "no row has the reference level 'C'" in refusal(good_table(), columns=empty)


def test_numeric_levels_keep_their_labels():
    table = good_table().assign(arm=[0.0, 1.0] * 20)
    column = Column("arm", levels=("0.0", "1.0"), level_labels=("None", "PCI"))
    cohort = read(table, columns={"arm": column})
    assert [cohort.arm_label(arm) for arm in cohort.arms] == ["None", "PCI"]

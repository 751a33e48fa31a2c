"""Covariate values that answers are asked for."""

import numpy as np
import pandas as pd
import pytest

from posthaz.design import learn_design, value_faults, values_beyond
from posthaz.errors import FormulaError

FRAME = pd.DataFrame(
    {
        "age": [40.0, 60.0, 80.0, 50.0],
        "stage": pd.Categorical(["II", "III", "II", "III"], ordered=True),
        "grade": pd.Categorical(["1", "2", "2", "1"], ordered=True),
    }
)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"AGE": 90}, "there is no covariate 'AGE' (did you mean 'age'?)"),
        ({"Stage": "II"}, "did you mean 'stage'?"),
        ({"weight": 3}, "there is no covariate 'weight'"),
        ({"age": "old"}, "found the text 'old', where a number belongs"),
        ({"age": "63"}, "found the text '63', where a number belongs"),
        ({"age": True}, "found true, where a number belongs"),
        ({"age": None}, "no value is given"),
        ({"age": float("nan")}, "nan is no finite number"),
        ({"age": float("inf")}, "inf is no finite number"),
        ({"age": 10**400}, "is no finite number"),
        ({"age": [60]}, "found a list"),
        ({"stage": "IV"}, "there is no level 'IV'"),
        ({"stage": ""}, "there is no level ''"),
        ({"grade": 3}, "there is no level '3'"),
    ],
)
def test_values_that_cannot_be(values: dict[str, object], said: str) -> None:
    (finding,) = value_faults(FRAME, values, "profile")
    assert said in finding.what
    assert finding.fix


@pytest.mark.parametrize(
    "values", [{"age": 90}, {"age": np.float64(61)}, {"stage": "II"}, {"grade": 2}, {"grade": 2.0}]
)
def test_values_that_can_be(values: dict[str, object]) -> None:
    assert not list(value_faults(FRAME, values, "profile"))


def test_values_beyond_the_data_are_said() -> None:
    (finding,) = values_beyond(FRAME, {"age": 90, "stage": "II"}, "profile")
    assert "90 is beyond the data, which reach from 40 to 80" in finding.what
    assert not list(values_beyond(FRAME, {"age": 80}, "profile"))


def test_new_patients_have_every_covariate() -> None:
    design = learn_design(FRAME, "age + stage")
    with pytest.raises(FormulaError, match="which lack 'age'"):
        design.matrix(FRAME.drop(columns="age"))
    with pytest.raises(FormulaError, match="'age' is missing in 1 row"):
        design.matrix(FRAME.assign(age=[1.0, np.nan, 3.0, 4.0]))

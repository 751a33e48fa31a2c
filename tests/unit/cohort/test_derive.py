"""Covariates computed from others while a cohort is read."""

import numpy as np
import pandas as pd
import pytest

import posthaz as ph
from posthaz.cohort import Column, Cut, FractionatedDose
from posthaz.errors import CohortError

FRAME = pd.DataFrame(
    {
        "time": [3.0, 4.0, 5.0, 6.0],
        "dead": [1, 0, 1, 1],
        "dose": [60.0, 45.0, 50.0, 66.0],
        "fraction": [2.0, 3.0, 2.5, 2.0],
        "gtv": [100.0, 146.0, np.nan, 146.1],
    }
)


def read(columns, frame=FRAME, **fields):
    named = {name: Column(name, derived=how) for name, how in columns.items()}
    return ph.read_cohort(frame, time="time", event="dead", columns=named, **fields)


def test_doses_and_cuts():
    cohort = read(
        {
            "eqd2": FractionatedDose("eqd2", "dose", "fraction", 10.0),
            "bed": FractionatedDose("bed", "dose", 2.0, 10.0),
            "large": Cut("gtv", (146.0,)),
        }
    )
    assert cohort.covariates["eqd2"].tolist() == pytest.approx([60.0, 48.75, 50 * 12.5 / 12, 66.0])
    assert cohort.covariates["bed"].tolist() == pytest.approx([72.0, 54.0, 60.0, 79.2])
    large = cohort.covariates["large"]
    assert large.astype(object).tolist()[:2] == ["<146", ">=146"]
    assert large.isna().tolist() == [False, False, True, False]
    assert large.cat.ordered


def test_a_derived_column_may_be_derived_from_and_be_the_treatment():
    columns = {
        "high": Cut("eqd2", (55.0,)),
        "eqd2": FractionatedDose("eqd2", "dose", "fraction", 10.0),
    }
    cohort = read(columns, treatment="high")
    assert cohort.arms == ("<55", ">=55")
    assert cohort.arm.tolist() == [">=55", "<55", "<55", ">=55"]


def test_levels_have_names_with_the_unit_of_what_was_cut():
    columns = {"gtv": Column("gtv", unit="cm3"), "g": Column("g", derived=Cut("gtv", (50, 146)))}
    cohort = ph.read_cohort(FRAME, time="time", event="dead", columns=columns)
    assert cohort.columns["g"].level_labels == ("<50 cm3", "50 to <146 cm3", "≥146 cm3")
    assert cohort.arm_label("all") == "All patients"


@pytest.mark.parametrize(
    ("columns", "frame", "message"),
    [
        ({"x": Cut("gvt", (1.0,))}, FRAME, "there is no column 'gvt' to derive it from"),
        ({"dose": Cut("gtv", (1.0,))}, FRAME, "the table has one of that name"),
        ({"x": Cut("y", (1.0,)), "y": Cut("x", (1.0,))}, FRAME, "can't be computed itself"),
        (
            {"x": Cut("gtv", (1.0,))},
            FRAME.assign(gtv=["1", "2", "large", "4"]),
            "row 3, column 'gtv': text where 'x' is derived from numbers",
        ),
    ],
)
def test_what_can_not_be_derived_is_refused(columns, frame, message):
    with pytest.raises(CohortError) as caught:
        read(columns, frame)
    assert message in str(caught.value)
    assert "Fix:" in str(caught.value)


def test_rows_without_a_needed_derived_covariate_are_refused_or_dropped():
    columns = {"large": Cut("gtv", (146.0,))}
    with pytest.raises(CohortError, match="row 3"):
        read(columns, covariates=["large"])
    assert len(read(columns, covariates=["large"], missing="drop")) == 3


@pytest.mark.parametrize("at", [(), (2.0, 1.0), (1.0, 1.0), (float("nan"),), "69", 60])
def test_cuts_increase(at):
    with pytest.raises(ValueError, match="increasing"):
        Cut("x", at)

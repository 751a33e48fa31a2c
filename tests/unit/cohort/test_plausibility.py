"""Values that a role and unit make implausible."""

import numpy as np
import pytest

from posthaz.cohort import Column
from tests.unit.cohort.small_tables import good_table, notices, refusal

TYPICAL = {
    "gtv": ("cm3", np.linspace(5, 300, 40)),
    "ptv": ("cc", np.linspace(50, 900, 40)),
    "dose": ("Gy", np.linspace(50, 70, 40)),
    "age": ("years", np.linspace(40, 85, 40)),
}


def _columns(role: str, unit: str) -> dict[str, Column]:
    return {"x": Column("x", role=role, unit=unit)}


@pytest.mark.parametrize("role", TYPICAL)
def test_typical_values_raise_no_doubt(role: str):
    unit, values = TYPICAL[role]
    assert notices(good_table().assign(x=values), columns=_columns(role, unit)) == ""
    assert notices(good_table().assign(x=values), columns=_columns(role, "")) == ""


@pytest.mark.parametrize(
    ("role", "factor", "looks_like", "fix"),
    [("gtv", 1000, "mm3 or a count of voxels", "divide mm3 by 1000"),
     ("ptv", 1000, "mm3 or a count of voxels", "divide mm3 by 1000"),
     ("dose", 100, "cGy", "divide cGy by 100"),
     ("age", 365.25, "months or days", "days by 365.25")],
)  # fmt: skip
def test_a_column_in_another_unit_is_refused(role: str, factor: float, looks_like: str, fix: str):
    unit, values = TYPICAL[role]
    message = refusal(good_table().assign(x=values * factor), columns=_columns(role, unit))
    assert f"which looks like {looks_like}" in message
    assert f"{np.median(values) * factor:g} {unit}" in message.replace(",", "")
    assert fix in message


@pytest.mark.parametrize(("role", "factor"), [("gtv", 1000), ("dose", 100)])
def test_without_a_unit_it_is_a_notice(role: str, factor: float):
    table = good_table().assign(x=TYPICAL[role][1] * factor)
    assert "no unit is named, which looks like" in notices(table, columns=_columns(role, ""))


@pytest.mark.parametrize("role", TYPICAL)
def test_single_rows_in_another_unit_are_a_notice(role: str):
    unit, values = TYPICAL[role]
    values = values.copy()
    values[4] = 40000
    said = notices(good_table().assign(x=values), columns=_columns(role, unit))
    assert "row 5, column 'x': 1 value above" in said


@pytest.mark.parametrize("role", TYPICAL)
def test_values_below_zero_are_refused(role: str):
    unit, values = TYPICAL[role]
    values = values.copy()
    values[[2, 3]] = -99
    message = refusal(good_table().assign(x=values), columns=_columns(role, unit))
    assert "rows 3 and 4, column 'x': a " in message
    assert "below 0 (-99)" in message


def test_a_volume_of_zero_is_a_notice():
    values = TYPICAL["gtv"][1].copy()
    values[0] = 0
    said = notices(good_table().assign(x=values), columns=_columns("gtv", "cm3"))
    assert "row 1, column 'x': a volume of 0" in said


@pytest.mark.parametrize("unit", ["mm3", "voxels"])
def test_volumes_in_other_units_are_left_alone(unit: str):
    table = good_table().assign(x=TYPICAL["gtv"][1] * 1000)
    assert notices(table, columns=_columns("gtv", unit)) == ""


def test_gray_under_centigray():
    table = good_table().assign(x=TYPICAL["dose"][1])
    assert "looks like Gy" in refusal(table, columns=_columns("dose", "cGy"))


def test_biological_doses_may_be_high():
    columns = {"x": Column("x", label="BED10", role="dose", unit="Gy")}
    assert notices(good_table().assign(x=np.linspace(100, 220, 40)), columns=columns) == ""


def test_a_planning_volume_holds_the_gross_one():
    gtv, ptv = TYPICAL["gtv"][1], TYPICAL["ptv"][1].copy()
    columns = {
        "gtv": Column("gtv", role="gtv", unit="cm3"),
        "ptv": Column("ptv", role="ptv", unit="cm3"),
    }
    assert notices(good_table().assign(gtv=gtv, ptv=ptv), columns=columns) == ""
    ptv[7] = 1
    said = notices(good_table().assign(gtv=gtv, ptv=ptv), columns=columns)
    assert "row 8, column 'ptv': the PTV is smaller than the GTV ('gtv') in 1 of 40 rows" in said
    said = notices(good_table().assign(gtv=ptv, ptv=gtv / 10), columns=columns)
    assert "whether the two columns were swapped" in said

"""Values that look like missing ones."""

import numpy as np
import pytest

from posthaz.cohort import Column
from tests.unit.cohort.small_tables import good_table, notices, read, refusal


def _stages(*marks: str) -> list[str]:
    return [*marks, *["I", "II", "III"][: 40 - len(marks)] * 20][:40]


@pytest.mark.parametrize("mark", ["?", "-", "--", "unknown", "Unknown", "n.a.", "9", "99", "未知"])
def test_a_marker_among_levels_is_a_doubt_and_never_the_reference(mark: str):
    table = good_table().assign(stage=_stages(mark, mark))
    said = notices(table)
    assert f"rows 1 and 2, column 'stage': the level '{mark}' (2 rows) looks like a missing" in said
    assert f'missing_values = ["{mark}"]' in said
    assert list(read(table).covariates["stage"].cat.categories) == ["I", "II", "III", mark]


def test_markers_stated_are_missing_everywhere():
    table = good_table().assign(stage=_stages("?", "-"))
    cohort = read(table, missing_values=["?", "-"])
    assert cohort.covariates["stage"].isna().sum() == 2
    assert cohort.notices == ()
    table["age"] = table["age"].astype(object)
    table.loc[5, "age"] = "?"
    cohort = read(table, missing_values=["?", "-"], covariates=["age"], missing="drop")
    assert len(cohort) == 39
    assert cohort.covariates["age"].dtype == float
    table["time"] = table["time"].astype(object)
    table.loc[7, "time"] = "-"
    assert "row 8, column 'time': time is missing" in refusal(table, missing_values=["?", "-"])


@pytest.mark.parametrize(
    "levels", [["+", "-"], ["known", "unknown"], ["positive", "-"], ["none", "some"], ["no", "yes"]]
)
def test_levels_that_mean_something(levels: list[str]):
    assert notices(good_table().assign(x=levels * 20)) == ""


def test_levels_that_were_named_are_levels():
    table = good_table().assign(stage=_stages("unknown", "unknown"))
    columns = {"stage": Column("stage", levels=("unknown", "I", "II", "III"))}
    assert notices(table, columns=columns) == ""
    assert read(table, columns=columns).covariates["stage"].cat.categories[0] == "unknown"


def test_an_arm_that_is_a_marker():
    table = good_table().assign(arm=["?", *["A", "B"] * 20][:40])
    assert "column 'arm': the level '?' (1 row)" in notices(table)
    assert read(table).arms == ("A", "B", "?")


@pytest.mark.parametrize(("code", "rows"), [(999, 1), (-9, 1), (-99, 2), (9999, 3)])
def test_codes_far_outside_are_a_doubt(code: int, rows: int):
    values = np.arange(1.0, 41.0)
    values[:rows] = code
    said = notices(good_table().assign(hb=values))
    assert f"column 'hb': {code} ({rows} row" in said
    assert f"missing_values = [{code}]" in said
    assert notices(good_table().assign(hb=values), missing_values=(code,)) == ""


def test_codes_among_the_rest_are_values():
    random = np.random.default_rng(3)
    assert notices(good_table().assign(hb=np.append(random.uniform(50, 140, 39), 99))) == ""
    assert notices(good_table().assign(z=np.append(random.normal(0, 4, 39), -9))) == ""
    assert notices(good_table().assign(nodes=[0, 1, 2, 3, 4, 5, 6, 9] * 5)) == ""
    assert notices(good_table().assign(psa=np.append(random.lognormal(3, 1, 39), 99.0))) == ""


def test_a_time_that_is_a_code():
    table = good_table()
    table.loc[[3, 4], "time"] = 9999
    assert "column 'time': 9999 (2 rows) looks like a code for missing" in notices(table)


def test_a_marker_in_a_measurement_names_the_key():
    table = good_table().astype({"age": object})
    table.loc[0, "age"] = "?"
    said = refusal(table, covariates=["age"])
    assert "row 1, column 'age': text in a column of numbers: '?'" in said
    assert "missing_values" in said


def test_a_heap_of_99_above_ages_is_a_doubt():
    ages = np.append(np.arange(42.0, 78.0), [99.0] * 4)
    assert "column 'age': 99 (4 rows) looks like a code" in notices(good_table().assign(age=ages))
    assert notices(good_table().assign(age=np.append(np.arange(42.0, 81.0), 99.0))) == ""
    assert "looks like a code" not in notices(good_table().assign(time=ages))

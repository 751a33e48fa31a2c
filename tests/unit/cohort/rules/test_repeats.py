"""Patients who stand in several rows although nothing says so."""

import numpy as np
import pandas as pd
import pytest

from posthaz.cohort import CohortSpec, Where, read_cohort
from posthaz.cohort.where import Condition
from tests.unit.cohort.small_tables import good_table, notices, read, refusal


def _adtte() -> pd.DataFrame:
    table = good_table().assign(USUBJID=[f"01-{k:03d}" for k in range(40)])
    return pd.concat(
        [table.assign(PARAMCD="OS"), table.assign(PARAMCD="PFS", time=table["time"] * 0.7)],
        ignore_index=True,
    )


@pytest.mark.parametrize("fields", [{}, {"subject": "USUBJID"}])
def test_a_table_of_several_endpoints_is_refused(fields: dict):
    said = refusal(_adtte(), **fields)
    assert "several endpoints, each of the 40 values of 'USUBJID'" in said
    assert "'OS' in 40 rows and 'PFS' in 40 rows" in said
    assert 'choose one: [cohort.where] PARAMCD = "OS"' in said


def test_one_endpoint_chosen_is_no_doubt():
    where = Where((Condition("PARAMCD", ("PFS",)),))
    cohort = read(_adtte(), where=where, columns={})
    assert len(cohort) == 40
    assert cohort.notices == ()


def test_param_needs_no_column_of_patients():
    table = good_table().assign(PARAM=["Overall survival", "Time to progression"] * 20)
    assert "several endpoints: 'Overall survival' in 20 rows" in refusal(table)


def test_event_types_of_different_patients_are_no_endpoints():
    table = good_table().assign(etype=["death", "relapse"] * 20, id=range(40))
    assert notices(table) == ""
    long = pd.concat([table.assign(etype=1), table.assign(etype=2, event=1)], ignore_index=True)
    assert "choose one: [cohort.where] etype = " in refusal(long)


def test_repeated_ids_are_a_doubt_until_subject_or_cluster_is_named():
    table = good_table().assign(pat_id=[*range(30), *range(10)])
    said = notices(table)
    assert "column 'pat_id': 10 values stand in more than one row ('0', '1', '2', '3', ...)" in said
    assert "40 rows, 30 different, and each row counts as a patient" in said
    assert 'subject = "pat_id"' in said
    assert notices(table, cluster="pat_id") == ""
    assert notices(table.assign(pat_id=range(40))) == ""


def test_codes_like_names_of_patients_are_seen_without_their_name():
    codes = [f"P{k:03d}" for k in [*range(30), *range(10)]]
    assert "column 'code'" in notices(good_table().assign(code=codes))
    assert notices(good_table().assign(code=[f"T{k % 4}" for k in range(40)])) == ""


@pytest.mark.parametrize("name", ["site_id", "centre_no", "nodes", "size"])
def test_columns_that_name_no_patients(name: str):
    values = np.random.default_rng(1).integers(0, 25, 40)
    assert notices(good_table().assign(**{name: values})) == ""


def test_doubled_rows_are_counted():
    table = good_table()
    doubled = pd.concat([table, table.iloc[[3, 11, 20, 30]]], ignore_index=True)
    said = notices(doubled)
    assert "rows 41, 42, 43 and 44: 4 rows stand twice, equal to another row in every" in said
    assert "row 41: 1 row stands twice" in notices(
        pd.concat([table, table.iloc[[3]]], ignore_index=True)
    )


def test_a_table_pasted_twice():
    table = good_table()[["time", "event"]]
    said = "\n".join(
        map(str, read_cohort(pd.concat([table] * 2), time="time", event="event").notices)
    )
    assert "40 rows stand twice" in said


def test_coarse_times_coincide_by_chance():
    random = np.random.default_rng(5)
    table = pd.DataFrame(
        {"time": random.integers(1, 12, 60), "event": 1 - (random.random(60) < 0.3),
         "arm": random.choice(["A", "B"], 60)}
    )  # fmt: skip
    assert table.duplicated().sum() > 10
    cohort = read_cohort(table, CohortSpec(time="time", event="event", treatment="arm"))
    assert not [n for n in cohort.notices if "equal to another row" in str(n)]


def test_a_column_that_names_endpoints_is_not_one_of_patients():
    table = good_table().assign(OUTCOME=[f"patient {k}" for k in range(40)])
    assert len(read(table)) == 40

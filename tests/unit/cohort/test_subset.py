"""A named subset of the rows, taken on reading."""

import pandas as pd
import pytest

from posthaz.cohort import Column, Condition, Where, read_cohort
from posthaz.errors import CohortError

TABLE = pd.DataFrame(
    {
        "time": [1.0, 2.0, -3.0, 4.0, 5.0, 6.0],
        "event": [1, 0, 1, 1, 0, 1],
        "arm": ["a", "b", "c", "a", "b", "b"],
        "age": [50, 61, 70, None, 66, 80],
    }
)
COLUMNS = {
    "arm": Column("arm", label="Arm", levels=("a", "b", "c"), level_labels=("A", "B", "C")),
    "age": Column("age", label="Age", unit="years"),
}


def read(*conditions, **fields):
    return read_cohort(
        TABLE, time="time", event="event", treatment="arm", columns=COLUMNS,
        where=Where(conditions), **fields,
    )  # fmt: skip


def test_rows_outside_are_left_out_before_any_rule():
    cohort = read(Condition("arm", ("a", "b")))
    assert cohort.arms == ("a", "b")
    assert cohort.row_number.tolist() == [1, 2, 4, 5, 6]
    (dropped,) = cohort.dropped
    assert (dropped.rows, dropped.reason) == ((3,), "outside the patients asked for (Arm A or B)")
    assert cohort.source.rows == 6


def test_a_part_of_the_follow_up_is_said_and_another_endpoint_is_none():
    table = pd.DataFrame(
        {"id": [1, 1, 2, 2], "s": [0, 4, 0, 3], "t": [4, 9, 3, 7], "d": [0, 1, 0, 1],
         "ldh": [1, 2, 2, 2], "param": ["OS", "OS", "OS", "OS"]}
    )  # fmt: skip
    roles = {"time": "t", "event": "d", "entry": "s", "subject": "id"}
    high = Where((Condition("ldh", at_least=2),))
    said = [found.what for found in read_cohort(table, **roles, where=high).notices]
    assert any("of 1 patient (1) the conditions on 'ldh' keep a part" in what for what in said)
    both = pd.concat([table, table.assign(param="PFS")], ignore_index=True)
    one = Where((Condition("param", levels=("OS",)),))
    said = [found.what for found in read_cohort(both, **roles, where=one).notices]
    assert not any("keep a part" in what for what in said)


def test_limits_and_rows_that_cannot_be_told():
    cohort = read(Condition("arm", ("a", "b")), Condition("age", at_least=50, below=80))
    assert cohort.row_number.tolist() == [1, 2, 5]
    assert [(one.rows, one.reason) for one in cohort.dropped] == [
        ((3, 6), "outside the patients asked for (Arm A or B, Age ≥ 50, Age < 80)"),
        ((4,), "missing what tells the patients asked for ('arm', 'age')"),
    ]


def test_what_is_missing_within_the_subset_has_its_own_rows():
    cohort = read(Condition("arm", ("a", "b")), covariates=["age"], missing="drop")
    assert [one.rows for one in cohort.dropped] == [(3,), (4,)]


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        (Condition("arm", ("A",)), "'A' is not a level of 'arm'"),
        (Condition("sex", ("f",)), "there is no column 'sex'"),
        (Condition("arm", at_least=1.0), "'arm' holds text, and has no limits"),
        (Condition("age", above=90.0), "no row meets the conditions on 'age'"),
    ],
)
def test_conditions_that_cannot_hold(condition, message):
    with pytest.raises(CohortError, match=message):
        read(condition)

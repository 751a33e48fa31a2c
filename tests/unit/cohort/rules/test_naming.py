"""What is named must be there, and be one of the choices."""

import pandas as pd
import pytest

from posthaz.cohort import Column
from tests.unit.cohort.small_tables import good_table, read, refusal

CASES = {
    "time": ({"time": "tme"}, "time: there is no column 'tme' (did you mean 'time'?)"),
    "event": ({"event": "evnt"}, "event: there is no column 'evnt' (did you mean 'event'?)"),
    "entry": ({"entry": "start"}, "entry: there is no column 'start' (known: time"),
    "weight": ({"weight": "w"}, "weight: there is no column 'w'"),
    "subject": ({"subject": "id"}, "subject: there is no column 'id'"),
    "cluster": ({"cluster": "centre"}, "cluster: there is no column 'centre'"),
    "treatment": ({"treatment": "am"}, "treatment: there is no column 'am' (did you mean 'arm'?)"),
    "covariate": ({"covariates": ["agee"]}, "covariate: there is no column 'agee'"),
    "column": ({"columns": {"sex": Column("sex")}}, "covariate: there is no column 'sex'"),
    "no event": ({"event": ""}, "give event beside time"),
    "no time": ({"time": ""}, "give time beside event"),
    "nothing": ({"time": "", "event": ""}, "no follow-up is named"),
    "both": ({"lower": "age", "upper": "age"}, "both time and event and lower and upper"),
    "half": ({"time": "", "event": "", "lower": "age"}, "lower is named without upper"),
    "unit": ({"unit": "hours"}, "unknown unit 'hours'. Fix: use days, weeks, months, years"),
    "missing": ({"missing": "impute"}, 'unknown choice \'impute\'. Fix: use "refuse" or "drop"'),
    "zero_time": ({"zero_time": -1.0}, "zero_time: -1.0 is not a time above 0"),
    "zero_time as text": ({"zero_time": "half"}, "zero_time: 'half' is not a time above 0"),
    "event_codes": ({"event_codes": {"1": -1, "0": 0}}, "event_codes, '1': -1 has no meaning"),
}


@pytest.mark.parametrize("case", CASES)
def test_the_specification_is_checked(case: str):
    fields, said = CASES[case]
    assert said in refusal(good_table(), **fields)


@pytest.mark.parametrize("table", [pd.DataFrame(), good_table().iloc[:0]])
def test_an_empty_table(table: pd.DataFrame):
    assert "the table is empty" in refusal(table)


def test_follow_up_by_cause_alone_is_enough():
    cohort = read(good_table(), event="", cause="event")
    assert cohort.event.sum() == 20

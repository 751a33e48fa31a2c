"""Event codes have a meaning, and there is an event."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from posthaz.cohort import read_cohort
from posthaz.errors import CohortError
from tests.unit.cohort.small_tables import changed, good_table, read, refusal


def test_a_missing_code():
    assert "row 4, column 'event': the event code is missing" in refusal(changed("event", 4, None))


def test_a_code_outside_the_mapping():
    message = refusal(changed("event", 4, "D"), event_codes={"0": 0, "1": 1})
    assert "row 4, column 'event': event codes without a meaning: 'D'" in message
    assert "accepted are '0' and '1'" in message


def test_a_code_outside_the_standard_codings():
    message = refusal(changed("event", 4, "maybe"))
    assert "row 4, column 'event': event codes without a meaning: 'maybe'" in message
    assert "event_codes" in message


def test_a_stray_number():
    message = refusal(changed("event", 4, 9))
    assert "row 4" in message
    assert "0 (19 rows), 1 (20 rows), 9 (1 row)" in message
    assert 'event_codes = { "0" = 0, "1" = 1, "2" = 2 }' in message


def test_causes_need_a_mapping():
    table = good_table().assign(event=[0, 1, 2, 0] * 10)
    assert "may be several causes or a slip" in refusal(table)
    cohort = read(table, event_codes={"0": 0, "1": 1, "2": 2})
    assert cohort.cause[:4].tolist() == [0, 1, 2, 0]
    assert cohort.event.sum() == 10


@pytest.mark.parametrize(("codes", "said"), [(0, "every code is 0"), ("alive", "is alive")])
def test_no_events(codes: Any, said: str):
    message = refusal(good_table().assign(event=codes))
    assert "column 'event': there are no events" in message
    assert said in message


def test_no_events_of_interest():
    table = good_table().assign(event=[0, 2] * 20)
    message = refusal(table, event_codes={"0": 0, "2": 2, "1": 1})
    assert "no events of interest, only 20 events of other causes" in message


def test_no_events_in_intervals():
    table = pd.DataFrame({"l": [3.0, 4.0], "u": [None, None]})
    with pytest.raises(CohortError, match="every upper bound is empty"):
        read_cohort(table, lower="l", upper="u")


def test_a_cause_beside_the_event():
    table = good_table().assign(why=[2, None] * 20)
    message = refusal(table.assign(why=[np.nan, np.nan] + [2, np.nan] * 19), cause="why")
    assert "row 1, column 'why': the event code is missing" in message
    mixed = read(table.assign(why=[2, None, 1, None] * 10), cause="why")
    assert mixed.cause[:4].tolist() == [2, 0, 1, 0]


def test_a_cause_alone():
    table = good_table().assign(why=["none", "cancer", "other", "none"] * 10)
    message = refusal(table, event="", cause="why")
    assert "'none'" in message
    assert "0 for censored" in message
    codes = {"none": 0, "cancer": 1, "other": 2}
    assert read(table, event="", cause="why", event_codes=codes).cause[:3].tolist() == [0, 1, 2]

"""Doubts are said and stop nothing."""

import numpy as np
import pytest

from posthaz.cohort.rules.doubts import likely_unit
from tests.unit.cohort.small_tables import good_table, notices


def test_a_good_table_has_none():
    assert notices(good_table()) == ""


def test_no_events_in_one_arm():
    table = good_table()
    table.loc[table["arm"] == "B", "event"] = 0
    said = notices(table)
    assert "column 'arm': no events in arm 'B' (20 rows)" in said
    assert "has no maximum, so the posterior is driven by its prior" in said


def test_few_events():
    table = good_table().assign(event=[1] * 3 + [0] * 37)
    assert "only 3 events" in notices(table)
    assert "is only 1 event," in notices(good_table().assign(event=[1] + [0] * 39))
    assert notices(good_table().assign(event=[1, 0, 0, 1, 0] * 8)) == ""


@pytest.mark.parametrize(
    ("name", "says"),
    [("CNSR", "CNSR in CDISC is 0 for an event"), ("censored", "marks the censored rows"),
     ("alive", "marks those without the event"), ("Status_alive", "marks those without")],
)  # fmt: skip
def test_stated_codes_against_the_name(name: str, says: str):
    table = good_table().rename(columns={"event": name})
    said = notices(table, event=name, event_codes={"0": 0, "1": 1})
    assert f"column '{name}': " in said
    assert f"{says}" in said
    assert notices(table, event=name, event_codes={"0": 1, "1": 0}) == ""


def test_stated_codes_that_make_the_dead_censored():
    table = good_table().rename(columns={"event": "dead"})
    said = notices(table, event="dead", event_codes={"0": 1, "1": 0})
    assert "the name says that it marks the events, and event_codes say the opposite" in said
    assert notices(table, event="dead", event_codes={"0": 0, "1": 1}) == ""


@pytest.mark.parametrize("name", ["cens", "failcens", "vital_status", "uncensored"])
def test_stated_codes_where_the_name_tells_nothing(name: str):
    table = good_table().rename(columns={"event": name})
    assert notices(table, event=name, event_codes={"0": 0, "1": 1}) == ""


def test_nearly_all_rows_are_events():
    table = good_table().sort_values("time").assign(event=[0] + [1] * 39)
    said = notices(table)
    assert "97.5% of the rows are events, and the few censored rows have the shorter" in said
    assert "the codes may be inverted" in said
    assert notices(table, event_codes={"0": 0, "1": 1}) == ""
    assert notices(good_table().assign(event=[0] * 4 + [1] * 36)) == ""


def test_nearly_everybody_died_and_the_longest_followed_are_alive():
    table = good_table().sort_values("time").assign(event=[1] * 39 + [0])
    assert notices(table) == ""


def test_all_rows_are_events():
    said = notices(good_table().assign(event=1))
    assert "100.0% of the rows are events, although follow-up goes on to" in said
    assert notices(good_table().assign(event=1), event_codes={"1": 1}) == ""


@pytest.mark.parametrize(
    ("unit", "scale", "likely"),
    [("months", 30.4, "days"), ("months", 1 / 12, "years"), ("years", 1.0, "months"),
     ("years", 30.4, "days"), ("weeks", 60.0, "days"), ("days", 1 / 12, "months"),
     ("months", 1.0, ""), ("years", 1 / 12, ""), ("days", 30.4, ""), ("weeks", 4.3, "")],
)  # fmt: skip
def test_follow_up_in_another_unit(unit: str, scale: float, likely: str):
    table = good_table()
    table["time"] *= scale
    said = notices(table, unit=unit)
    assert (f'say unit = "{likely}" when it is' in said) if likely else said == ""


def test_whole_days_of_a_short_trial_are_days():
    assert likely_unit(np.arange(1.0, 29.0), "days") == ""


def test_age_as_the_time_scale_is_no_other_unit():
    table = good_table()
    table["entry"] = table["age"] * 12.0
    table["time"] += table["entry"]
    assert "looks like" not in notices(table, entry="entry")


def test_levels_that_differ_in_capitals():
    table = good_table().assign(sex=["male", "Male", "female", "female"] * 10)
    assert "the levels 'Male' and 'male' differ only in capitals" in notices(table)

"""Names of event columns that mean the opposite of what 1 usually means."""

import pandas as pd
import pytest

from posthaz.cohort import read_cohort
from tests.unit.cohort.small_tables import good_table, read, refusal


@pytest.mark.parametrize("name", ["CNSR", "cnsr", "CNSR_OS", "os_cnsr"])
def test_cnsr_is_an_event_where_it_is_0(name: str):
    table = good_table().rename(columns={"event": name})
    cohort = read(table, event=name)
    assert cohort.event.tolist() == (table[name] == 0).tolist()
    assert "0 is an event and 1 is censored (the name is CDISC's CNSR)" in cohort.event_coding
    assert cohort.notices == ()


def test_cnsr_with_several_reasons_for_censoring():
    table = pd.DataFrame({"t": [1, 2, 3, 4, 5], "CNSR": [0, 1, 2, 0, 1]})
    assert read_cohort(table, time="t", event="CNSR").cause.tolist() == [1, 0, 0, 1, 0]


def test_cnsr_in_words_is_read_as_words():
    table = pd.DataFrame({"t": [1, 2, 3], "CNSR": ["event", "censored", "event"]})
    assert read_cohort(table, time="t", event="CNSR").event.tolist() == [True, False, True]
    table["CNSR"] = ["N", "Y", "N"]
    assert read_cohort(table, time="t", event="CNSR").event.tolist() == [True, False, True]


@pytest.mark.parametrize(
    ("name", "first"),
    [("cens", '{ "0" = 1, "1" = 0 }'), ("censored", '{ "0" = 1, "1" = 0 }'),
     ("failcens", '{ "0" = 1, "1" = 0 }'), ("alive", '{ "0" = 1, "1" = 0 }'),
     ("status_alive", '{ "0" = 1, "1" = 0 }'), ("not_dead", '{ "0" = 1, "1" = 0 }'),
     ("no_event", '{ "0" = 1, "1" = 0 }'),
     ("lost_to_fu", '{ "0" = 1, "1" = 0 }'),
     ("vital_status", '{ "0" = 0, "1" = 1 }')],
)  # fmt: skip
def test_names_used_either_way_are_refused_with_both_readings(name: str, first: str):
    said = refusal(good_table().rename(columns={"event": name}), event=name)
    second = '{ "0" = 0, "1" = 1 }' if "1, " in first else '{ "0" = 1, "1" = 0 }'
    assert f"column '{name}': the codes 0 (20 rows), 1 (20 rows)" in said
    assert f"say which: event_codes = {first}, or {second}" in said


def test_three_codes_of_an_ambiguous_name_never_suggest_one_reading_only():
    table = good_table().assign(event=[0, 1, 2, 1] * 10).rename(columns={"event": "censor"})
    said = refusal(table, event="censor")
    assert '{ "0" = 1, "1" = 0, "2" = 0 }, or { "0" = 0, "1" = 1, "2" = 2 }' in said


def test_true_and_no_under_an_ambiguous_name_too():
    table = good_table().rename(columns={"event": "alive"})
    assert '{ "False" = 1, "True" = 0 }' in refusal(table.astype({"alive": bool}), event="alive")
    words = table.assign(alive=["yes", "no"] * 20)
    assert '{ "no" = 1, "yes" = 0 }' in refusal(words, event="alive")


@pytest.mark.parametrize("name", ["uncensored", "dead", "status", "vital_status"])
def test_names_and_codes_that_leave_no_doubt(name: str):
    table = good_table().rename(columns={"event": name})
    if name == "vital_status":
        table[name] = table[name] + 1
    assert read(table, event=name).event.sum() == 20


def test_words_leave_no_doubt():
    table = good_table().assign(vital=["alive", "dead"] * 20)
    assert read(table, event="vital").event.tolist() == [False, True] * 20

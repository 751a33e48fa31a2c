"""Times are numbers, there, finite, not negative, not zero; entry is before exit."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from posthaz.cohort import read_cohort
from posthaz.errors import CohortError
from tests.unit.cohort.small_tables import changed, good_table, read, refusal

CASES = {
    "text": ("long", "time is text: 'long'. Fix: write numbers with a decimal point"),
    "decimal comma": ("1,5", "time is text: '1,5'"),
    "date": ("2020-01-31", "time is text: '2020-01-31'"),
    "missing": (None, "time is missing. Fix: fill it in or remove the row"),
    "infinite": (np.inf, "time is infinite"),
    "negative": (-2.0, "time is negative (-2)"),
    "minus infinity": (-np.inf, "time is infinite"),
    "zero": (0, "follow-up ends at time 0. Fix: say what stands for zero, such as zero_time = "),
}


@pytest.mark.parametrize("case", CASES)
def test_a_bad_time_is_named_with_its_row(case: str):
    value, said = CASES[case]
    message = refusal(changed("time", 7, value))
    assert f"DataFrame, row 7, column 'time': {said}" in message
    assert len(message.splitlines()) == 2


def test_many_rows_are_cut_short():
    message = refusal(good_table().assign(time=-1.0))
    assert "rows 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 30 more" in message


def test_dates_are_not_numbers():
    dates = pd.date_range("2020-01-01", periods=40)
    message = refusal(good_table().assign(time=dates))
    assert "time is text: '2020-01-01 00:00:00'" in message
    assert "a date becomes the months since the start of follow-up" in message


@pytest.mark.parametrize("entry", [50.0, 99.0])
def test_entry_is_before_exit(entry: float):
    table = changed("time", 3, 50.0).assign(start=0.0)
    table.loc[2, "start"] = entry
    message = refusal(table, entry="start")
    assert f"row 3, column 'start': entry is not before exit ({entry:g} >= 50)" in message


@pytest.mark.parametrize(
    ("value", "said"), [(-1.0, "negative"), ("x", "text"), (None, "missing"), (np.inf, "infinite")]
)
def test_a_bad_entry(value: Any, said: str):
    table = good_table().assign(start=0.0).astype({"start": object})
    table.loc[4, "start"] = value
    message = refusal(table, entry="start")
    assert "row 5, column 'start'" in message
    assert f"entry time is {said}" in message


def test_a_replaced_zero_is_still_held_to_its_entry():
    table = changed("time", 3, 0).assign(start=0.0)
    assert read(table, entry="start", zero_time=0.5).lower[2] == 0.5
    table.loc[2, "start"] = 1.0
    assert "1 >= 0.5" in refusal(table, entry="start", zero_time=0.5)


INTERVALS = {
    "order": ((5, 4), "row 2, column 'l': the lower bound is after the upper one (5 > 4)"),
    "lower missing": ((None, 4), "write 0 for an event before the first visit"),
    "upper text": ((1, "x"), "upper bound is text: 'x'"),
    "lower negative": ((-1, 4), "lower bound is negative (-1)"),
    "lower infinite": ((np.inf, None), "lower bound is infinite"),
    "nothing seen": ((0, None), "follow-up ends at time 0"),
}


@pytest.mark.parametrize("case", INTERVALS)
def test_a_bad_interval(case: str):
    (lower, upper), said = INTERVALS[case]
    table = pd.DataFrame({"l": [0, lower, 3], "u": [2, upper, None]}, dtype=object)
    with pytest.raises(CohortError) as caught:
        read_cohort(table, lower="l", upper="u")
    assert said in str(caught.value)
    assert "row 2" in str(caught.value)
    assert len(caught.value.findings) == 1


def test_entry_lies_before_the_interval():
    table = pd.DataFrame({"l": [2.0, 3.0], "u": [4.0, None], "s": [3.0, 1.0]})
    with pytest.raises(CohortError, match="row 1, column 's': entry lies inside the interval"):
        read_cohort(table, lower="l", upper="u", entry="s")


@pytest.mark.parametrize(
    ("times", "unit", "said"),
    [
        (np.arange(42000, 42040), "days", "the numbers by which spreadsheets store dates"),
        (20150101 + np.arange(40) % 28, "days", "dates written as year, month and day"),
        (2000 + np.arange(40) % 20, "years", "calendar years"),
    ],
)
def test_dates_as_numbers_are_no_lengths_of_follow_up(times: Any, unit: str, said: str) -> None:
    text = refusal(good_table().assign(time=times), unit=unit)
    assert said in text
    assert f"give the {unit} between the start of follow-up and that date" in text


def test_ages_in_days_and_calendar_years_with_entry_are_read() -> None:
    table = good_table().assign(time=30000 + np.arange(40), start=25000)
    assert len(read(table, unit="days", entry="start")) == 40
    years = good_table().assign(time=2001 + np.arange(40) % 20, start=2000)
    assert len(read(years, unit="years", entry="start")) == 40

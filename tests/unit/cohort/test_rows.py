"""Row numbers and values in messages."""

import pandas as pd
import pytest

from posthaz.cohort import read_cohort
from posthaz.cohort.patients import last_rows
from posthaz.cohort.rows import listed, shown_rows, shown_values


@pytest.mark.parametrize(
    ("rows", "text"),
    [([4], "row 4"), ([4, 7], "rows 4 and 7"),
     (range(1, 11), "rows 1, 2, 3, 4, 5, 6, 7, 8, 9 and 10"),
     (range(1, 12), "rows 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 1 more")],
)  # fmt: skip
def test_rows(rows: list[int], text: str):
    assert shown_rows(rows) == text


def test_values():
    assert shown_values([1.0, 2.5, 1.0]) == "1, 2.5"
    assert shown_values(["b", "a", "c", "d", "e"]) == "'b', 'a', 'c', 'd', ..."


def test_listed():
    assert [listed(list(words)) for words in ("", "a", "ab")] == ["", "a", "a and b"]


def test_last_rows_of_patients_in_any_order():
    frame = pd.DataFrame(
        {
            "id": [7, 2, 7, 2, 5],
            "from": [4, 0, 0, 3, 0],
            "to": [9, 3, 4, 8, 6],
            "dead": [1, 0, 0, 1, 0],
        }
    )
    cohort = read_cohort(frame, time="to", event="dead", entry="from", subject="id")
    assert cohort.last.tolist() == [True, False, False, True, True]
    assert cohort.exit[last_rows(cohort)].tolist() == [8.0, 9.0, 6.0]
    assert cohort.subject[last_rows(cohort)].tolist() == cohort.patients.subject.tolist()
    assert cohort.several_rows
    assert not cohort.where(cohort.last).several_rows

"""Row numbers and values in messages."""

import pytest

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

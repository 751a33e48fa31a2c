"""No cell that somebody wrote is computed by a spreadsheet."""

import csv
import io

import pandas as pd
import pytest

from posthaz.files import csv_text


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("+1+1", "'+1+1"),
        ("-2+3+cmd", "'-2+3+cmd"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1+1", "' =1+1"),
        ("\r=1+1", "' =1+1"),
        ("\u200e=1+1", "'=1+1"),
        ("\x1b[31m=1", "'=1"),
        ("＝1+1", "'＝1+1"),
        ("-1.5", "-1.5"),
        ("+3e-5", "+3e-5"),
        ("PCI - none", "PCI - none"),
        ("a\x1b[31mb\x07\u202ec\x85d", "abc d"),
        ("two\nlines", "two lines"),
    ],
)
@pytest.mark.parametrize("kind", ["object", "category"])
def test_a_cell_is_shown_as_it_is_and_never_computed(cell: str, written: str, kind: str) -> None:
    frame = pd.DataFrame({cell: pd.Series([cell, "b"], dtype=object).astype(kind), "x": [-1.0, 2]})
    rows = list(csv.reader(io.StringIO(csv_text(frame))))
    assert rows[0] == [written, "x"]
    assert rows[1] == [written, "-1.0"]


def test_numbers_missing_values_and_no_rows_are_as_pandas_writes_them() -> None:
    frame = pd.DataFrame({"a": [1.5, None], "b": ["x", None], "c": [True, False], "d": [1, -2]})
    assert csv_text(frame) == frame.to_csv(index=False, lineterminator="\n")
    assert csv_text(frame.iloc[:0]) == "a,b,c,d\n"
    assert csv_text(pd.DataFrame(columns=["p", "q"])) == "p,q\n"

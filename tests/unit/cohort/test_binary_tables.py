"""Files of SAS, Stata, SPSS and spreadsheets, and frames of other libraries."""

import sys

import duckdb
import numpy as np
import pandas as pd
import polars
import pyarrow
import pyreadstat
import pytest

from posthaz.cohort.table import read_table
from posthaz.errors import CohortError

TABLE = pd.DataFrame(
    {"arm": ["A", "B", "A"], "time": [1.0, 2.0, 3.5], "event": [1, 0, 1], "age": [61, np.nan, 0]}
)


def write(path):
    if path.suffix == ".xlsx":
        TABLE.to_excel(path, index=False)
    elif path.suffix == ".dta":
        TABLE.to_stata(path, write_index=False)
    elif path.suffix == ".sav":
        pyreadstat.write_sav(TABLE, str(path))
    else:
        pyreadstat.write_xport(TABLE, str(path), file_format_version=5)
    return path


@pytest.mark.parametrize("ending", [".xlsx", ".dta", ".sav", ".xpt"])
def test_a_file_says_what_the_frame_says(ending, tmp_path):
    found = read_table(write(tmp_path / f"t{ending}"))
    assert list(found.frame) == list(TABLE)
    assert found.frame["arm"].tolist() == ["A", "B", "A"]
    for name in ("time", "event", "age"):  # a zero of SAS is a zero
        np.testing.assert_array_equal(found.frame[name].to_numpy(float), TABLE[name])


@pytest.mark.parametrize("ending", [".xlsx", ".dta", ".sav", ".xpt", ".sas7bdat"])
def test_damaged_files_are_one_clear_error(ending, tmp_path):
    (tmp_path / f"t{ending}").write_bytes(b"garbage" * 50)
    with pytest.raises(CohortError, match=r"not a readable .* file"):
        read_table(tmp_path / f"t{ending}")


@pytest.mark.parametrize(
    ("ending", "module", "extra"),
    [
        (".xlsx", "python_calamine", "excel"),
        (".sav", "pyreadstat", "spss"),
        (".xpt", "pyreadstat", "sas"),
    ],
)
def test_a_library_that_is_not_there_is_named(ending, module, extra, tmp_path, monkeypatch):
    path = write(tmp_path / f"t{ending}")
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(CohortError) as caught:
        read_table(path)
    assert f"pip install 'posthaz[{extra}]'" in str(caught.value)


@pytest.mark.parametrize("rows", [1, 2, 5, 10, 19, 20, 37, 100])
def test_no_row_of_a_transport_file_is_lost_or_added(rows, tmp_path):
    """Its last record is padded with blanks, as text is: reading by pandas loses rows."""
    table = pd.DataFrame(
        {"USUBJID": [f"S-{k}" for k in range(rows)], "CNSR": 0.0, "TRTP": "Placebo".ljust(12)}
    )
    table.loc[0, "TRTP"] = "Drug of a longer name"
    pyreadstat.write_xport(table, str(tmp_path / "t.xpt"), file_format_version=5)
    found = read_table(tmp_path / "t.xpt").frame
    assert len(found) == rows
    assert (found["CNSR"] == 0).all()


def test_a_workbook_with_two_tables_is_refused(tmp_path):
    with pd.ExcelWriter(tmp_path / "t.xlsx") as book:
        TABLE.to_excel(book, sheet_name="cohort", index=False)
        TABLE.to_excel(book, sheet_name="old", index=False)
    with pytest.raises(CohortError, match="'cohort', 'old'"):
        read_table(tmp_path / "t.xlsx")


def test_labelled_codes_of_spss_are_their_labels(tmp_path):
    labels = {"event": {1: "dead", 0: "alive"}}
    pyreadstat.write_sav(TABLE, str(tmp_path / "t.sav"), variable_value_labels=labels)
    assert read_table(tmp_path / "t.sav").frame["event"].tolist() == ["dead", "alive", "dead"]


def test_frames_of_other_libraries_are_the_same_table():
    whole = TABLE.drop(columns="age")
    arrow = pyarrow.Table.from_pandas(whole)
    frames = [
        polars.from_arrow(arrow), polars.from_arrow(arrow).lazy(), arrow, duckdb.from_arrow(arrow),
    ]  # fmt: skip
    expected = read_table(whole)
    for frame in frames:
        found = read_table(frame)
        assert found.frame.to_dict("list") == expected.frame.to_dict("list"), type(frame)
        assert found.sha256 == expected.sha256


@pytest.mark.parametrize("table", [3, [1], polars.Series([1])])
def test_what_is_no_table_is_refused(table):
    with pytest.raises(CohortError, match="not a table"):
        read_table(table)


def test_none_is_a_level_of_a_sheet_as_it_is_of_csv(tmp_path):
    frame = pd.DataFrame({"time": [1.0, 2.0, 3.0], "arm": ["None", "RT", ""]})
    frame.to_excel(tmp_path / "t.xlsx", index=False)
    assert read_table(tmp_path / "t.xlsx").frame["arm"].tolist()[:2] == ["None", "RT"]

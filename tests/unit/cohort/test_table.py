"""Files and frames that are tables, and those that are not."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from posthaz.cohort.table import read_table
from posthaz.errors import CohortError
from tests.unit.cohort.small_tables import good_table


class Foreign:
    """A frame of another library."""

    def to_pandas(self) -> pd.DataFrame:
        return good_table()


def _message(table: object) -> str:
    with pytest.raises(CohortError) as caught:
        read_table(table)
    assert "Fix: " in str(caught.value)
    return str(caught.value)


def test_csv_parquet_and_frames_give_the_same_rows(tmp_path: Path):
    table = good_table()
    table.to_csv(tmp_path / "t.csv", index=False)
    table.to_parquet(tmp_path / "t.parquet")
    for way in (tmp_path / "t.csv", str(tmp_path / "t.parquet"), table, Foreign()):
        found = read_table(way).frame
        assert list(found) == list(table)
        assert found["arm"].tolist() == table["arm"].tolist()
        assert np.array_equal(found["time"], table["time"])


def test_a_missing_file_names_the_nearest(tmp_path: Path):
    good_table().to_csv(tmp_path / "cohort.csv", index=False)
    message = _message(tmp_path / "cohrt.csv")
    assert "there is no such file (did you mean 'cohort.csv'?)" in message
    assert "nor a folder" in _message(tmp_path / "none" / "cohort.csv")


def test_a_folder(tmp_path: Path):
    assert "this is a folder" in _message(tmp_path)


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(_: Path) -> bytes:
        raise PermissionError

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert "not permitted" in _message(tmp_path / "cohort.csv")


def test_another_ending(tmp_path: Path):
    (tmp_path / "t.rds").write_bytes(b"RD")
    assert "'.rds' are not read" in _message(tmp_path / "t.rds")
    (tmp_path / "t").write_bytes(b"")
    assert "no ending" in _message(tmp_path / "t")


def test_garbage_under_parquet(tmp_path: Path):
    (tmp_path / "t.parquet").write_bytes(b"nonsense")
    assert "not a readable Parquet file" in _message(tmp_path / "t.parquet")


def test_something_else_than_a_table():
    assert "int object: not a table" in _message(3)


def test_duplicate_column_names_of_a_frame():
    table = good_table()
    assert "the same name: 'age', 'arm'" in _message(pd.concat([table, table], axis=1))


def test_blanks_are_trimmed_and_empty_text_is_missing():
    found = read_table(pd.DataFrame({"arm": [" A", "", "B "]})).frame["arm"]
    assert found.isna().tolist() == [False, True, False]
    assert found.dropna().tolist() == ["A", "B"]


def test_empty_rows_at_the_end_are_left_out_and_others_are_not():
    table = pd.DataFrame({"a": [1, None, 2, None], "b": ["x", None, None, ""]})
    assert len(read_table(table).frame) == 3

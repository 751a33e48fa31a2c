"""Parquet of other programs, damaged files, numbers of hundreds of digits: read, or one error."""

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pyarrow import parquet

from posthaz.cohort import Cohort, read_cohort
from posthaz.errors import CohortError

TABLE = pd.DataFrame(
    {"time": np.arange(1, 13.0), "event": [0, 1] * 6, "arm": list("ab") * 6, "age": range(50, 62)}
)


def read(table: object) -> Cohort:
    return read_cohort(table, time="time", event="event", treatment="arm", covariates=["age"])


@pytest.mark.parametrize("index", [["time"], ["arm", "age"]])
def test_columns_that_pandas_made_its_index_are_columns(index: list[str], tmp_path: Path) -> None:
    TABLE.set_index(index).to_parquet(tmp_path / "x.parquet")
    assert len(read(tmp_path / "x.parquet")) == 12


@pytest.mark.parametrize("about", [b"[]", b"{}", b"no json", b'{"index_columns":["arm","arm"]}'])
def test_what_pandas_wrote_about_a_file_may_be_wrong(about: bytes, tmp_path: Path) -> None:
    buffer = io.BytesIO()
    TABLE.to_parquet(buffer)
    table = parquet.read_table(buffer).replace_schema_metadata({b"pandas": about})
    parquet.write_table(table, tmp_path / "x.parquet")
    assert len(read(tmp_path / "x.parquet")) == 12


def test_a_damaged_parquet_file_is_read_or_refused(tmp_path: Path) -> None:
    buffer, random = io.BytesIO(), np.random.default_rng(3)
    TABLE.to_parquet(buffer)
    for _ in range(60):
        damaged = bytearray(buffer.getvalue())
        for place in random.integers(0, len(damaged), 3):
            damaged[place] = int(random.integers(0, 256))
        (tmp_path / "x.parquet").write_bytes(bytes(damaged))
        try:
            read(tmp_path / "x.parquet")
        except CohortError as error:
            assert "x.parquet" in str(error)


def test_half_a_surrogate_pair_is_no_text() -> None:
    table = TABLE.astype(object)
    table.loc[3, "arm"] = "b\ud800"
    assert "b?" in read(table).arms


@pytest.mark.parametrize("number", ["9" * 400, "-" + "9" * 400, "9" * 5000])
@pytest.mark.parametrize("column", ["time", "event", "age"])
def test_a_number_too_large_for_a_computer_is_named(
    number: str, column: str, tmp_path: Path
) -> None:
    table = TABLE.astype(object)
    table.loc[2, column] = number
    table.to_csv(tmp_path / "x.csv", index=False)
    with pytest.raises(CohortError, match="row 3") as caught:
        read(tmp_path / "x.csv")
    assert len(str(caught.value)) < 1000

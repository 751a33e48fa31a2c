"""Files of a registry that aren't as they should be: one error, each file with its fix."""

import hashlib

import pandas as pd
import pytest

from posthaz.cohort.registry import read_registry
from posthaz.cohort.registry.parts import find_parts
from tests.unit.cohort.registry.small_registry import SPEC, parquet_files, refusal, registry


def said(source, covariates=(), **named):
    return refusal(read_registry, source, SPEC, covariates, **named)


def test_files_are_found_in_a_folder_a_glob_and_by_name(tmp_path):
    folder = parquet_files(tmp_path / "deep", registry())
    (folder / "_metadata.parquet").write_bytes(b"")
    (folder / ".part-9.parquet").write_bytes(b"")
    (folder / "notes.md").write_text("x")
    names = ["part-0.parquet", "part-1.parquet", "part-2.parquet"]
    assert [part.name for part in find_parts(folder)[1]] == names
    assert [part.name for part in find_parts(tmp_path)[1]] == [f"deep/{name}" for name in names]
    assert len(find_parts(tmp_path / "**" / "*-[01].parquet")[1]) == 2
    assert find_parts(folder / "part-1.parquet")[0] == "part-1.parquet"


def test_the_hash_of_a_folder_is_that_of_its_list(tmp_path):
    folder = parquet_files(tmp_path / "files", registry(), 2)
    lines = "".join(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
        for path in sorted(folder.iterdir())
    )
    expected = hashlib.sha256(lines.encode()).hexdigest()
    assert read_registry(folder, SPEC, ()).source.sha256 == expected


def test_nothing_there(tmp_path):
    assert "there is no such file or folder" in said(tmp_path / "absent.parquet")
    assert "no file here ends in one of .parquet" in said(tmp_path)
    assert "no file here ends in one of .parquet" in said(tmp_path / "*.parquet")
    (tmp_path / "x.xlsx").write_bytes(b"")
    assert "'.xlsx' files are not read" in said(tmp_path / "x.xlsx")


def test_every_unreadable_file_is_named(tmp_path):
    folder = parquet_files(tmp_path / "files", registry())
    (folder / "broken.parquet").write_bytes(b"junk")
    (folder / "empty.parquet").write_bytes(b"")
    message = said(folder)
    assert "broken.parquet: not a readable Parquet file" in message
    assert "empty.parquet: not a readable Parquet file" in message
    assert "write the file again" in message


def test_a_file_cut_short_in_the_middle(tmp_path):
    folder = parquet_files(tmp_path / "files", registry(5000), 1)
    path = folder / "part-0.parquet"
    content = bytearray(path.read_bytes())
    content[4:2000] = bytes(1996)
    path.write_bytes(bytes(content))
    message = said(folder)
    assert "files can't be read as a table" in message


def test_csv_that_is_no_table(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("months,dead,arm\n1,1,A\n2,0\n")
    message = said(path)
    assert "a.csv" in message
    assert "Expected Number of Columns: 3 Found: 2" in message
    path.write_bytes("months,dead,arm\n1,1,é\n".encode("latin-1"))
    assert "UTF-8" in said(path)
    path.write_text("")
    assert "the file is empty" in said(path)
    path.write_text("months,dead,dead\n1,1,1\n")
    assert "several columns have the same name: 'dead'" in said(path)
    path.write_text("months,dead,arm\n")
    assert "the table is empty" in said(path)


def test_both_kinds_in_one_folder(tmp_path):
    folder = parquet_files(tmp_path / "files", registry())
    registry().to_csv(folder / "a.csv")
    assert "holds Parquet and CSV files" in said(folder)


def test_columns_that_are_missing_everywhere_or_somewhere(tmp_path):
    folder = parquet_files(tmp_path / "files", registry())
    message = said(folder, ["stagee"])
    assert "there is no column 'stagee' (did you mean 'stage'?)" in message
    registry().drop(columns=["stage", "arm"]).to_parquet(folder / "part-7.parquet")
    message = said(folder, ["stage"])
    assert "1 file of 4 ('part-7.parquet'): there is no column 'stage'" in message
    assert "there is no column 'arm'" in message


def test_columns_that_differ_only_in_capitals(tmp_path):
    registry().assign(STAGE="x").to_parquet(tmp_path / "a.parquet")
    assert "'stage' and 'STAGE' differ only in capitals" in said(tmp_path / "a.parquet", ["stage"])
    assert read_registry(tmp_path / "a.parquet", SPEC, ["sex"]).weight.sum() == 600


def test_types_that_differ_between_files_are_read_as_one(tmp_path):
    table = registry()
    table.iloc[:300].to_parquet(tmp_path / "a.parquet")
    table.iloc[300:].astype({"months": float, "sex": str}).to_parquet(tmp_path / "b.parquet")
    cohort = read_registry(tmp_path, SPEC, ["sex"])
    assert cohort.weight.sum() == 600
    assert len(cohort) == 7 * 2 * 2 * 2


@pytest.mark.parametrize("memory", ["lots", "", "0GB", "-1GB", 5])
def test_memory_is_an_amount(tmp_path, memory):
    folder = parquet_files(tmp_path / "files", registry())
    assert "give one, as '1GB'" in said(folder, memory=memory)


def test_a_folder_that_is_not_there(tmp_path):
    folder = parquet_files(tmp_path / "files", registry())
    assert "name a folder with free space" in said(folder, folder=tmp_path / "absent")


def test_dates_as_times_are_refused_as_text(tmp_path):
    table = registry().assign(months=pd.Timestamp("2020-01-01"))
    table.to_parquet(tmp_path / "a.parquet")
    assert "600 rows, column 'months': time is text" in said(tmp_path / "a.parquet")

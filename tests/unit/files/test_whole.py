"""Files are written whole or not at all."""

from pathlib import Path

import pytest

from posthaz.errors import OutputError
from posthaz.files import prepare_folder, staged_folder, whole_file, write_text


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    target = write_text(tmp_path / "a.csv", "old")
    with pytest.raises(RuntimeError), whole_file(target) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def test_a_full_disk_is_one_clear_error(tmp_path: Path) -> None:
    with (
        pytest.raises(OutputError, match=r"a\.csv can't be written: No space left on device"),
        whole_file(tmp_path / "a.csv"),
    ):
        raise OSError(28, "No space left on device")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    write_text(tmp_path / "out", "a file")
    with pytest.raises(OutputError, match="Fix: choose another --out folder"):
        prepare_folder(tmp_path / "out")


def test_preparing_leaves_nothing_behind(tmp_path: Path) -> None:
    assert list(prepare_folder(tmp_path / "new").iterdir()) == []


def test_files_of_a_folder_arrive_together_or_not_at_all(tmp_path: Path) -> None:
    write_text(tmp_path / "out" / "old.csv", "old")
    with (
        pytest.raises(OutputError, match="No space left on device"),
        staged_folder(tmp_path / "out") as stage,
    ):
        write_text(stage / "old.csv", "new")
        write_text(stage / "figures" / "a.png", "new")
        raise OSError(28, "No space left on device")
    assert [path.name for path in (tmp_path / "out").rglob("*")] == ["old.csv"]
    assert (tmp_path / "out" / "old.csv").read_text() == "old"
    with staged_folder(tmp_path / "out") as stage:
        write_text(stage / "old.csv", "new")
        write_text(stage / "figures" / "a.png", "new")
    assert (tmp_path / "out" / "old.csv").read_text() == "new"
    assert (tmp_path / "out" / "figures" / "a.png").exists()
    assert not [path for path in (tmp_path / "out").iterdir() if path.name.startswith(".")]

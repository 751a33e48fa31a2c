"""A folder gets all its new files or none, and what a killed run left goes with the next run."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from posthaz.errors import OutputError
from posthaz.files import prepare_folder, staged_folder, whole_file, write_text

HOLDING = """
import sys, time
from pathlib import Path
from posthaz.files import staged_folder, write_text
with staged_folder(Path(sys.argv[1])) as stage:
    write_text(stage / "a.csv", "x")
    print("ready", flush=True)
    time.sleep(60)
"""


def holding(folder: Path) -> subprocess.Popen:
    """A process that fills a stage and does not end."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def stages(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.name.startswith(".posthaz-")]


@pytest.mark.parametrize("wrong", ["posterior", "posterior/weibull.nc"])
def test_a_place_that_is_taken_leaves_the_old_files_alone(wrong: str, tmp_path: Path) -> None:
    """Today's code moved the files before ``posterior`` in the alphabet, then stopped."""
    out = tmp_path / "out"
    write_text(out / "coefficients.csv", "old")
    if wrong == "posterior":
        write_text(out / wrong, "a file where a folder belongs")
    else:
        (out / wrong).mkdir(parents=True)
    before = sorted(path.relative_to(out) for path in out.rglob("*"))
    with pytest.raises(OutputError, match="Fix: remove it, or choose another --out folder"), \
            staged_folder(out) as stage:  # fmt: skip
        write_text(stage / "coefficients.csv", "new")
        write_text(stage / "posterior" / "weibull.nc", "new")
    assert (out / "coefficients.csv").read_text() == "old"
    assert sorted(path.relative_to(out) for path in out.rglob("*")) == before


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_failure_between_two_files_takes_the_first_back(
    error: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_text(tmp_path / "a.csv", "old")
    replace = Path.replace

    def failing(self: Path, target: Path) -> Path:
        if Path(target) == tmp_path / "sub" / "c.csv":
            raise error
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises((OutputError, KeyboardInterrupt)), staged_folder(tmp_path) as stage:
        for name in ("a.csv", "b.csv", "sub/c.csv"):
            write_text(stage.joinpath(*name.split("/")).with_suffix(".txt"), "x")
        for path in list(stage.rglob("*.txt")):
            os.rename(path, path.with_suffix(".csv"))  # noqa: PTH104
    assert {path.name: path.read_text() for path in tmp_path.rglob("*")} == {"a.csv": "old"}


def test_what_a_killed_run_left_goes_and_a_running_ones_stays(tmp_path: Path) -> None:
    killed, running = holding(tmp_path), holding(tmp_path)
    try:
        assert len(stages(tmp_path)) == 2
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        prepare_folder(tmp_path)
        assert len(stages(tmp_path)) == 1
        with staged_folder(tmp_path) as stage:
            write_text(stage / "b.csv", "x")
        assert len(stages(tmp_path)) == 1
    finally:
        running.kill()
        running.wait()
    with whole_file(tmp_path / "c.csv") as temporary:
        temporary.write_text("x")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.csv", "c.csv"]


def test_a_folder_that_only_looks_like_a_stage_through_a_link_stays(tmp_path: Path) -> None:
    own = write_text(tmp_path / "mine" / "a.csv", "x")
    out = tmp_path / "out"
    out.mkdir()
    (out / ".posthaz-abcdefgh").symlink_to(own.parent)
    prepare_folder(out)
    assert own.read_text() == "x"


def test_waiting_for_a_stage_never_hangs(tmp_path: Path) -> None:
    begun = time.monotonic()
    with staged_folder(tmp_path), staged_folder(tmp_path / "other"):
        pass
    assert time.monotonic() - begun < 2


def test_a_new_folder_of_a_failed_run_is_not_left_empty(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), staged_folder(tmp_path / "deep" / "out"):
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_the_way_up_from_a_link_is_that_of_the_disk(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "else" / "deep").mkdir(parents=True)
    (tmp_path / "own" / "link").symlink_to(tmp_path / "else" / "deep")
    write_text(tmp_path / "own" / "link" / ".." / "a.csv", "x")
    assert (tmp_path / "else" / "a.csv").read_text() == "x"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["else", "own"]
    assert [path.name for path in (tmp_path / "own").iterdir()] == ["link"]

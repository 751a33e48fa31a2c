"""Runs killed at any moment: what stands in ``--out`` can be read, and the next run cleans up."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import posthaz as ph
from tests.fuzz.inputs import toml_text

pytestmark = pytest.mark.slow

ASKED = {
    "cohort": {"table": "cohort.csv", "time": "time", "event": "event", "unit": "months"},
    "treatment": {"column": "arm"},
    "models": {"m": {"baseline": "exponential", "formula": "arm"}},
    "estimands": {"survival_at": [6]},
    "sampling": {"method": "laplace", "chains": 1, "draws": 100, "seed": 1},
}
LAST = {"fit": "provenance.json", "report": "report.html"}
KILLS = 5


def start(own: Path, command: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "posthaz", command, "x.toml", "--out", "out", "--quiet"],
        cwd=own, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


def wait_for_stage(own: Path, run: subprocess.Popen[bytes]) -> None:
    """Wait until the run has a stage with results in it, where most can be lost."""
    while run.poll() is None and not list((own / "out").glob(".posthaz-*/*.*")):
        time.sleep(0.002)


def unreadable(out: Path) -> list[str]:
    """Files under their own names that are not whole."""
    found = []
    for path in out.rglob("*"):
        if path.is_dir() or any(part.startswith(".posthaz-") for part in path.parts):
            continue
        try:
            match path.suffix:
                case ".csv":
                    pd.read_csv(path)
                case ".json":
                    json.loads(path.read_text(encoding="utf-8"))
                case ".nc":
                    ph.load_fit(path)
                case ".html":
                    assert path.read_text(encoding="utf-8").rstrip().endswith("</html>")
                case ".png":
                    assert path.read_bytes().endswith(b"IEND\xaeB`\x82")
                case ".svg":
                    assert path.read_text(encoding="utf-8").rstrip().endswith("</svg>")
                case _:
                    raise AssertionError("a file that no run writes")
        except Exception as error:
            found.append(f"{path.relative_to(out)}: {error!r}")
    return found


@pytest.mark.slow
@pytest.mark.parametrize("command", ["fit", "report"])
def test_a_run_killed_at_any_moment_loses_and_leaves_nothing(command: str, tmp_path: Path) -> None:
    random = np.random.default_rng(11)
    time_ = random.exponential(9.0, 60).round(2) + 0.5
    arm = np.tile(["A", "B"], 30)
    pd.DataFrame({"time": time_, "event": 1, "arm": arm}).to_csv(tmp_path / "cohort.csv")
    (tmp_path / "x.toml").write_text(toml_text(ASKED), encoding="utf-8")
    began = time.monotonic()
    assert start(tmp_path, command).wait() in (0, 3)
    whole = time.monotonic() - began
    names = sorted(path.relative_to(tmp_path) for path in (tmp_path / "out").rglob("*"))
    assert tmp_path / "out" / LAST[command] in list((tmp_path / "out").iterdir())
    for kill in range(KILLS):
        run = start(tmp_path, command)
        if kill % 2:
            time.sleep(float(random.uniform(0.0, whole)))
        else:
            wait_for_stage(tmp_path, run)
            time.sleep(float(random.uniform(0.0, 0.3)))
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
        assert unreadable(tmp_path / "out") == []
    assert start(tmp_path, command).wait() in (0, 3)
    assert unreadable(tmp_path / "out") == []
    assert sorted(path.relative_to(tmp_path) for path in (tmp_path / "out").rglob("*")) == names


VARIED = {
    "models": ["m"],
    "combine": "full",
    "method": "laplace",
    "leave_one_out": ["patient"],
    "priors": {"arm": {"grid": {"mean": [-0.3, 0.0], "sd": [0.5, 1.0]}}},
}


@pytest.mark.slow
def test_ten_kills_of_a_sensitivity_analysis_lose_nothing_and_repeat_nothing(
    tmp_path: Path,
) -> None:
    random = np.random.default_rng(15)
    time_ = random.exponential(9.0, 60).round(2) + 0.5
    asked = {**ASKED, "sensitivity": VARIED}
    for name in ("broken", "whole"):
        (tmp_path / name).mkdir()
        table = pd.DataFrame({"time": time_, "event": 1, "arm": np.tile(["A", "B"], 30)})
        table.to_csv(tmp_path / name / "cohort.csv")
        (tmp_path / name / "x.toml").write_text(toml_text(asked), encoding="utf-8")
    broken = tmp_path / "broken"
    cells = broken / "out" / "sensitivity_cells"
    seen: dict[str, tuple[int, bytes]] = {}
    began = time.monotonic()
    assert start(tmp_path / "whole", "sensitivity").wait() in (0, 3)
    whole_run = time.monotonic() - began
    total = len(list((tmp_path / "whole" / "out" / "sensitivity_cells").glob("*.json")))
    killed = 0
    for moment in random.uniform(0.2, 0.9, 10) * whole_run:
        run = start(broken, "sensitivity")
        try:
            run.wait(moment)
        except subprocess.TimeoutExpired:
            os.killpg(run.pid, signal.SIGKILL)
            run.wait()
            killed += 1
        for path in cells.glob("*.json"):
            now = (path.stat().st_mtime_ns, path.read_bytes())
            # a cell that was kept is never written again
            assert seen.setdefault(path.name, now) == now
    assert killed >= 3
    # a cell that is damaged is found and made again
    damaged = cells / min(seen)
    damaged.write_bytes(seen[damaged.name][1][:-20])
    assert start(broken, "sensitivity").wait() in (0, 3)
    assert damaged.read_bytes() == seen[damaged.name][1]
    assert len(list(cells.glob("*.json"))) == total
    for name in ("sensitivity.csv", "sensitivity_axes.csv", "sensitivity_variance.csv"):
        files = [tmp_path / one / "out" / name for one in ("broken", "whole")]
        assert files[0].read_bytes() == files[1].read_bytes()

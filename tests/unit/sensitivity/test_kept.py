"""A sensitivity run that is stopped goes on: nothing lost, nothing done twice, the same table."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import posthaz as ph
from posthaz.errors import CohortError, SpecError
from posthaz.priors import Prior
from posthaz.sensitivity import Variant, suite
from posthaz.sensitivity.suite import KeptCells, kept_cells
from posthaz.sensitivity.summarise import ANSWERS
from posthaz.spec import EstimandSpec, Sampling

ROOT = Path(__file__).resolve().parents[3]
CELLS = 8
# every cell says when it is done; a fit is stood in for by a short sleep
SCRIPT = """
import sys, time
from pathlib import Path
import pandas as pd
import posthaz as ph
from posthaz.sensitivity import Variant, suite
from posthaz.sensitivity.summarise import ANSWERS
from posthaz.errors import CohortError
from posthaz.spec import Sampling

folder, log = Path(sys.argv[1]), Path(sys.argv[2])

def stand_in(cell, cohort, sampling, asked, whole=None):
    time.sleep(0.15)
    number = int(cell[0].label)
    with log.open("a") as file:
        file.write(f"{number}\\n")
    if number == 3:
        return [CohortError("no event in one arm. Fix: choose more patients.")]
    words = dict.fromkeys(("term", "prior", "baseline", "formula", "method", "failures"), "")
    row = {name: [words.get(name, number / 7.0)] for name in ANSWERS}
    return [pd.DataFrame(row).assign(term="arm", patients=9, events=5)]

suite.summarise_variants = stand_in
listed = [Variant(str(k), (), ph.ModelSpec(f"m{k}", ph.Exponential(), "arm"), primary=not k)
          for k in range(CELLS)]
table = suite.fit_variants(listed, ph.simulated_example(), Sampling(), kept=folder)
table.to_csv(folder.parent / "table.csv")
""".replace("CELLS", str(CELLS))


def start(folder):
    return subprocess.Popen([sys.executable, "-c", SCRIPT, str(folder / "cells"),
                             str(folder / "log")], cwd=ROOT)  # fmt: skip


def killed_after(folder, cells):
    """Start a run and kill it at once when it has kept a number of cells."""
    run = start(folder)
    while run.poll() is None and len(list((folder / "cells").glob("*.json"))) < cells:
        time.sleep(0.01)
    time.sleep(0.05 * (cells % 3))
    os.kill(run.pid, signal.SIGKILL)
    run.wait()


@pytest.mark.slow
@pytest.mark.parametrize("moments", [(2, 5), range(1, 8)])
def test_a_killed_run_goes_on_and_gives_the_same_table(tmp_path, moments):
    broken, whole = tmp_path / "broken", tmp_path / "whole"
    broken.mkdir()
    whole.mkdir()
    for cells in moments:
        killed_after(broken, cells)
    kept = {path.name for path in (broken / "cells").glob("*.json")}
    before = (broken / "log").read_text().split()
    for folder in (broken, whole):
        assert start(folder).wait() == 0
    assert (broken / "table.csv").read_bytes() == (whole / "table.csv").read_bytes()
    after = (broken / "log").read_text().split()
    # a cell that was kept is not done again: the last run does those that were missing
    assert len(after) - len(before) == CELLS - len(kept)
    assert len(list((broken / "cells").glob("*"))) == CELLS
    # killed between its work and its file, a cell is done once more, and no other is
    assert len(after) <= CELLS + len(moments)
    assert set(after) == {str(k) for k in range(CELLS)}
    assert "no event in one arm" in (broken / "table.csv").read_text()


def test_what_was_kept_is_not_done_again(tmp_path, monkeypatch):
    listed = [Variant(str(k), (), ph.ModelSpec(f"m{k}", ph.Exponential(), "arm"), primary=not k)
              for k in range(4)]  # fmt: skip
    done = []

    def stand_in(cell, cohort, sampling, asked, whole=None):
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(cell[0].label)
        words = dict.fromkeys(("prior", "baseline", "formula", "method", "failures"), "")
        row = {name: [words.get(name, int(cell[0].label) / 7.0)] for name in ANSWERS}
        return [pd.DataFrame(row).assign(term="arm", patients=9, events=5)]

    monkeypatch.setattr(suite, "summarise_variants", stand_in)
    arguments = (listed, ph.simulated_example(), Sampling())
    with pytest.raises(KeyboardInterrupt):
        suite.fit_variants(*arguments, kept=tmp_path)
    first, done[:] = list(done), []
    next(iter(sorted(tmp_path.glob("*.json")))).write_text("damaged")
    with pytest.raises(KeyboardInterrupt):
        suite.fit_variants(*arguments, kept=tmp_path)
    second, done[:] = list(done), []
    table = suite.fit_variants(*arguments, kept=tmp_path)
    # two were kept, one of them damaged: it and one more, then the last
    assert (len(first), len(second), len(done)) == (2, 2, 1)
    assert table["mean"].tolist() == [k / 7.0 for k in range(4)]
    done.clear()
    pd.testing.assert_frame_equal(suite.fit_variants(*arguments, kept=tmp_path), table)
    assert done == []


def test_numbers_come_back_to_the_last_bit_and_errors_with_their_kind(tmp_path):
    random = np.random.default_rng(1)
    frame = pd.DataFrame({"mean": random.normal(size=5), "hr": [np.nan, np.inf, 1.0, 2.0, 1e-300],
                          "term": list("abcde"), "n": range(5), "ok": [True] * 5})  # fmt: skip
    cells = KeptCells(tmp_path, "x")
    cells.keep("one", [frame, SpecError("no. Fix: yes.")])
    read, error = cells.found("one")
    pd.testing.assert_frame_equal(read, frame, check_exact=True)
    assert type(error) is SpecError
    assert str(error) == "no. Fix: yes."


@pytest.mark.parametrize("damage", [b"", b"{", b"flipped"])
def test_a_damaged_cell_is_not_believed(tmp_path, damage):
    cells = KeptCells(tmp_path, "x")
    cells.keep("one", [pd.DataFrame({"mean": [0.25]})])
    path = tmp_path / "one.json"
    written = path.read_bytes()
    path.write_bytes(written.replace(b"0.25", b"0.26") if damage == b"flipped" else damage)
    assert cells.found("one") is None
    assert cells.found("absent") is None


def test_the_name_of_a_cell_tells_data_settings_and_specification_apart(tmp_path):
    cohort, sampling, asked = ph.simulated_example(), Sampling(), EstimandSpec()
    spec = ph.ModelSpec("m", ph.Exponential(), "arm", priors={"arm": Prior("normal", (0.0, 1.0))})
    one = [Variant("a", (), spec)]

    def key(cohort=cohort, sampling=sampling, asked=asked, cell=one):
        return kept_cells(tmp_path, cohort, sampling, asked).key(cell)

    later = cohort.exit.copy()
    later[0] += 1e-9
    other = replace(spec, priors={"arm": Prior("normal", (0.0, 1.1))})
    names = [
        key(),
        key(sampling=replace(sampling, seed=2)),
        key(asked=replace(asked, interval=0.9)),
        key(cohort=replace(cohort, lower=later,
                           upper=np.where(cohort.event, later, np.inf))),
        key(cell=[Variant("a", (), other)]),
        key(cell=[*one, Variant("b", (), spec)]),
    ]  # fmt: skip
    assert len(set(names)) == len(names)
    assert key() == names[0]


def test_a_reason_is_kept_as_the_error_it_was(tmp_path):
    cells = KeptCells(tmp_path, "x")
    cells.keep("one", [CohortError("no event. Fix: wait.")])
    assert isinstance(cells.found("one")[0], CohortError)

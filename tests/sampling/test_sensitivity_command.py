"""``posthaz sensitivity`` end to end: files, page, exit codes; and the section of a report."""

import re
import sys
from pathlib import Path

import pandas as pd
import pytest

from posthaz.cli import main
from posthaz.sensitivity import AXIS_COLUMNS
from posthaz.sensitivity.suite import COLUMNS
from tests.unit.cli.test_sensitivity import VARIED, write_analysis

pytestmark = pytest.mark.slow

NOBODY = "\n[sensitivity.subsets]\nnobody = { dose_gy = { at_least = 1000 } }\n"
FEW = ("--chains", "2", "--draws", "400", "--seed", "3", "--quiet")


def run(monkeypatch: pytest.MonkeyPatch, command: str, path: Path, *arguments: str) -> int:
    out = str(path.parent / command)
    monkeypatch.setattr(sys, "argv", ["posthaz", command, str(path), "--out", out, *arguments])
    with pytest.raises(SystemExit) as stopped:
        main()
    return int(stopped.value.code or 0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sensitivity")
    path = write_analysis(folder, VARIED + "[cohort.columns.dose_gy]\n" + NOBODY)
    with pytest.MonkeyPatch.context() as patch:
        # one variant has no patients: said, and the rest is given
        assert run(patch, "sensitivity", path, *FEW) == 3
    return folder


def test_tables_and_figure_are_written(folder: Path) -> None:
    names = {
        str(p.relative_to(folder / "sensitivity")) for p in (folder / "sensitivity").rglob("*")
    }
    kept = {name for name in names if name.startswith("sensitivity_cells")}
    assert len(kept) > 1
    names -= kept
    assert names == {
        "sensitivity.csv",
        "sensitivity_axes.csv",
        "sensitivity.html",
        "figures",
        "figures/sensitivity.png",
        "figures/sensitivity.svg",
    }
    table = pd.read_csv(folder / "sensitivity" / "sensitivity.csv")
    assert tuple(table.columns) == COLUMNS
    assert table["variant"].tolist() == [
        "as stated",
        "prior on arm: sceptical",
        "baseline: weibull",
        "patients: nobody",
    ]
    axes = pd.read_csv(folder / "sensitivity" / "sensitivity_axes.csv")
    assert tuple(axes.columns) == AXIS_COLUMNS
    assert axes["axis"].tolist() == ["prior on arm", "baseline"]


def test_the_page_says_the_answer_the_failure_and_that_it_is_simulated(folder: Path) -> None:
    page = (folder / "sensitivity" / "sensitivity.html").read_text()
    table = pd.read_csv(folder / "sensitivity" / "sensitivity.csv")
    text = re.sub(r"<[^>]+>", "", page)
    assert f"{table['hr_median'][0]:.2f} ({table['hr_lower'][0]:.2f} to" in text
    assert "simulated" in text.lower()
    assert re.search(
        "[Vv]ariants? without a reliable answer: .*exponential, patients: nobody", text
    )
    assert "sceptical of HR 0.7" in text


def test_a_report_has_the_same_numbers_in_a_section(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(monkeypatch, "report", folder / "x.toml", *FEW) == 3
    alone = pd.read_csv(folder / "sensitivity" / "sensitivity.csv")
    within = pd.read_csv(folder / "report" / "sensitivity.csv")
    coefficients = pd.read_csv(folder / "report" / "coefficients.csv")
    pd.testing.assert_frame_equal(alone, within)
    assert within["mean"][0] == coefficients["mean"][0]
    page = (folder / "report" / "report.html").read_text()
    assert 'id="sensitivity"' in page
    assert (folder / "report" / "figures" / "sensitivity.png").exists()

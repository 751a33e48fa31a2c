"""The command line end to end: files, columns, exit codes, and a report traceable to its tables."""

import json
import shutil
import sys
from base64 import b64decode
from html.parser import HTMLParser
from pathlib import Path

import arviz as az
import pandas as pd
import pytest

import posthaz as ph
from posthaz.cli import main
from posthaz.estimands.coefficients import COLUMNS as COEFFICIENTS
from posthaz.estimands.table import COLUMNS as ESTIMANDS

ANALYSIS = """
[analysis]
title = "Two models of NVALT-11"
endpoint = "overall survival"
[cohort]
table = "nvalt11.csv"
time = "os_mth"
event = "os_event"
unit = "months"
[treatment]
column = "arm"
reference = "0"
[models.weibull]
baseline = "weibull"
formula = "arm + age"
[models.pwe]
baseline = "piecewise_exponential"
cuts = [6, 12, 24]
smoothing = "random_walk"
formula = "arm"
[estimands]
survival_at = [12, 24]
"""
TABLE = Path(__file__).resolve().parents[2] / "examples" / "data" / "nvalt11.csv"


def write_analysis(folder: Path) -> None:
    """The analysis with its table beside it: files that a file names stay in its folder."""
    (folder / "two.toml").write_text(ANALYSIS)
    shutil.copy(TABLE, folder / TABLE.name)


def _run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["posthaz", *arguments])
    with pytest.raises(SystemExit) as stopped:
        main()
    return int(stopped.value.code or 0)


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    write_analysis(folder)
    with pytest.MonkeyPatch.context() as patch:
        code = _run(
            patch,
            *("report", str(folder / "two.toml"), "--out", str(folder / "out"), "--quiet"),
            *("--draws", "500", "--chains", "2", "--seed", "4", "--format", "html,md,docx"),
        )
    assert code == 0
    return folder / "out"


def test_every_promised_file_is_there(output: Path) -> None:
    names = {str(path.relative_to(output)) for path in output.rglob("*") if path.is_file()}
    assert {
        "report.html",
        "report.md",
        "report.docx",
        "coefficients.csv",
        "estimands.csv",
        "baselines.csv",
        "diagnostics.json",
        "provenance.json",
        "posterior/weibull.nc",
        "posterior/pwe.nc",
        "figures/survival.png",
        "figures/survival.svg",
    } <= names
    assert not [name for name in names if name.startswith(".")]


def test_tables_have_the_promised_columns(output: Path) -> None:
    coefficients = pd.read_csv(output / "coefficients.csv")
    estimands = pd.read_csv(output / "estimands.csv")
    assert tuple(coefficients.columns) == COEFFICIENTS
    assert tuple(estimands.columns) == ESTIMANDS
    assert set(coefficients["model"]) == {"weibull", "pwe"} == set(estimands["model"])
    assert coefficients["mcse_mean"].notna().all()


def test_tables_are_the_stored_draws(output: Path) -> None:
    fit = ph.load_fit(output / "posterior" / "weibull.nc")
    row = pd.read_csv(output / "coefficients.csv").query("model == 'weibull' and term == 'arm[1]'")
    draws = fit.draws["posterior"]["log_hazard_ratio"].sel(covariate="arm[1]")
    assert row["mean"].item() == pytest.approx(float(draws.mean()))
    assert row["p_hr_below_1"].item() == pytest.approx(float((draws < 0).mean()))
    opened = az.from_netcdf(output / "posterior" / "weibull.nc")
    assert float(opened["posterior"]["shape"].mean()) == pytest.approx(
        float(fit.draws["posterior"]["shape"].mean())
    )


def test_provenance_names_data_seed_and_versions(output: Path) -> None:
    provenance = json.loads((output / "provenance.json").read_text())
    assert provenance["sampling"]["seed"] == 4
    assert len(provenance["data"]["sha256"]) == 64
    assert provenance["versions"]["pymc"]
    assert json.loads((output / "diagnostics.json").read_text())["passed"] is True


def test_every_source_that_the_report_names_exists(output: Path) -> None:
    class Links(HTMLParser):
        found: list[str] = []

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag == "a":
                self.found.append(dict(attrs).get("href") or "")

    page = Links()
    text = (output / "report.html").read_text()
    page.feed(text)
    local = [link for link in page.found if link and not link.startswith(("#", "http"))]
    inside = [link for link in local if link.startswith("data:text/csv;base64,")]
    files = {path.read_bytes() for path in output.glob("*.csv")}
    assert len(inside) > 5
    assert {b64decode(link.partition(",")[2]) for link in inside} <= files
    for link in set(local) - set(inside):
        assert (output / link).exists(), link
    assert "0.9" in text


def test_a_failed_check_is_said_and_exits_with_3(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    write_analysis(tmp_path)
    code = _run(
        monkeypatch,
        *("fit", str(tmp_path / "two.toml"), "--out", str(tmp_path / "out"), "--quiet"),
        *("--draws", "100", "--chains", "2"),
    )
    assert code == 3
    assert "convergence check failed" in capsys.readouterr().err
    assert json.loads((tmp_path / "out" / "diagnostics.json").read_text())["passed"] is False
    assert (tmp_path / "out" / "coefficients.csv").exists()

"""``posthaz init``: what it writes, shows, asks and refuses."""

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from typer.testing import CliRunner

import posthaz as ph
from posthaz.cli.app import app
from posthaz.errors import OutputError, SpecError
from posthaz.run import read_inputs

RUN = CliRunner()


@pytest.fixture
def adam(tmp_path, monkeypatch):
    """ADTTE with two end points and ADSL beside it, as SAS transport files; events by PARAMCD."""
    random, size = np.random.default_rng(7), 50
    ids = [f"ST-{k:03d}" for k in range(size)]
    arm = random.choice(["Placebo", "Drug 10 mg"], size)
    adsl = pd.DataFrame(
        {
            "USUBJID": ids, "AGE": random.integers(40, 85, size).astype(float), "TRT01P": arm,
            "SEX": random.choice(["M", "F"], size), "TRTSDT": 22000.0 + np.arange(size),
        }
    )  # fmt: skip
    parts = []
    for code, name, mean in (("PFS", "Progression-Free Survival", 200), ("OS", "Survival", 500)):
        time, limit = random.exponential(mean, size) + 1, random.uniform(100, 900, size)
        censored = np.where(time <= limit, 0.0, random.choice([1.0, 2.0], size))
        parts.append(
            pd.DataFrame(
                {
                    "USUBJID": ids,
                    "PARAMCD": code,
                    "PARAM": f"{name} (days)",
                    "AVAL": np.minimum(time, limit),
                    "CNSR": censored,
                    "TRTP": arm,
                }
            )
        )
    adtte = pd.concat(parts)
    for name, table in (("adtte", adtte), ("adsl", adsl)):
        pyreadstat.write_xport(table, str(tmp_path / f"{name}.xpt"), file_format_version=5)
    monkeypatch.chdir(tmp_path)
    return {code: int((rows["CNSR"] == 0).sum()) for code, rows in adtte.groupby("PARAMCD")}


def test_adam_gives_a_file_an_end_point_with_the_right_counts(adam, tmp_path):
    done = RUN.invoke(app, ["init", "adtte.xpt", "--yes"])
    assert done.exit_code == 0, done.output
    for name, code in (("analysis", "OS"), ("analysis_pfs", "PFS")):
        cohort = read_inputs(ph.load_analysis(tmp_path / f"{name}.toml"))
        assert (len(cohort), int(cohort.event.sum())) == (50, adam[code])
        assert cohort.arms[0] == "Placebo"
        assert "AGE" in cohort.covariates
        assert f"{adam[code]} events" in done.output
    assert (tmp_path / "analysis.schema.json").is_file()
    assert 'cohort.event_codes = { 0 = "event", 1 = "censored", 2 = "censored" }' in done.output
    assert 'cohort.unit = "days"' in done.output


def test_nothing_is_overwritten_unasked(adam, tmp_path):
    (tmp_path / "analysis_pfs.toml").write_text("mine")
    done = RUN.invoke(app, ["init", "adtte.xpt", "--yes"])
    assert isinstance(done.exception, OutputError)
    assert not (tmp_path / "analysis.toml").exists()
    assert RUN.invoke(app, ["init", "adtte.xpt", "--yes", "--force"]).exit_code == 0
    assert (tmp_path / "analysis_pfs.toml").read_text() != "mine"


def test_without_a_terminal_doubts_are_not_taken_silently(adam):
    done = RUN.invoke(app, ["init", "adtte.xpt"])
    assert isinstance(done.exception, SpecError)
    assert "say --yes" in str(done.exception)


def test_a_person_is_asked_what_is_doubtful(adam, tmp_path, monkeypatch):
    monkeypatch.setattr("posthaz.cli.init._somebody", lambda: True)
    done = RUN.invoke(app, ["init", "adtte.xpt", "--endpoint", "pfs"], input="9\n2\n")
    assert done.exit_code == 0, done.output
    assert '1) "OS"' in done.output
    assert "a number from 1 to 2" in done.output
    cohort = read_inputs(ph.load_analysis(tmp_path / "analysis.toml"))
    assert int(cohort.event.sum()) == adam["PFS"]
    assert "PLEASE CHECK" not in (tmp_path / "analysis.toml").read_text()


def test_a_file_that_needs_a_hand_is_written_and_says_so(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    table = pd.DataFrame({"time": [1.0, 2, 3, 4, -1], "dead": [1, 0, 1, 1, 0]})
    table = pd.concat([table, table], ignore_index=True)
    table.to_csv("c.csv", index=False)
    done = RUN.invoke(app, ["init", "c.csv", "--yes", "--time", "time", "--event", "dead"])
    assert done.exit_code == 3
    assert "analysis.toml needs your hand" in done.stderr
    assert (tmp_path / "analysis.toml").is_file()
    half = RUN.invoke(app, ["init", "c.csv", "--yes", "--force", "--time", "time"])
    assert "belong together" in str(half.exception)

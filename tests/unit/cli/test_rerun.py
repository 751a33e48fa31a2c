"""``posthaz rerun``: what it refuses, and a report repeated."""

import json

import pandas as pd
import pytest

from posthaz.errors import SpecError
from tests.unit.cli.test_simulate import command

ANALYSIS = """
[analysis]
title = "Again"
question = "Does the arm matter?"
endpoint = "survival"
[cohort]
table = "cohort.csv"
time = "months"
event = "dead"
[cohort.columns.arm]
role = "treatment"
levels = { "A" = "first", "B" = "second" }
[treatment]
column = "arm"
[models.constant]
baseline = "exponential"
formula = "arm"
"""
KEPT = {"analysis_file": "", "command": "posthaz report gone.toml", "data": {}, "versions": {},
        "sampling": {"seed": 1, "draws": 100, "chains": 2, "method": "nuts"}}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "can't be read (No such file or directory)"),
        ("{", "is no JSON file"),
        ("[]", "has no 'analysis_file' of a report"),
        (json.dumps({**KEPT, "versions": 3}), "has no 'versions' of a report"),
        (json.dumps(KEPT), "name it with --spec"),
    ],
)
def test_a_folder_without_a_report_is_refused(text, said, tmp_path, monkeypatch, capsys):
    folder = tmp_path / "out"
    folder.mkdir()
    if text is not None:
        (folder / "provenance.json").write_text(text)
    assert command(monkeypatch, "rerun", folder) == 2
    error = capsys.readouterr().err
    assert said in error and "Fix:" in error
    assert not (tmp_path / "out-again").exists()


def test_a_report_is_not_written_over_itself(tmp_path, monkeypatch, capsys):
    (tmp_path / "provenance.json").write_text(json.dumps(KEPT))
    assert command(monkeypatch, "rerun", tmp_path, "--out", tmp_path) == 2
    assert "name another folder" in capsys.readouterr().err


@pytest.mark.slow
def test_a_report_is_repeated_and_what_changed_is_said(tmp_path, monkeypatch, capsys):
    rows = [{"months": k % 17 + 1.0, "dead": k % 3 > 0, "arm": "AB"[k % 2]} for k in range(60)]
    pd.DataFrame(rows).astype({"dead": int}).to_csv(tmp_path / "cohort.csv", index=False)
    (tmp_path / "x.toml").write_text(ANALYSIS)
    out = tmp_path / "out"
    asked = (tmp_path / "x.toml", "--out", out, "--draws", 200, "--chains", 2, "--quiet")
    assert command(monkeypatch, "report", *asked) in (0, 3)
    capsys.readouterr()
    assert command(monkeypatch, "rerun", out, "--quiet") in (0, 3)
    said = capsys.readouterr().out
    assert "analysis file: the same" in said and "data: the same bytes" in said
    assert "versions: the same" in said
    first, again = (pd.read_csv(one / "answers.csv") for one in (out, tmp_path / "out-again"))
    pd.testing.assert_frame_equal(first, again)
    assert f"answers: {len(first)} equal, 0 within Monte Carlo error, 0 changed" in said
    # one patient fewer, and another name of the endpoint
    pd.DataFrame(rows[1:]).astype({"dead": int}).to_csv(tmp_path / "cohort.csv", index=False)
    (tmp_path / "x.toml").write_text(ANALYSIS.replace('"survival"', '"relapse"'))
    assert command(monkeypatch, "rerun", out, "--quiet", "--out", tmp_path / "b") in (0, 3)
    said = capsys.readouterr().out
    assert "analysis file: 2 lines differ" in said and '+endpoint = "relapse"' in said
    assert "data: other bytes than those of the report" in said
    assert " 0 changed" not in said


@pytest.mark.parametrize(
    ("words", "said"),
    [("--data mine.csv", "give --data here too"), ("--map m.toml", "rerun doesn't take"),
     ("'open", "can't be read")],
)  # fmt: skip
def test_a_report_on_another_table_is_not_repeated_unsaid(
    words, said, tmp_path, monkeypatch, capsys
):
    folder = tmp_path / "out"
    folder.mkdir()
    kept = {**KEPT, "command": f"posthaz report x.toml {words}"}
    (folder / "provenance.json").write_text(json.dumps(kept))
    assert command(monkeypatch, "rerun", folder) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command_line", "record", "asked"),
    [
        ("posthaz report x.toml --share --out a", {}, True),
        ("posthaz rerun out", {"shared": True}, True),
        ("posthaz report x.toml --share --out 'a", {}, True),
        ("posthaz report x.toml --out a", {}, False),
    ],
)
def test_a_shared_report_is_repeated_as_one(
    command_line, record, asked, tmp_path, monkeypatch, capsys
):
    fitted = []

    def stop(analysis, out, quiet):
        fitted.append(analysis.clinical.get("privacy"))
        raise SpecError("no further", fix="none")

    monkeypatch.setattr("posthaz.cli.run.run", stop)
    pd.DataFrame({"months": [1.0], "dead": [1], "arm": ["A"]}).to_csv(tmp_path / "cohort.csv")
    (tmp_path / "x.toml").write_text(ANALYSIS)
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "provenance.json").write_text(json.dumps({**KEPT, **record, "command": command_line}))
    assert command(monkeypatch, "rerun", folder, "--spec", tmp_path / "x.toml") == 2
    assert "no further" in capsys.readouterr().err
    assert [one is not None and one.share for one in fitted] == [asked]


def test_a_folder_with_an_earlier_report_is_refused_before_a_shared_one_is_fitted(
    tmp_path, monkeypatch, capsys
):
    rows = [{"months": k % 17 + 1.0, "dead": k % 3 > 0, "arm": "AB"[k % 2]} for k in range(60)]
    pd.DataFrame(rows).astype({"dead": int}).to_csv(tmp_path / "cohort.csv", index=False)
    (tmp_path / "x.toml").write_text(ANALYSIS)
    out = tmp_path / "out"
    out.mkdir()
    (out / "pareto_k.csv").write_text("subject\n")
    monkeypatch.setattr("posthaz.report.gather_results", lambda *_: pytest.fail("fitted"))
    assert command(monkeypatch, "report", tmp_path / "x.toml", "--share", "--out", out) == 2
    error = capsys.readouterr().err
    assert "out holds pareto_k.csv" in error and "name an empty folder by --out" in error
    assert [path.name for path in out.iterdir()] == ["pareto_k.csv"]

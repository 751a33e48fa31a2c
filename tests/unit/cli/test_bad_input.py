"""Every unusable input: exit code 2, one message with place and fix, nothing written."""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from posthaz.cli import main

ANALYSIS = """
[analysis]
title = "Bad input"
[cohort]
table = "cohort.csv"
time = "time"
event = "event"
unit = "months"
{cohort}
[treatment]
column = "arm"
[models.weibull]
baseline = "weibull"
formula = "{formula}"
{priors}
[estimands]
survival_at = [12]
{more}
"""


def _frame() -> pd.DataFrame:
    random = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "time": random.exponential(20.0, 60).round(2) + 0.1,
            "event": [1, 1, 0] * 20,
            "arm": ["A", "B"] * 30,
            "age": random.normal(60.0, 8.0, 60).round(),
        }
    )


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> Callable[..., tuple[int, str, Path]]:
    """Write an analysis and a cohort, run ``posthaz report``, give code, message and folder."""

    def call(
        change: Callable[[pd.DataFrame], pd.DataFrame] = lambda frame: frame,
        arguments: tuple[str, ...] = (),
        **parts: str,
    ) -> tuple[int, str, Path]:
        blanks = {"cohort": "", "formula": "arm", "priors": "", "more": ""}
        (tmp_path / "x.toml").write_text(ANALYSIS.format(**{**blanks, **parts}))
        change(_frame()).to_csv(tmp_path / "cohort.csv", index=False)
        out = tmp_path / "out"
        line = ["posthaz", "report", str(tmp_path / "x.toml"), "--out", str(out), *arguments]
        monkeypatch.setattr(sys, "argv", line)
        with pytest.raises(SystemExit) as stopped:
            main()
        return int(stopped.value.code or 0), capsys.readouterr().err, out

    return call


def _with(column: str, row: int, value: object) -> Callable[[pd.DataFrame], pd.DataFrame]:
    def change(frame: pd.DataFrame) -> pd.DataFrame:
        frame = frame.astype({column: object})
        frame.loc[row - 1, column] = value
        return frame

    return change


CASES = {
    "missing column": ({"change": lambda f: f.drop(columns="event")}, ["event"]),
    "empty table": ({"change": lambda f: f.iloc[:0]}, ["cohort.csv"]),
    "text in time": ({"change": _with("time", 3, "long")}, ["row 3", "time", "long"]),
    "negative time": ({"change": _with("time", 4, -2.0)}, ["row 4", "-2"]),
    "infinite time": ({"change": _with("time", 5, np.inf)}, ["row 5"]),
    "missing time": ({"change": _with("time", 6, None)}, ["row 6", "missing"]),
    "zero time": ({"change": _with("time", 7, 0)}, ["row 7", "zero_time"]),
    "entry after exit": (
        {"change": lambda f: f.assign(start=f["time"] + 1.0), "cohort": 'entry = "start"'},
        ["rows 1, 2", "entry is not before exit"],
    ),
    "event codes": ({"change": _with("event", 8, 7)}, ["row 8", "7"]),
    "no events": ({"change": lambda f: f.assign(event=0)}, ["no event"]),
    "one level": ({"change": lambda f: f.assign(arm="A")}, ["arm"]),
    "missing covariate": (
        {"change": _with("age", 9, None), "formula": "arm + age"},
        ["row 9", "age", "drop"],
    ),
    "collinear": (
        {"change": lambda f: f.assign(months=f["age"] * 12), "formula": "arm + age + months"},
        ["collinear", "months", "age"],
    ),
    "formula syntax": ({"formula": "arm + (age"}, ["models.weibull", "formula", "^"]),
    "forbidden function": ({"formula": "arm + system(age)"}, ["system", "not allowed"]),
    "unknown covariate": ({"formula": "arm + agee"}, ["agee", "age"]),
    "unknown key": ({"more": "survivl_at = [3]"}, ["survivl_at", "survival_at"]),
    "impossible prior": (
        {"priors": '[models.weibull.priors]\narm = {family = "normal", values = [0, -1]}'},
        ["sd must be above 0", "models.weibull"],
    ),
    "prior on nothing": (
        {"priors": '[models.weibull.priors]\nlog_shap = {family = "normal", values = [0, 1]}'},
        ["log_shap", "log_shape"],
    ),
    "landmark after the last event": (
        {"cohort": "landmark = 500"},
        [
            "no event comes after the landmark of 500 months",
            "0 patients",
            "set the landmark before",
        ],
    ),
    "matched sample without matching": (
        {
            "cohort": '[cohort.columns.age]\nunit = "years"',
            "more": '[subgroups]\ncolumns = [{ age = [60] }]\nsample = "matched"',
        },
        ["[subgroups.sample]", "there is no [adjust]", 'method "match"'],
    ),
    "TOML syntax": ({"more": "rmst_to = = 3"}, ["line"]),
    "unknown format": ({"arguments": ("--format", "rtf")}, ["rtf", "html, md, docx"]),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_input_is_one_clear_error(case: str, run: Callable) -> None:
    arguments, said = CASES[case]
    code, message, out = run(**arguments)
    assert code == 2, message
    assert "Traceback" not in message
    for words in said:
        assert words in message, message
    assert "fix" in message.lower()
    assert not out.exists() or not list(out.iterdir())


def test_all_problems_come_at_once(run: Callable) -> None:
    def change(frame: pd.DataFrame) -> pd.DataFrame:
        return _with("event", 8, 7)(_with("time", 4, -2.0)(frame))

    _, message, _ = run(change=change)
    assert "row 4" in message
    assert "row 8" in message


def test_a_missing_file_is_named(tmp_path: Path, run: Callable) -> None:
    code, message, _ = run(arguments=("--data", str(tmp_path / "none.csv")))
    assert code == 2
    assert "none.csv" in message


def test_an_unwritable_folder_is_found_before_any_fit(tmp_path: Path, run: Callable) -> None:
    (tmp_path / "out").write_text("a file, not a folder")
    code, message, _ = run()
    assert code == 2
    assert "can't be written" in message
    assert (tmp_path / "out").read_text() == "a file, not a folder"

"""One report of a cohort in which hardly anything can be compared: said, and the rest given."""

import re
import sys
from contextlib import redirect_stderr
from html import unescape
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from posthaz.cli import main

pytestmark = pytest.mark.slow

ANALYSIS = """
[analysis]
title = "Hopeless comparisons"
simulated = true
[cohort]
table = "cohort.csv"
time = "time"
event = "event"
unit = "months"
[cohort.columns.arm]
role = "treatment"
levels = { CT = "Chemotherapy", RT = "Radiotherapy" }
[cohort.columns.age]
label = "Age"
unit = "years"
[cohort.columns.stage]
label = "Stage"
levels = ["I", "II", "III"]
[cohort.columns.pneumonitis]
label = "Pneumonitis"
[treatment]
column = "arm"
reference = "CT"
# age tells the arms apart; nobody is within the caliper; there are no scores in common
[adjust]
formula = "age"
method = ["match", "weight"]
# nobody of stage III has an event
[subgroups]
columns = ["stage"]
[interactions.by_stage]
effect = "arm"
by = "stage"
sample = "matched"
# nobody given radiotherapy has pneumonitis
[toxicity]
columns = { pneumonitis = "Pneumonitis" }
[models.exponential]
baseline = "exponential"
formula = "arm"
[estimands]
survival_at = [12]
[sampling]
seed = 2
chains = 2
draws = 1500
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The report's folder, and what was said on standard error."""
    folder = tmp_path_factory.mktemp("hopeless")
    random = np.random.default_rng(8)
    treated = np.arange(90) % 2 == 1
    stage = np.array(["I", "II", "III"])[np.arange(90) % 3]
    pd.DataFrame(
        {
            "time": random.exponential(15.0, 90).round(2) + 0.1,
            "event": np.where(stage == "III", 0, np.arange(90) % 4 > 0).astype(int),
            "arm": np.where(treated, "RT", "CT"),
            "age": (np.where(treated, 50.0, 70.0) + random.uniform(-5, 5, 90)).round(1),
            "stage": stage,
            "pneumonitis": np.where(treated, 0, np.arange(90) // 2 % 4),
        }
    ).to_csv(folder / "cohort.csv", index=False)
    (folder / "x.toml").write_text(ANALYSIS)
    line = ["posthaz", "report", str(folder / "x.toml"), "--out", str(folder / "out"), "--quiet"]
    said = StringIO()
    with (
        pytest.MonkeyPatch.context() as patch,
        redirect_stderr(said),
        pytest.raises(SystemExit) as stopped,
    ):
        patch.setattr(sys, "argv", line)
        main()
    assert stopped.value.code == 3, said.getvalue()
    return folder / "out", said.getvalue()


@pytest.fixture(scope="module")
def out(run: tuple[Path, str]) -> Path:
    return run[0]


def test_what_was_asked_for_and_is_not_there_is_missing_and_nothing_else(run):
    missing = re.findall(r"missing from the results: ([^:]+):", run[1])
    assert missing == ["matched sample", "interaction in the matched sample (by_stage)"]


@pytest.fixture(scope="module")
def text(out: Path) -> str:
    shown = (out / "report.html").read_text()
    shown = re.sub(r"<(svg|style|script)\b.*?</\1>|<img[^>]*>", "", shown, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", shown)))


@pytest.mark.parametrize(
    "said",
    [
        "'age' separates the arms (tell the arm of every patient for certain)",
        "The score below is Firth's",
        "The scores of the arms do not overlap",
        "the caliper leaves nobody",
        "The arms are still unlike, by standardised differences above 0.25, in “Weighted (ATE)”",
        "No matched sample could be made",
        "Stage, III: no events",
        "no patient of Radiotherapy had it",
    ],
)
def test_each_is_said_in_a_sentence(text: str, said: str) -> None:
    assert said in text


def test_the_rest_is_given(out: Path) -> None:
    effects = pd.read_csv(out / "adjust_effects.csv")
    assert {"all patients", "weighted"} <= set(effects["sample"])
    levels = pd.read_csv(out / "subgroups.csv").set_index("level")
    assert levels.loc[["I", "II"], "cox_hr"].notna().all()
    assert levels.loc["III", ["cox_hr", "separate_hr"]].isna().all()
    risks = pd.read_csv(out / "toxicity_risks.csv")
    assert risks["difference_upper"].lt(0).any()
    assert pd.read_csv(out / "interaction_levels.csv").empty


def test_no_number_is_nonsense(out: Path, text: str) -> None:
    for name in ("adjust_effects", "subgroups", "toxicity_risks", "baselines", "coefficients"):
        table = pd.read_csv(out / f"{name}.csv").select_dtypes("number")
        assert table.abs().max().max() < 1e4, name
    assert not re.search(r"\d{1,3}(,\d{3}){2}|\bnan\b|><", text)

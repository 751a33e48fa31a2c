"""What `check` says of late entry and of recurrent events, from analysis files."""

from pathlib import Path

import pandas as pd
import pytest

from posthaz.errors import PosthazError
from posthaz.run.inputs import read_inputs
from posthaz.spec import load_analysis
from tests.shared_data import DATA, needs_data

BLADDER = """
[cohort]
table = "{table}"
time = "stop"
event = "event"
entry = "start"
subject = "id"
recurrent = "all"
[treatment]
column = "rx"
reference = "1"
[models.m]
baseline = "exponential"
formula = "{formula}"
[estimands]
survival_at = [12]
"""


def analysis(folder: Path, text: str) -> Path:
    path = folder / "a.toml"
    path.write_text(text)
    return path


def aged(folder: Path, estimands: str, cohort: str = "") -> Path:
    table = pd.DataFrame({"from": [60, 61, 62, 63], "age": [70, 75, 80, 81], "dead": [1, 1, 1, 0]})
    table.to_csv(folder / "aged.csv", index=False)
    return analysis(
        folder,
        f'[cohort]\ntable = "aged.csv"\ntime = "age"\nevent = "dead"\nentry = "from"\n'
        f'unit = "years"\n{cohort}\n[models.m]\nbaseline = "exponential"\nformula = "1"\n'
        f"[estimands]\n{estimands}\n",
    )


@pytest.mark.parametrize("estimands", ["survival_at = [50, 75]", "rmst_to = 60"])
def test_answers_before_the_origin_are_refused(tmp_path: Path, estimands: str) -> None:
    with pytest.raises(PosthazError, match="curves are told from 61 years on"):
        read_inputs(load_analysis(aged(tmp_path, estimands)))


def test_a_stated_origin_moves_what_may_be_asked(tmp_path: Path) -> None:
    path = aged(tmp_path, "survival_at = [65]", "origin = 60.5")
    assert read_inputs(load_analysis(path)).origin == 60.5


def test_an_origin_that_is_no_time_is_refused_in_the_file(tmp_path: Path) -> None:
    with pytest.raises(PosthazError, match=r"cohort\.origin"):
        load_analysis(aged(tmp_path, "survival_at = [65]", "origin = -1"))


@needs_data
def test_a_missing_frailty_is_said_and_one_that_is_there_is_not(tmp_path: Path) -> None:
    table = DATA / "bladder2.csv"
    (tmp_path / "b.csv").write_bytes(table.read_bytes())
    for formula, said in (("rx", True), ("rx + (1 | id)", False)):
        path = analysis(tmp_path, BLADDER.format(table="b.csv", formula=formula))
        notices = [str(one) for one in read_inputs(load_analysis(path)).notices]
        assert any("add (1 | id) to the formula" in one for one in notices) is said


@needs_data
def test_what_is_about_one_event_is_refused_beside_recurrent_ones(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_bytes((DATA / "bladder2.csv").read_bytes())
    more = '[cohort.columns.number]\n[subgroups]\ncolumns = ["number"]\n'
    path = analysis(tmp_path, BLADDER.format(table="b.csv", formula="rx") + more)
    with pytest.raises(PosthazError, match=r"\[subgroups\].*recurrent"):
        read_inputs(load_analysis(path))

"""What is asked beyond follow-up is said."""

from pathlib import Path

import pandas as pd
import pytest

from posthaz.spec import load_analysis, read_analysis_cohort

TEXT = """
[cohort]
table = "x.csv"
time = "t"
event = "d"
[cohort.columns.a]
[treatment]
column = "a"
[models.m]
baseline = "exponential"
formula = "a"
[estimands]
"""


def _notices(folder: Path, estimands: str, dead_last: bool = False) -> list[str]:
    event = [1, 0, 1, 1] * 5 + [1, 1, 0, 0] * 5
    frame = pd.DataFrame({"t": range(1, 41), "d": event, "a": ["x"] * 20 + ["y"] * 20})
    frame.loc[19, "d"] = int(dead_last)
    frame.to_csv(folder / "x.csv", index=False)
    (folder / "a.toml").write_text(TEXT + estimands)
    cohort = read_analysis_cohort(load_analysis(folder / "a.toml"))
    return [str(notice) for notice in cohort.notices if "estimands" in notice.where]


@pytest.mark.parametrize("asked", ["survival_at = [12, 20]", "rmst_to = 20"])
def test_times_within_follow_up_are_no_doubt(tmp_path, asked: str):
    assert _notices(tmp_path, asked) == []


def test_times_beyond_an_arm_and_beyond_all(tmp_path):
    (said,) = _notices(tmp_path, "survival_at = [12, 24]")
    assert "estimands, survival_at: 24 months lies beyond follow-up (which ends at 20 in x)" in said
    assert "up to 20 months" in said
    (said,) = _notices(tmp_path, "survival_at = [12]\nrmst_to = 60")
    assert "rmst_to: 60 months lies beyond follow-up (which ends at 20 in x, which ends at" in said
    assert "Kaplan-Meier has none" in said


def test_nothing_is_unknown_where_the_last_one_died(tmp_path):
    assert _notices(tmp_path, "survival_at = [24]", dead_last=True) == []

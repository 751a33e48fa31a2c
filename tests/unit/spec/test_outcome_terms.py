"""Analysis files that take the outcome for a covariate are refused where they do."""

from pathlib import Path

import pytest

import posthaz as ph
from posthaz.errors import SpecError

_FILE = """
[cohort]
table = "x.csv"
time = "t"
event = "d"
subject = "id"
unit = "months"
[cohort.columns.arm]
role = "treatment"
[treatment]
column = "arm"
[models.m]
baseline = "weibull"
formula = "FORMULA"
"""


def _load(folder: Path, formula: str, more: str = "") -> ph.Analysis:
    path = folder / "x.toml"
    path.write_text(_FILE.replace("FORMULA", formula) + more)
    return ph.load_analysis(path)


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("arm + arm:log(t)", "'t' is the follow-up time"),
        ("arm + I(d)", "'d' is the event"),
        ("arm + bs(t, df=3)", "'t' is the follow-up time"),
        ("arm * C(d)", "'d' is the event"),
        ("arm + id", "'id' tells the subjects apart"),
    ],
)
def test_formulas(tmp_path: Path, formula: str, said: str) -> None:
    with pytest.raises(SpecError) as caught:
        _load(tmp_path, formula)
    assert f"[models.m.formula]: {said}" in str(caught.value)


def test_screening(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="'t' is the follow-up time"):
        _load(
            tmp_path,
            "arm",
            '[cohort.columns.t]\nunit = "months"\n[screening]\ncandidates = ["log(t)"]\n',
        )


def test_a_frailty_of_subjects_is_read(tmp_path: Path) -> None:
    assert _load(tmp_path, "arm + (1 | id)").primary.formula == "arm + (1 | id)"

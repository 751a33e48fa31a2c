"""Covariates known only after time 0 are said where they are used as if known before."""

from pathlib import Path

import pandas as pd
import pytest

import posthaz as ph
from posthaz.spec import load_analysis, read_analysis_cohort
from posthaz.spec.measured_after import measured_after_warning

TEXT = """
[cohort]
table = "x.csv"
time = "t"
event = "d"
{cohort}
[cohort.columns.lymph]
{column}
[cohort.columns.age]
[cohort.columns.a]
[treatment]
column = "a"
[models.m]
baseline = "exponential"
formula = "{formula}"
{more}
"""


def _notices(folder: Path, column: str = "measured_after = true", **parts: str) -> list[str]:
    frame = pd.DataFrame(
        {"t": range(1, 41), "d": [1, 0, 1, 1] * 10, "a": ["x", "y"] * 20,
         "lymph": [k % 4 for k in range(40)], "age": [50 + k * 7 % 31 for k in range(40)]}
    )  # fmt: skip
    frame.to_csv(folder / "x.csv", index=False)
    filled = {"cohort": "", "formula": "a", "more": "", "column": column} | parts
    (folder / "a.toml").write_text(TEXT.format(**filled))
    cohort = read_analysis_cohort(load_analysis(folder / "a.toml"))
    return [str(notice) for notice in cohort.notices if "immortal time" in str(notice)]


@pytest.mark.parametrize("column", ["measured_after = true", 'role = "grade"', 'role = "response"'])
def test_a_model_that_uses_it(tmp_path, column: str):
    (said,) = _notices(tmp_path, column, formula="a + lymph")
    assert "column 'lymph': 'lymph' is measured after time 0 and used in the models" in said
    assert "say landmark in [cohort]" in said
    assert _notices(tmp_path, "", formula="a + lymph") == []
    assert _notices(tmp_path, column) == []


@pytest.mark.parametrize(
    ("more", "place"),
    [('[screening]\ncandidates = ["age", "lymph"]', "the screening"),
     ('[adjust]\nformula = "age + lymph"', "the propensity score"),
     ('[table_one]\ncolumns = ["age", "lymph"]', "Table 1")],
)  # fmt: skip
def test_every_place_is_named(tmp_path, more: str, place: str):
    (said,) = _notices(tmp_path, more=more)
    assert f"used in {place}" in said


def test_a_column_of_toxicity_grades_needs_no_role(tmp_path):
    more = '[toxicity]\ncolumns = { lymph = "Lymphopenia" }\n[screening]\ncandidates = ["lymph"]'
    assert "used in the screening" in "".join(_notices(tmp_path, "", more=more))


def test_from_a_landmark_on_it_is_known(tmp_path):
    assert _notices(tmp_path, formula="a + lymph", cohort="landmark = 3") == []


def test_a_model_fitted_by_itself_says_it_once(tmp_path):
    _notices(tmp_path)
    alone = ph.read_cohort(
        tmp_path / "x.csv", time="t", event="d", treatment="a",
        columns={"lymph": ph.Column("lymph", measured_after=True), "age": ph.Column("age")},
    )  # fmt: skip
    model = ph.ModelSpec("m", ph.Exponential(), "a + lymph")
    said = measured_after_warning(model, alone)
    assert "'lymph' is measured after time 0 and used in model 'm'" in said
    assert measured_after_warning(ph.ModelSpec("m", ph.Exponential(), "a + age"), alone) == ""
    assert measured_after_warning(model, ph.landmark(alone, 5.0).cohort) == ""
    text = (tmp_path / "a.toml").read_text().replace('formula = "a"', 'formula = "a + lymph"')
    (tmp_path / "a.toml").write_text(text)
    analysis = load_analysis(tmp_path / "a.toml")
    known = read_analysis_cohort(analysis)
    assert known.notices and measured_after_warning(analysis.models[0], known) == ""

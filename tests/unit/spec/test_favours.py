"""The arm whose benefit is asked, in an analysis file."""

from pathlib import Path

import pytest

from posthaz.errors import SpecError
from posthaz.spec import load_analysis
from posthaz.spec.analysis_cohort import read_analysis_cohort

FILE = """
[cohort]
table = "a.csv"
time = "t"
event = "d"
{columns}
[treatment]
column = "arm"
favours = "{favours}"
[models.m]
baseline = "exponential"
formula = "arm"
"""
LEVELS = '[cohort.columns.arm]\nlevels = ["low", "high"]'


def written(folder: Path, favours: str, columns: str = "") -> Path:
    (folder / "a.csv").write_text("t,d,arm\n1,1,low\n2,1,high\n3,1,low\n4,1,high\n")
    path = folder / "a.toml"
    path.write_text(FILE.format(favours=favours, columns=columns))
    return path


def test_it_is_a_level_of_the_treatment(tmp_path: Path) -> None:
    assert load_analysis(written(tmp_path, "high", LEVELS)).favours == "high"
    with pytest.raises(SpecError, match=r"'hihg' is not a level of 'arm' \(did you mean 'high'"):
        load_analysis(written(tmp_path, "hihg", LEVELS))


def test_a_level_that_only_the_table_knows_is_checked_there(tmp_path: Path) -> None:
    analysis = load_analysis(written(tmp_path, "medium"))
    with pytest.raises(SpecError, match="favours = 'medium' is no arm of the cohort"):
        read_analysis_cohort(analysis)


def test_a_trial_would_show_the_benefit_of_the_other_arm(tmp_path: Path) -> None:
    path = written(tmp_path, "low", LEVELS)
    design = "[assurance]\ndesign = { hazard_ratio = { median = 0.8, upper = 1.3 } }\n"
    path.write_text(path.read_text() + design)
    with pytest.raises(SpecError, match=r"benefit of the reference 'low' is asked .* of 'high'"):
        read_analysis_cohort(load_analysis(path))


@pytest.mark.parametrize(
    "name", ["su2016_dose_os", "su2016_dose_os_psm", "su2016_oligo_os", "su2016_landmark8"]
)
def test_files_that_ask_for_the_higher_dose_say_so(name: str) -> None:
    analysis = load_analysis(name)
    assert analysis.favours == analysis.cohort.treatment_reference == "at_least_63"


def test_what_the_arms_are_is_one_of_three_words(tmp_path: Path) -> None:
    path = written(tmp_path, "high", LEVELS)
    text = path.read_text()
    path.write_text(text.replace('favours = "high"', 'kind = "exposure"'))
    assert load_analysis(path).kind == "exposure"
    path.write_text(text.replace('favours = "high"', 'kind = "exposur"'))
    with pytest.raises(SpecError, match=r"treatment\.kind.*'exposure'"):
        load_analysis(path)

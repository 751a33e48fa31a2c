"""The table ``[missing]``."""

import pytest

from posthaz.errors import SpecError
from posthaz.spec import load_analysis

FILE = """
[cohort]
time = "t"
event = "d"
{cohort}
[cohort.columns.bmi]
[cohort.columns.ps]
[models.m]
baseline = "weibull"
formula = "bmi"
[missing]
{missing}
"""


def load(tmp_path, missing="", cohort=""):
    path = tmp_path / "x.toml"
    path.write_text(FILE.format(missing=missing, cohort=cohort), encoding="utf-8")
    return load_analysis(path)


def test_what_a_file_may_say(tmp_path):
    analysis = load(
        tmp_path,
        'method = "multiple"\nimputations = 40\nauxiliary = ["ps"]\nseed = 4\n'
        '[missing.columns.bmi]\nkind = "continuous"\ndelta = [-2, 2]\n',
    )
    asked = analysis.clinical["missing"]
    assert (asked.imputations, asked.auxiliary, asked.seed) == (40, ("ps",), 4)
    assert (asked.kinds, asked.deltas) == ({"bmi": "continuous"}, {"bmi": (-2.0, 2.0)})
    assert asked.covariates == ("bmi",)  # of the models of the file


def test_patients_who_lack_a_value_are_kept_without_further_ado(tmp_path):
    assert load(tmp_path).cohort.missing == "drop"


@pytest.mark.parametrize(
    ("missing", "cohort", "words"),
    [
        ('method = "mean"', "", '"multiple"'),
        ("imputations = 1", "", "at least 2"),
        ('auxiliary = ["pss"]', "", "did you mean 'ps'"),
        ('[missing.columns.bmj]\nkind = "binary"', "", "'bmj' is not described"),
        ('[missing.columns.bmi]\nkind = "normal"', "", "continuous"),
        ("[missing.columns.bmi]\ndelta = [1, 1]", "", "stands twice"),
        ("", 'missing = "refuse"', "they are refused here"),
        ("", 'missing = "drop"\nsame_patients = true', "nothing is left to impute"),
    ],
)
def test_what_cannot_be_read_is_refused(tmp_path, missing, cohort, words):
    with pytest.raises(SpecError, match="can't be used") as caught:
        load(tmp_path, missing, cohort)
    assert words in str(caught.value)

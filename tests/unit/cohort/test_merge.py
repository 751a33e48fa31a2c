"""A second table with one row a patient, merged."""

import pandas as pd
import pytest

from posthaz.cohort.merge import Merge, merge_patients
from posthaz.cohort.table import read_table
from posthaz.errors import CohortError, SpecError
from posthaz.spec import load_analysis, read_analysis_cohort

ADTTE = pd.DataFrame(
    {
        "USUBJID": ["A", "B", "A", "B", "C"],
        "PARAMCD": ["OS", "OS", "PFS", "PFS", "OS"],
        "AVAL": [9.0, 5.0, 4.0, 3.0, 8.0],
        "CNSR": [1, 0, 0, 0, 0],
    }
)
ADSL = pd.DataFrame({"USUBJID": ["B", "A"], "AGE": [70, 61], "ARM": ["Drug", "Placebo"]})
FILE = """
[cohort]
table = "adtte.csv"
time = "AVAL"
event = "CNSR"
merge = {{ table = "{table}", by = "USUBJID"{more} }}
where = {{ PARAMCD = "OS" }}
[cohort.columns.AGE]
unit = "years"
[models.m]
baseline = "exponential"
formula = "{formula}"
"""


def merged(by="USUBJID", columns=(), patients=ADSL):
    return merge_patients(read_table(ADTTE), read_table(patients), Merge(None, by, columns))


def refused(**given):
    with pytest.raises(CohortError) as caught:
        merged(**given)
    assert "Fix: " in str(caught.value)
    return str(caught.value)


def test_each_row_has_the_values_of_its_patient():
    table, notices = merged()
    assert table.frame["ARM"].tolist()[:4] == ["Placebo", "Drug", "Placebo", "Drug"]
    assert table.frame["AGE"].tolist()[:4] == [61, 70, 61, 70]
    assert table.frame.loc[4, ["AGE", "ARM"]].isna().all()
    assert "1 patient of it has no row in DataFrame" in str(notices[0])
    assert table.sha256 != read_table(ADTTE).sha256


def test_only_the_columns_asked_for_are_taken():
    assert list(merged(columns=("AGE",))[0].frame) == [*ADTTE, "AGE"]


def test_what_can_not_be_merged_is_refused():
    assert "there is no column 'SUBJID'" in refused(by="SUBJID")
    assert "there is no column 'SEX'" in refused(columns=("SEX",))
    twice = pd.concat([ADSL, ADSL.iloc[:1]])
    assert "1 patient has several rows in it ('USUBJID' 'B')" in refused(patients=twice)
    beside = ADSL.assign(AVAL=1.0)
    assert "'AVAL' is a column of DataFrame too" in refused(patients=beside, columns=("AVAL",))
    assert "no 'USUBJID' of DataFrame is in it" in refused(patients=ADSL.assign(USUBJID=["x", "y"]))


def written(tmp_path, formula="AGE", table="adsl.csv", more=""):
    ADTTE.iloc[:4].to_csv(tmp_path / "adtte.csv", index=False)
    ADSL.to_csv(tmp_path / "adsl.csv", index=False)
    path = tmp_path / "a.toml"
    path.write_text(FILE.format(table=table, more=more, formula=formula))
    return path


def test_a_file_merges(tmp_path):
    cohort = read_analysis_cohort(load_analysis(written(tmp_path)))
    assert cohort.covariates["AGE"].tolist() == [61, 70]
    assert cohort.event.tolist() == [False, True]
    assert cohort.source.name == "adtte.csv with adsl.csv"


def test_bad_tables_in_a_file_are_refused(tmp_path):
    with pytest.raises(SpecError, match="outside the folder"):
        load_analysis(written(tmp_path, table="../adsl.csv"))
    with pytest.raises(SpecError, match="by"):
        load_analysis(written(tmp_path, more=", bye = 3"))
    path = written(tmp_path)
    (tmp_path / "adsl.csv").unlink()
    with pytest.raises(CohortError, match="there is no such file"):
        read_analysis_cohort(load_analysis(path))

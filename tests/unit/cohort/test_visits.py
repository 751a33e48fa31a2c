"""Visits merged into follow-up, against episodes cut by hand."""

import numpy as np
import pandas as pd
import pytest

from posthaz.cohort import CohortSpec
from posthaz.cohort.table import read_table
from posthaz.cohort.visits import Visits, merge_visits
from posthaz.errors import CohortError, SpecError
from posthaz.spec import load_analysis, read_analysis_cohort
from tests.shared_data import DATA, needs_data

SPEC = CohortSpec(time="t", event="d", subject="id")
PEOPLE = pd.DataFrame(
    {"id": [1, 2, 3], "t": [5.0, 3.0, 4.0], "d": [2, 1, 2], "ldh": [200.0, 180.0, np.nan]}
)
VISITS = pd.DataFrame(
    {
        "id": [2, 1, 1, 1, 1, 9],
        "when": [1.0, 4.0, 2.0, 5.0, 3.0, 1.0],
        "ldh": [190.0, 500.0, 350.0, 900.0, np.nan, 1.0],
    }
)


def merged(people=PEOPLE, visits=VISITS, spec=SPEC, columns=("ldh",)):
    asked = Visits(None, "", "when", columns)
    return merge_visits(read_table(people), read_table(visits), asked, spec)


def test_episodes_by_hand():
    table, spec, notices = merged()
    rows = table.frame[["id", spec.entry, "t", "d", "ldh"]].to_numpy(dtype=float)
    expected = [
        [1, 0, 2, 1, 200],
        [1, 2, 3, 1, 350],
        [1, 3, 4, 1, 350],
        [1, 4, 5, 2, 500],
        [2, 0, 1, 1, 180],
        [2, 1, 3, 1, 190],
        [3, 0, 4, 2, np.nan],
    ]
    assert np.array_equal(rows, np.array(expected, dtype=float), equal_nan=True)
    said = [notice.what for notice in notices]
    assert said[0].startswith("its last value was carried forward over a median of 1.5 months")
    assert "1 patient had no visit" in said[0]
    assert said[1:] == [
        "1 visit of nobody in the cohort's table",
        "1 visit after follow-up had ended, not used",
    ]


def test_values_measured_before_entry_count_from_it():
    people = PEOPLE.assign(start=[1.0, 1.5, 0.0])
    table, spec, _ = merged(people, spec=CohortSpec(time="t", event="d", subject="id",
                                                    entry="start"))  # fmt: skip
    rows = table.frame[["id", spec.entry, "t", "ldh"]].to_numpy(dtype=float)
    assert rows[rows[:, 0] == 2].tolist() == [[2, 1.5, 3, 190]]


@pytest.mark.parametrize(
    ("people", "visits", "columns", "said"),
    [
        (PEOPLE, VISITS, ("lhd",), "there is no column 'lhd' (did you mean 'ldh'"),
        (pd.concat([PEOPLE, PEOPLE]), VISITS, ("ldh",), "a patient has several rows"),
        (PEOPLE, pd.concat([VISITS, VISITS]), ("ldh",), "a second visit of the patient"),
        (PEOPLE, VISITS.assign(when=np.nan), ("ldh",), "a time is missing"),
        (PEOPLE.assign(d=9), VISITS, ("ldh",), "no code means censored"),
    ],
)
def test_what_cannot_be_merged_is_refused(people, visits, columns, said):
    with pytest.raises(CohortError) as caught:
        merged(people, visits, columns=columns)
    assert said in str(caught.value)
    assert "Fix: " in str(caught.value)


FILE = """
[cohort]
table = "patients.csv"
time = "futimeYears"
event = "death"
subject = "id"
unit = "years"
[cohort.columns.logBili]
[cohort.columns.albumin]
[cohort.visits]
table = "visits.csv"
time = "year"
columns = ["logBili", "albumin"]
[models.m]
baseline = "weibull"
formula = "logBili + albumin"
"""


@needs_data
def test_an_analysis_file_reads_the_episodes_of_pbc(tmp_path):
    people, visits = (pd.read_csv(DATA / f"pbc_{name}.csv") for name in ("surv", "long"))
    people.to_csv(tmp_path / "patients.csv", index=False)
    visits.to_csv(tmp_path / "visits.csv", index=False)
    (tmp_path / "a.toml").write_text(FILE)
    cohort = read_analysis_cohort(load_analysis(tmp_path / "a.toml"))
    both = visits.merge(people[["id", "futimeYears"]], on="id")
    used = both[both["year"] < both["futimeYears"]].sort_values(["id", "year"])
    # episodes that differ in nothing are one
    values = used[["id", "logBili", "albumin"]]
    used = used[(values != values.shift(1)).any(axis=1)]
    assert len(used) == 302
    ends = used.groupby("id")["year"].shift(-1).fillna(used["futimeYears"])
    assert len(cohort) == len(used)
    assert np.allclose(cohort.entry, used["year"])
    assert np.allclose(cohort.exit, ends)
    assert np.allclose(cohort.covariates["logBili"], used["logBili"])
    assert np.allclose(cohort.covariates["albumin"], used["albumin"])
    assert cohort.event.sum() == people["death"].sum()
    assert (cohort.exit - cohort.entry).sum() == pytest.approx(people["futimeYears"].sum())
    assert any("carried forward" in notice.what for notice in cohort.notices)


def test_a_visit_table_outside_the_folder_is_refused(tmp_path):
    (tmp_path / "a.toml").write_text(FILE.replace("visits.csv", "../visits.csv"))
    with pytest.raises(SpecError, match="outside the folder"):
        load_analysis(tmp_path / "a.toml")


def _file(folder, columns=""):
    PEOPLE.assign(ldh=[200.0, 180.0, 220.0]).to_csv(folder / "people.csv", index=False)
    VISITS.assign(ldh=[190.0, 500.0, 999.0, 900.0, np.nan, 1.0]).to_csv(
        folder / "visits.csv", index=False
    )
    (folder / "a.toml").write_text(
        "[analysis]\ntitle = 't'\n[cohort]\ntable = 'people.csv'\ntime = 't'\nevent = 'd'\n"
        "subject = 'id'\nunit = 'years'\nmissing_values = [999]\n"
        f"[cohort.columns.ldh]\nlabel = 'LDH'\n{columns}\n"
        "[cohort.visits]\ntable = 'visits.csv'\ntime = 'when'\ncolumns = ['ldh']\n"
        "[models.m]\nbaseline = 'exponential'\nformula = 'ldh'\n",
        encoding="utf-8",
    )
    return load_analysis(folder / "a.toml")


def test_what_stands_for_a_missing_value_does_so_at_visits(tmp_path):
    cohort = read_analysis_cohort(_file(tmp_path))
    first = cohort.subject == 0
    assert cohort.covariates["ldh"][first].tolist() == [200, 500]
    assert cohort.exit[first].tolist() == [4, 5]


def test_columns_of_visits_are_not_converted_in_one_table_alone(tmp_path):
    analysis = _file(tmp_path, "from = 'ldh'\nconvert = 'mm3 to cm3'")
    with pytest.raises(SpecError, match="holds for one table and not for visits"):
        read_analysis_cohort(analysis)


def test_another_table_of_patients_does_not_get_the_visits_of_these(tmp_path):
    analysis = _file(tmp_path)
    other = PEOPLE.assign(ldh=[100.0, 110.0, 120.0])
    with pytest.raises(SpecError, match=r"visits\.csv is of the patients of people\.csv"):
        read_analysis_cohort(analysis, other)

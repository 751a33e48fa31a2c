"""An analysis on a table of one's own: names, units, codes and groups."""

import numpy as np
import pandas as pd
import pytest

import posthaz as ph
from posthaz.cohort.own_columns import UNITS, OwnColumn, conversion
from posthaz.errors import CohortError, SpecError
from posthaz.run import read_inputs
from posthaz.spec.column_map import ColumnMap, map_columns, read_column_map

MAP = """
[about]
population = "Our patients"
[columns.os_months]
from = "OS_days"
convert = "days to months"
[columns.os_event]
from = "vital"
levels = { dead = "1", alive = "0" }
[columns.gtv_cc]
from = "GTV_mm3"
convert = "mm3 to cm3"
[columns.dose_gy]
from = "TOTAL_cGy"
convert = "cGy to Gy"
[columns.sex]
from = "GENDER"
levels = { "1" = "male", "2" = "female" }
[columns.dose]
from = "TOTAL_cGy"
convert = "cGy to Gy"
cut = 63
levels = ["below_63", "at_least_63"]
"""


@pytest.fixture(scope="module")
def twin():
    """Patients with the columns of the paper's file; no calibrated twin, which takes seconds."""
    random, rows = np.random.default_rng(7), 240
    dose = random.choice([50.0, 54.0, 60.0, 63.0, 66.0], rows)
    levels = {
        "metastases": ["non_oligometastatic", "oligometastatic"], "sex": ["male", "female"],
        "kps": ["70-80", "90-100"], "histology": ["adenocarcinoma", "squamous", "other"],
        "t_stage": ["T1-2", "T3-4"], "n_stage": ["N0-1", "N2-3"], "response": ["yes", "no"],
        "cycles": ["at_least_4", "below_4"], "organs": ["one", "several"],
        "gtv_group": ["below_146", "at_least_146"], "post_kps": ["stable", "worse"],
    }  # fmt: skip
    columns = ph.load_analysis("su2016_dose_os").cohort.columns
    picked = {name: columns[name].levels if name in columns and name != "metastases" else found
              for name, found in levels.items()}  # fmt: skip
    return pd.DataFrame(
        {
            **{name: random.choice(list(found), rows) for name, found in picked.items()},
            "dose": np.where(dose < 63, "below_63", "at_least_63"), "dose_gy": dose,
            "age": random.integers(35, 80, rows), "gtv_cc": random.uniform(5, 400, rows).round(1),
            "os_months": np.ceil(random.exponential(14.0, rows)),
            "os_event": random.integers(0, 2, rows),
            "psm": "matched", "simulated": "by a test",
        }
    )  # fmt: skip


@pytest.fixture
def own(twin, tmp_path):
    """The twin as another hospital would keep it."""
    theirs = twin.drop(columns=["simulated", "psm", "dose"])
    theirs["OS_days"] = theirs.pop("os_months") * 30.4375
    theirs["GTV_mm3"] = theirs.pop("gtv_cc") * 1000
    theirs["TOTAL_cGy"] = theirs.pop("dose_gy") * 100
    theirs["GENDER"] = theirs.pop("sex").map({"male": 1, "female": 2})
    theirs["vital"] = theirs.pop("os_event").map({1: "dead", 0: "alive"})
    path = tmp_path / "mine.csv"
    theirs.to_csv(path, index=False)
    return path


def map_of(tmp_path, text=MAP):
    path = tmp_path / "mine.map.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_papers_file_runs_on_another_hospitals_columns(twin, own, tmp_path):
    analysis = ph.load_analysis("su2016_dose_os")
    mapped = map_columns(analysis, own, map_of(tmp_path))
    ours, papers = read_inputs(mapped), read_inputs(analysis, twin.drop(columns="simulated"))
    np.testing.assert_allclose(ours.exit, papers.exit, rtol=1e-12)
    assert (ours.cause == papers.cause).all()
    for name in ("gtv_cc", "dose_gy"):
        np.testing.assert_allclose(ours.covariates[name], papers.covariates[name], rtol=1e-12)
    for name in ("sex", "dose"):
        assert (ours.covariates[name] == papers.covariates[name]).all()
    assert not ours.source.simulated
    assert all(one.tolerance is None for one in mapped.published)


def test_a_column_that_nothing_needs_may_be_lacking(own, tmp_path):
    frame = pd.read_csv(own).drop(columns="organs")
    frame.to_csv(own, index=False)
    analysis = ph.load_analysis("su2016_dose_os")
    assert "organs" not in {name for model in analysis.models for name in model.needed}
    cohort = read_inputs(map_columns(analysis, own, map_of(tmp_path)))
    assert "organs" not in cohort.covariates
    assert any("'organs'" in notice.what for notice in cohort.notices)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("GTV_mm3", "GTV_mm", "there is no column 'GTV_mm' to take it from"),
        ("cGy to Gy", "Gy to cm3", "Gy is a dose and cm3 a volume"),
        ("cGy to Gy", "rad to Gy", "'rad' is no known unit"),
        ("cGy to Gy", "cGy", "is not of the form"),
        ("mm3 to cm3", "cm3 to mm3", "converted to mm3, but the analysis has it in cm3"),
        ("days to months", "days to years", "converted to years, but the analysis has it in mon"),
        ("GENDER", "GTV_mm3", "are both taken from it"),
        ("GENDER", "n_stage", "no level of 'sex' is given for"),
        ("GTV_mm3", "vital", "text where 'gtv_cc' is made from numbers"),
        ('from = "OS_days"', 'from = "gtv_group"', "text where"),
    ],
)
def test_maps_that_do_not_fit_the_table_are_refused(own, tmp_path, old, new, words):
    mapped = map_columns(
        ph.load_analysis("su2016_dose_os"), own, map_of(tmp_path, MAP.replace(old, new, 1))
    )
    with pytest.raises(CohortError) as caught:
        read_inputs(mapped)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no column is mapped"),
        ("[columns.sex]", "it says nothing"),
        ("[columns.sex]\nfrom = 3", "text in quotes"),
        ("[columns.sex]\nform = 'x'", "from"),
        ('[columns.dose]\nlevels = ["a", "b"]', "there is none"),
        ("[columns.dose]\nfrom = 'x'\ncut = [60, 63]\nlevels = ['a', 'b']", "2 codes for 3 groups"),
        ("[columns]\nsex = 1", "give a table"),
        ("[column.sex]", "columns"),
    ],
)
def test_maps_that_say_nothing_usable_are_refused(tmp_path, text, words):
    with pytest.raises(SpecError) as caught:
        read_column_map(map_of(tmp_path, text))
    assert words in str(caught.value)


def test_a_map_names_columns_that_the_analysis_has(own):
    own_map = ColumnMap((OwnColumn("gtv_c", "GTV_mm3"),))
    with pytest.raises(SpecError, match="the analysis has no column 'gtv_c'"):
        map_columns(ph.load_analysis("su2016_dose_os"), own, own_map)


@pytest.mark.parametrize(
    ("convert", "value", "wanted"),
    [("mm3 to cc", 146000.0, 146.0), ("ml to cm³", 7.0, 7.0), ("Gy to cGy", 63.0, 6300.0),
     ("days to months", 30.4375 * 7, 7.0), ("years to days", 2.0, 730.5),
     ("weeks to days", 3.0, 21.0), ("months to years", 18.0, 1.5)],
)  # fmt: skip
def test_units(convert, value, wanted):
    frame = pd.DataFrame({"t": [1.0, 2, 3], "d": [1, 0, 1], "theirs": [value, value, 2 * value]})
    column = ph.Column("ours", taken_from="theirs", convert=convert)
    cohort = ph.read_cohort(frame, time="t", event="d", columns={"ours": column})
    assert cohort.covariates["ours"].tolist() == [wanted, wanted, 2 * wanted]


def test_codes_for_missing_values_are_those_of_the_table_before_it_is_converted():
    table = pd.DataFrame({"t": [3.0, 5, 8, 9], "d": [1, 0, 1, 1], "mm3": [999, 999000, "?", 41000]})
    column = ph.Column("cm3", taken_from="mm3", convert="mm3 to cm3")
    roles = {"time": "t", "event": "d", "columns": {"cm3": column}}
    volumes = ph.read_cohort(table, **roles, missing_values=("?", 999)).covariates["cm3"]
    assert volumes.fillna(-1).tolist() == [-1, 999, -1, 41]


def test_every_unit_converts_to_itself():
    assert all(conversion(f"{unit} to {unit}") == (unit, unit) for unit in UNITS)


def test_a_file_may_say_where_its_own_columns_stand(tmp_path):
    (tmp_path / "x.csv").write_text("t,d,VOL\n1,1,1000\n2,0,2000\n3,1,500\n", encoding="utf-8")
    text = (
        '[cohort]\ntable = "x.csv"\ntime = "t"\nevent = "d"\n[cohort.columns.gtv]\n'
        'from = "VOL"\nconvert = "mm3 to cm3"\nunit = "cm3"\n'
        '[models.m]\nbaseline = "exponential"\nformula = "gtv"\n'
    )
    path = tmp_path / "x.toml"
    path.write_text(text, encoding="utf-8")
    assert read_inputs(ph.load_analysis(path)).covariates["gtv"].tolist() == [1.0, 2.0, 0.5]
    for old, new, words in (
        ('unit = "cm3"', 'unit = "Gy"', "it makes cm3, and unit is Gy"),
        ("mm3 to cm3", "mm3 to Gy", "mm3 is a volume and Gy a dose"),
        ('unit = "cm3"', "derived = { cut = { column = 't', at = 2 } }", "derived from others"),
    ):
        path.write_text(text.replace(old, new), encoding="utf-8")
        with pytest.raises(SpecError) as caught:
            ph.load_analysis(path)
        assert words in str(caught.value)

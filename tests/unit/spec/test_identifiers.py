"""A report prints what its file names of a table, and never who the patients are."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from posthaz.cohort import read_cohort
from posthaz.errors import CohortError
from posthaz.report.gather import _described
from posthaz.spec import load_analysis, read_analysis_cohort

START = '[cohort]\ntable = "c.csv"\ntime = "t"\nevent = "d"\n'
MODEL = '[models.m]\nbaseline = "weibull"\nformula = "{}"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = np.arange(1, 31)
    pd.DataFrame(
        {
            "t": rows * 7 % 31,  # in an order of its own: what orders rows as time does is refused
            "d": rows * 11 % 31 % 2,
            "arm": np.where(rows % 3, "a", "b"),
            "age": 40 + rows,
            "patient_name": [f"Ann Bloggs {row}" for row in rows],
            "remark": [f"{chr(65 + row % 26)}{row} seen" for row in rows],
            "MRN": 1000 + rows,
            "born": [f"19{40 + row}-05-{row % 28 + 1:02d}" for row in rows],
            "contact": [f"p{row % 4}@example.org" for row in rows],
            "site": np.where(rows % 2, "x", "y"),
        }
    ).to_csv(tmp_path / "c.csv", index=False)
    return tmp_path


def cohort_of(folder: Path, text: str):
    (folder / "x.toml").write_text(text)
    analysis = load_analysis(folder / "x.toml")
    return analysis, read_analysis_cohort(analysis)


@pytest.mark.parametrize(
    ("more", "kept"),
    [("", []), ('[treatment]\ncolumn = "arm"\n', ["arm"])],
)
def test_columns_that_a_file_does_not_name_are_not_kept(more, kept, folder: Path) -> None:
    """Today all ten columns, names of patients too, went to Table 1 and table_one.csv."""
    _, cohort = cohort_of(folder, START + more + MODEL.format("1"))
    assert list(cohort.covariates) == kept


def test_columns_of_table_one_count_as_named(folder: Path) -> None:
    text = START + MODEL.format("age") + '[table_one]\ncolumns = ["site", "age"]\n'
    analysis, cohort = cohort_of(folder, text)
    assert sorted(cohort.covariates) == ["age", "site"]
    assert _described(analysis, cohort) == ["site", "age"]


@pytest.mark.parametrize("name", ["patient_name", "remark", "MRN", "born", "contact"])
@pytest.mark.parametrize("how", ["columns", "model", "table_one"])
def test_identifiers_are_refused_with_the_mend(name: str, how: str, folder: Path) -> None:
    text = {
        "columns": START + f"[cohort.columns.{name}]\n" + MODEL.format("1"),
        "model": START + MODEL.format(name),
        "table_one": START + MODEL.format("1") + f'[table_one]\ncolumns = ["{name}"]\n',
    }[how]
    with pytest.raises(CohortError, match=rf"column '{name}': it looks like an identifier"):
        cohort_of(folder, text)


def test_a_grouping_may_be_an_identifier_and_stays_out_of_table_one(folder: Path) -> None:
    analysis, cohort = cohort_of(folder, START + MODEL.format("age + (1 | MRN)"))
    assert _described(analysis, cohort) == ["age"]


def test_stated_levels_make_a_covariate(folder: Path) -> None:
    table = pd.read_csv(folder / "c.csv").assign(case_id=lambda frame: frame["site"])
    table.to_csv(folder / "c.csv", index=False)
    text = START + '[cohort.columns.case_id]\nlevels = ["x", "y"]\n' + MODEL.format("case_id")
    assert list(cohort_of(folder, text)[1].covariates) == ["case_id"]


def test_in_python_every_column_stays_to_be_modelled(folder: Path) -> None:
    table = pd.read_csv(folder / "c.csv")
    assert "age" in read_cohort(table, time="t", event="d", treatment="arm").covariates

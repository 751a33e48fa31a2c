"""An analysis is a folder and a line: one from outside posthaz goes from TOML to its section."""

import subprocess
import sys
from types import SimpleNamespace

import pytest

from posthaz.analyses import registry
from posthaz.analyses.registry import part_of
from posthaz.errors import SpecError
from posthaz.report.clinical import Given, answer_clinical, clinical_sections, clinical_tables
from posthaz.report.missing import MissingParts
from posthaz.run import read_inputs
from posthaz.spec import load_analysis

FILE = """
[cohort]
table = "patients.csv"
time = "months"
event = "dead"

[cohort.columns.arm]
levels = ["a", "b"]

[treatment]
column = "arm"

[models.exponential]
baseline = "exponential"
formula = "arm"

[crude_rates]
per = 60
"""
PATIENTS = "months,dead,arm\n10,1,a\n20,0,a\n5,1,b\n7,1,b\n"


@pytest.fixture
def file(tmp_path):
    (tmp_path / "patients.csv").write_text(PATIENTS, encoding="utf-8")
    path = tmp_path / "rates.toml"
    path.write_text(FILE, encoding="utf-8")
    return path


@pytest.fixture
def registered(monkeypatch):
    monkeypatch.setattr(registry, "_PACKAGES", dict(registry._PACKAGES))
    registry.register_analysis("crude_rates", "tests.house.crude_rates")


def test_toml_to_answer_to_files_and_section(file, registered):
    analysis = load_analysis(file)
    cohort = read_inputs(analysis)
    parts = MissingParts()
    answers = answer_clinical(Given(analysis, cohort, {}, lambda *_: None), parts)
    assert parts.found == []
    assert clinical_tables(answers)["crude_rates"]["rate"].tolist() == [2.0, 10.0]
    told = part_of("crude_rates").answers(answers["crude_rates"])
    assert told[["analysis", "method", "arm", "value"]].to_numpy().tolist() == [
        ["crude_rates", "counts", "a", 2.0],
        ["crude_rates", "counts", "b", 10.0],
    ]
    results = SimpleNamespace(analysis=analysis, cohort=cohort, clinical=answers)
    (section,) = clinical_sections(results)
    said = "Events per 60 months of follow-up are 2.0 with a and 10.0 with b."
    assert section.blocks[0].text == said
    assert section.blocks[1].source == "crude_rates.csv"


def test_its_table_is_checked_as_any_other(file, registered):
    file.write_text(FILE.replace("per = 60", "pre = 60"), encoding="utf-8")
    with pytest.raises(SpecError, match=r"\[crude_rates.pre\]: unknown key 'pre' \(did you mean"):
        load_analysis(file)


def test_a_table_that_nobody_registered_is_unknown(file):
    with pytest.raises(SpecError, match="unknown key 'crude_rates'"):
        load_analysis(file)


def test_tables_are_read_without_a_sampler():
    code = (
        "import sys; from posthaz.analyses.registry import table_names, table_of; "
        "[table_of(name) for name in table_names()]; "
        "print({'pymc', 'jax', 'arviz', 'matplotlib'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"

"""The schema of analysis files takes what posthaz reads, and refuses what is misspelt."""

import json
import tomllib
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from posthaz.catalogue import catalogue
from posthaz.cli.app import app
from posthaz.spec.fields import number, several
from posthaz.spec.schema import analysis_schema

FILES = [entry.path for entry in catalogue()]


@pytest.fixture(scope="module")
def validator():
    schema = analysis_schema()
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def faults(validator, values):
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(values)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_analysis_of_the_catalogue_is_valid(path, validator):
    assert faults(validator, tomllib.loads(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("place", "key"),
    [
        ((), "cohrot"),
        (("cohort",), "tmie"),
        (("cohort", "columns", "arm"), "lable"),
        (("models", "weibull"), "basline"),
        (("models", "weibull", "priors", "arm"), "scpetical"),
        (("estimands",), "survival"),
        (("adjust",), "calliper"),
        (("interactions", "x"), "effects"),
        (("sampling",), "chain"),
    ],
)
def test_a_misspelt_key_is_refused(validator, place, key):
    values = {"models": {"weibull": {"baseline": "weibull"}}}
    if place == ("adjust",):
        values["adjust"] = {"formula": "age"}
    if place[:1] == ("interactions",):
        values["interactions"] = {"x": {"effect": "arm", "by": "sex"}}
    inner = values
    for name in place:
        inner = inner.setdefault(name, {})
    assert faults(validator, values) == []
    inner[key] = 1
    (fault,) = faults(validator, values)
    assert f"'{key}' was unexpected" in fault


def test_limits_and_words_are_those_of_the_reader(validator):
    sampling = analysis_schema()["properties"]["sampling"]["properties"]
    assert sampling["seed"]["maximum"] == 2**32 - 1
    assert sampling["method"]["enum"] == ["nuts", "laplace", "auto", "pymc"]
    assert several(number(above=0), "times").schema["items"] == {
        "type": "number",
        "exclusiveMinimum": 0,
    }
    wrong = {"models": {"m": {"baseline": "wiebull"}}, "sampling": {"chains": 0}}
    assert len(faults(validator, wrong)) == 2


def test_descriptions_are_those_of_the_documented_values():
    tables = analysis_schema()["properties"]
    assert tables["sampling"]["properties"]["target_accept"]["description"] == (
        "Acceptance the step size is tuned to."
    )
    ratio = tables["adjust"]["properties"]["ratio"]
    assert ratio["description"] == "Most matches for one patient."


def test_the_command_writes_it():
    done = CliRunner().invoke(app, ["schema"])
    assert done.exit_code == 0
    assert json.loads(done.stdout) == json.loads(json.dumps(analysis_schema()))


def test_the_schema_beside_the_analyses_is_the_current_one():
    path = Path(__file__).parents[3] / "models" / "analysis.schema.json"
    assert json.loads(path.read_text(encoding="utf-8")) == json.loads(json.dumps(analysis_schema()))

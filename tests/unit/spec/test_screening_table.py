"""Screening, competing risks and subsets in an analysis file."""

from dataclasses import replace

import pytest

from posthaz.analyses.competing_risks.spec import CompetingRisksSpec, read_competing_risks
from posthaz.analyses.screening.spec import ScreeningSpec, read_screening
from posthaz.analyses.subsets.spec import read_subsets
from posthaz.cohort import CohortSpec, Column, Where
from posthaz.spec import Shrinkage
from tests.unit.spec.reading import problems, toml_table

COHORT = CohortSpec(
    time="t",
    event="d",
    event_codes={"0": 0, "1": 1, "2": 2},
    treatment="arm",
    columns={name: Column(name) for name in ("age", "stage", "gtv")},
)


def screening(text):
    table = toml_table(text)
    return read_screening(table, COHORT), problems(table)


def test_defaults_of_screening():
    spec, wrong = screening('candidates = ["age", "log(gtv)"]\nkeep = ["arm"]')
    assert spec == ScreeningSpec(("age", "log(gtv)"), 0.1, ("arm",), "horseshoe", None, "auto")
    assert not wrong


@pytest.mark.parametrize(
    ("rule", "level"),
    [('"p < 0.1"', 0.1), ('"P<.05"', 0.05), ('"significant"', 0.05), ("{ p_below = 0.2 }", 0.2)],
)
def test_rules(rule, level):
    spec, wrong = screening(f'candidates = ["age"]\nrule = {rule}')
    assert spec.p_below == level
    assert not wrong


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('rule = "p > 0.1"', "candidates]: it is missing"),
        ('candidates = ["age"]\nrule = "p > 0.1"', 'found "p > 0.1"'),
        ('candidates = ["age"]\nrule = { p_below = 2 }', "not below 1"),
        ('candidates = ["agee"]', "did you mean 'age'?"),
        ('candidates = ["age + stage"]', "more than one term"),
        ('candidates = ["age * stage"]', "more than one term"),
        ('candidates = ["(1 | stage)"]', "more than one term"),
        ('candidates = ["os.system(age)"]', "system"),
        ('candidates = ["age"]\nkeep = ["age"]', "named twice"),
        ('candidates = ["age"]\nshrinkage = "lasso"', 'found "lasso"'),
        ('candidates = ["age"]\nfirth = "yes"', 'found "yes"'),
        ('candidates = ["age"]\nrelevant = 0', "not above 0"),
        ('candidates = ["age"]\nsample = "weighted"', 'found "weighted"'),
    ],
)
def test_what_is_wrong_with_screening_is_said(text, message):
    _, wrong = screening(text)
    assert any(message in problem for problem in wrong), wrong


def test_screening_of_the_matched_patients():
    spec, wrong = screening('candidates = ["age"]\nsample = "matched"')
    assert spec.sample == "matched"
    assert not wrong


def test_the_shared_prior_of_a_screening():
    spec, _ = screening('candidates = ["age"]\nshrinkage = "r2d2"\nrelevant = 4')
    assert spec.shared_prior(("age",)) == Shrinkage("r2d2", ("age",), (4.0, 0.25))
    none, _ = screening('candidates = ["age"]\nshrinkage = "none"')
    assert none.shared_prior(("age",)) is None


def test_causes_by_number():
    table = toml_table('causes = { "2" = "other death", "1" = "cancer death" }\ntimes = [24, 12]')
    spec = read_competing_risks(table, COHORT)
    assert spec == CompetingRisksSpec({1: "cancer death", 2: "other death"}, 1, (12.0, 24.0))
    assert spec.label(3) == "cause 3"
    assert not problems(table)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("times = [12]", "it is missing"),
        ('causes = { "1" = "death" }', "fewer than two causes"),
        ('causes = { "1" = "a", "b" = "c" }', "not the number of a cause"),
        ('causes = { "1" = "a", "2" = "b" }\nof_interest = 3', "3 is not one of the causes"),
    ],
)
def test_what_is_wrong_with_causes_is_said(text, message):
    table = toml_table(text)
    read_competing_risks(table, COHORT)
    assert any(message in problem for problem in problems(table)), problems(table)


def test_codes_without_another_cause_are_refused():
    table = toml_table('causes = { "1" = "a", "2" = "b" }')
    read_competing_risks(table, CohortSpec(time="t", event="d"))
    assert "no event code means another cause" in problems(table)[0]


def test_subsets_in_order():
    table = toml_table(
        '[young]\nwhere = { age = { below = 60 } }\n[late]\nlabel = "Stage IV"\n'
        'where = { stage = ["IV"] }'
    )
    young, late = read_subsets(table, COHORT).subsets
    assert (young.shown, late.shown) == ("young", "Stage IV")
    assert isinstance(late.where, Where)
    assert not problems(table)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "there is no subset"),
        ("[young]", "it is missing"),
        ("[young]\nwhere = {}", "it is empty"),
        ('[young]\nwhere = { sex = ["m"] }', "not described"),
        ("young = 3", "give a table"),
    ],
)
def test_what_is_wrong_with_subsets_is_said(text, message):
    table = toml_table(text)
    read_subsets(table, COHORT)
    assert any(message in problem for problem in problems(table)), problems(table)


def test_a_name_of_several_words_stands_between_backquotes():
    cohort = replace(COHORT, columns={**COHORT.columns, "GTV cm³": Column("GTV cm³")})
    table = toml_table('candidates = ["GTV cm³"]')
    read_screening(table, cohort)
    assert "write it between backquotes, as `GTV cm³`" in problems(table)[0]
    table = toml_table('candidates = ["`GTV cm³`", "age"]')
    assert read_screening(table, cohort).candidates == ("`GTV cm³`", "age")
    assert not problems(table)

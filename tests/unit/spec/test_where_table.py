"""Conditions on patients in an analysis file."""

import pytest

from posthaz.cohort import Column, Condition
from posthaz.spec.where_table import read_where
from tests.unit.spec.reading import problems, toml_table

COLUMNS = {"stage": Column("stage", levels=("I", "II")), "age": Column("age")}


def test_levels_and_limits():
    table = toml_table('stage = ["II"]\nage = { at_least = 60, below = 75 }')
    assert read_where(table, COLUMNS).conditions == (
        Condition("stage", ("II",)),
        Condition("age", at_least=60.0, below=75.0),
    )
    assert not problems(table)


def test_one_level_may_stand_alone_and_numbers_are_codes():
    table = toml_table("ecog = 1\narm = true\n".replace("arm = true\n", ""))
    assert read_where(table, {}).conditions == (Condition("ecog", ("1",)),)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("age = { over = 3 }", "unknown limit 'over'"),
        ("age = {}", "no limit is given"),
        ("age = { at_least = 70, below = 60 }", "nothing is above 70 and below 60"),
        ('age = { at_least = "x" }', "a limit is a number"),
        ("stage = []", "found []"),
        ('stage = ["III"]', "'III' is not a level of 'stage'"),
        ("dose = { above = 1 }", "'dose' is not described in [cohort.columns]"),
    ],
)
def test_what_is_wrong_is_said(text, message):
    table = toml_table(text)
    read_where(table, COLUMNS)
    assert len(problems(table)) == 1
    assert message in problems(table)[0]

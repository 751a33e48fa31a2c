"""Derived columns of an analysis file."""

import pytest

from posthaz.cohort import Column, Cut, FractionatedDose
from posthaz.spec.column_table import read_column
from tests.unit.spec.reading import problems, toml_table


def read(text):
    table = toml_table(text)
    return read_column("x", table), problems(table)


@pytest.mark.parametrize(
    ("text", "column"),
    [
        (
            'derived = { eqd2 = { dose = "d", per_fraction = "f", alpha_beta = 10 } }',
            Column("x", derived=FractionatedDose("eqd2", "d", "f", 10.0)),
        ),
        (
            'derived = { bed = { dose = "d", per_fraction = 2.2, alpha_beta = 3 } }',
            Column("x", derived=FractionatedDose("bed", "d", 2.2, 3.0)),
        ),
        (
            'derived = { cut = { column = "gtv", at = 146 } }\nlevel_labels = ["small", "large"]',
            Column(
                "x",
                levels=("<146", ">=146"),
                level_labels=("small", "large"),
                derived=Cut("gtv", (146.0,)),
            ),
        ),
        (
            'derived = { cut = { column = "age", at = [60, 70] } }\nreference = "60-<70"',
            Column(
                "x",
                levels=("<60", "60-<70", ">=70"),
                reference="60-<70",
                derived=Cut("age", (60.0, 70.0)),
            ),
        ),
    ],
)
def test_derivations(text, column):
    assert read(text) == (column, [])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("derived = {}", "[derived]: it is empty"),
        ('derived = { cut = { column = "a", at = [2, 1] } }', "don't increase"),
        ('derived = { cut = { column = "a" } }', "[derived.cut.at]: it is missing"),
        ('derived = { eqd2 = { dose = "d", alpha_beta = 10 } }', "give a column, or Gy"),
        ('derived = { edq2 = { dose = "d" } }', "did you mean 'eqd2'?"),
        (
            'derived = { eqd2 = { dose = "d", per_fraction = 2, alpha_beta = 0 } }',
            "not above 0",
        ),
        (
            'derived = { cut = { column = "a", at = 1 }, bed = { dose = "d", per_fraction = 2, '
            "alpha_beta = 10 } }",
            "there are several ways",
        ),
        (
            'derived = { cut = { column = "a", at = 1 } }\nlevels = ["low", "high"]',
            "a cut makes its own levels",
        ),
        ('derived = { cut = { column = "a", at = 1 } }\nstep = 2', "a factor has levels"),
    ],
)
def test_problems(text, message):
    _, found = read(text)
    assert any(message in problem for problem in found), found

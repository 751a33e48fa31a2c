"""Columns of an analysis file."""

import pytest

from posthaz.cohort import Column
from posthaz.spec.column_table import read_column
from tests.unit.spec.reading import problems, toml_table


def read(text):
    table = toml_table(text)
    return read_column("x", table), problems(table)


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("", Column("x")),
        (
            'label = "GTV"\nunit = "cm3"\nrole = "gtv"\nstep = "doubling"',
            Column("x", "GTV", "cm3", "gtv", step="doubling"),
        ),
        ("step = 10", Column("x", step=10.0)),
        (
            'levels = [0, 1]\nlevel_labels = ["no", "yes"]\nreference = 1',
            Column("x", levels=("0", "1"), level_labels=("no", "yes"), reference="1"),
        ),
        (
            'levels = { "1" = "PCI", "0" = "Observation" }',
            Column("x", levels=("1", "0"), level_labels=("PCI", "Observation")),
        ),
    ],
)
def test_columns(text, column):
    assert read(text) == (column, [])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('role = "volume"', "[role]"),
        ("step = 0", "not above 0"),
        ('step = "double"', "did you mean 'doubling'"),
        ("levels = [0, 0]", "named twice"),
        ('levels = [0, 1]\nlevel_labels = ["no"]', "1 label(s) for 2 level(s)"),
        ('level_labels = ["no"]', "1 label(s) for 0 level(s)"),
        ('levels = { "0" = "no" }\nlevel_labels = ["no"]', "already has the labels"),
        ('levels = { "0" = 0 }', "label of level 0 is not text"),
        ("levels = [0, 1]\nreference = 2", "not one of the levels"),
        ("levels = [0, 1]\nstep = 1", "a factor has levels, not steps"),
    ],
)
def test_problems(text, message):
    _, found = read(text)
    assert len(found) == 1
    assert message in found[0]

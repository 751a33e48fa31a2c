"""Printed numbers in an analysis file."""

import pytest

from posthaz.spec import Published
from posthaz.spec.published_table import read_published
from tests.unit.spec.reading import problems, toml_table


def test_array_of_tables():
    table = toml_table(
        '[[published]]\nquantity = "hazard_ratio"\nvalue = 0.89\nlower = 0.62\nupper = 1.29\n'
        '[[published]]\nquantity = "survival"\nvalue = 0.5\ntime = 24\narm = 1\ntolerance = 0.01'
    )
    assert read_published(table, ("0", "1")) == (
        Published("hazard_ratio", 0.89, 0.62, 1.29),
        Published("survival", 0.5, arm="1", time=24.0, tolerance=0.01),
    )
    assert not problems(table)


def test_sub_tables_may_be_named_after_the_quantity():
    table = toml_table(
        "[published.hazard_ratio]\nvalue = 0.9\n"
        '[published.observation]\nquantity = "median"\nvalue = 21.9\narm = "0"'
    )
    assert read_published(table, ()) == (
        Published("hazard_ratio", 0.9),
        Published("median", 21.9, arm="0"),
    )
    assert not problems(table)


def test_none():
    assert read_published(toml_table(""), ()) == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("published = 3", "[published]"),
        ("published = [3]", "[published]"),
        ('[[published]]\nquantity = "median"', "[published.1.value]: it is missing"),
        ('[[published]]\nquantity = "hr"\nvalue = 1', "[published.1.quantity]"),
        ('[[published]]\nquantity = "rmst"\nvalue = 1', "[published.1.time]: it is missing"),
        ('[[published]]\nquantity = "survival"\nvalue = 40\ntime = 1', "between 0 and 1"),
        ('[[published]]\nquantity = "median"\nvalue = 1\nlower = 2', "outside lower and upper"),
        ('[[published]]\nquantity = "median"\nvalue = 1\narm = 2', "'2' is not a level"),
    ],
)
def test_problems(text, message):
    table = toml_table(text)
    assert read_published(table, ("0", "1")) == ()
    found = problems(table)
    assert len(found) == 1
    assert message in found[0]

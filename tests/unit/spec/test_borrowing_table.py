"""The table [borrowing] of an analysis file."""

from dataclasses import replace

import pytest

import posthaz as ph
from posthaz.analyses.borrowing.spec import borrowing_faults, read_borrowing
from posthaz.cohort import CohortSpec
from tests.unit.spec.reading import problems, toml_table

HISTORY = "[history.seer]\nhr = 0.77\nlower = 0.71\nupper = 0.84\n"


TWO_ARMS = CohortSpec(treatment="arm")


def borrowing(text, cohort=TWO_ARMS):
    table = toml_table(text)
    return read_borrowing(table, cohort), problems(table)


def test_defaults():
    spec, wrong = borrowing(HISTORY)
    assert not wrong
    assert [one.label for one in spec.histories] == ["seer"]
    assert (spec.discount, spec.spike, spec.slab, spec.robust) == (0.5, 0.05, 1.0, 0.2)
    assert (spec.discounts[0], spec.discounts[-1]) == (0.0, 1.0)


def test_everything_stated():
    text = (
        "discount = 0.1\ndiscounts = [0, 0.5, 1]\nspike = 0.1\nslab = 2\nprobability = 0.3\n"
        "heterogeneity = 0.5\nrobust = 0\n"
        + HISTORY
        + 'label = "SEER"\nlevel = 0.9\nwhere = "Table 2"\n'
    )
    spec, wrong = borrowing(text)
    assert not wrong
    assert (spec.discounts, spec.robust) == ((0, 0.5, 1), 0)
    assert (spec.histories[0].label, spec.histories[0].level) == ("SEER", 0.9)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("discount = 0.5", "history]: it is missing"),
        ("[history]", "it is empty"),
        ("[history.a]\nhr = 0.9\nlower = 0.71\nupper = 0.84", "outside its interval"),
        ("[history.a]\nhr = 0.9", "lower"),
        ("discount = 1.5\n" + HISTORY, "discount"),
        ("spike = 2\n" + HISTORY, "not below slab"),
        ("spik = 2\n" + HISTORY, "did you mean 'spike'"),
        ("discounts = [0]\n" + HISTORY, "makes no curve"),
        ("discounts = [0, 2]\n" + HISTORY, "numbers from 0 to 1"),
    ],
)
def test_mistakes(text, message):
    _, wrong = borrowing(text)
    assert any(message in one for one in wrong), wrong


def test_a_treatment_is_needed():
    _, wrong = borrowing(HISTORY, CohortSpec())
    assert any("names no treatment" in one for one in wrong)


def test_two_arms_are_needed():
    spec, _ = borrowing(HISTORY)
    two = ph.simulated_example(size=20)
    assert list(borrowing_faults(spec, two)) == []
    (fault,) = borrowing_faults(spec, replace(two, treatment=""))
    assert "compares two arms, and there are none" in str(fault)

"""Fields take what they say and refuse the rest."""

import math

import pytest

from posthaz.errors import Findings
from posthaz.spec.fields import (
    Field,
    UnfitError,
    choice,
    either,
    flag,
    label,
    number,
    several,
    text,
)
from posthaz.spec.toml_table import TomlTable


@pytest.mark.parametrize("raw", [True, "3", math.nan, math.inf, 0, -1, [1]])
def test_number_above_zero_refuses(raw):
    with pytest.raises(UnfitError):
        number(above=0).parse(raw)


def test_number_is_a_float_unless_whole():
    assert isinstance(number().parse(3), float)
    assert number(whole=True).parse(3) == 3
    with pytest.raises(UnfitError):
        number(whole=True).parse(3.0)


def test_limits_are_said_and_held():
    share = number(above=0, at_most=1)
    assert share.expects == "a number above 0 and at most 1"
    assert share.parse(1) == 1.0
    with pytest.raises(UnfitError, match="not at most 1"):
        share.parse(1.01)


@pytest.mark.parametrize(
    ("raw", "kept"), [(0, "0"), (1.0, "1"), (2.5, "2.5"), ("PCI", "PCI"), (True, "True")]
)
def test_label_keeps_codes_as_text(raw, kept):
    assert label().parse(raw) == kept


def test_choice_names_the_nearest_word():
    with pytest.raises(UnfitError, match="did you mean 'months'"):
        choice(["days", "months"]).parse("month")
    with pytest.raises(UnfitError):
        choice(["days"]).parse(["days"])


def test_text_is_stripped_and_not_empty():
    assert text().parse(" a ") == "a"
    with pytest.raises(UnfitError):
        text().parse("  ")


def test_flag_is_not_a_number():
    with pytest.raises(UnfitError):
        flag().parse(1)


def test_several_names_the_element():
    with pytest.raises(UnfitError, match="element 2: not above 0"):
        several(number(above=0), "times").parse([1, -1])
    with pytest.raises(UnfitError, match="element 1: not a number"):
        several(number(), "numbers").parse(["a"])
    with pytest.raises(UnfitError, match="empty"):
        several(number(), "numbers").parse([])
    assert several(number(), "numbers", empty=True).parse([]) == ()


def test_either_takes_the_first_that_fits():
    field = either(number(at_least=1, whole=True), several(number(), "numbers"))
    assert field.parse(3) == 3
    assert field.parse([3]) == (3.0,)
    with pytest.raises(UnfitError, match="not at least 1"):
        field.parse(0)


@pytest.mark.parametrize("raw", [10**400, -(10**400), float("nan"), float("inf")])
@pytest.mark.parametrize("field", [number(), number(whole=True), label(), several(number(), "n")])
def test_a_number_too_large_for_a_computer_is_unfit(raw: float, field: Field) -> None:
    with pytest.raises(UnfitError):
        field.parse([raw] if "list" in field.expects else raw)


def test_a_number_of_thousands_of_digits_is_shown_in_words() -> None:
    toml = TomlTable({"draws": 16**5000}, "x.toml", ("sampling",), Findings())
    toml.read({"draws": number(whole=True)})
    assert "found a whole number of hundreds of digits" in str(toml.findings.found[0])

import math

import pytest

from posthaz.report.sections import wording

NAN = math.nan


@pytest.mark.parametrize(
    ("write", "value", "text"),
    [
        (wording.ratio, 0.9049, "0.90"),
        (wording.ratio, 0.0001, "<0.01"),
        (wording.ratio, 250.0, "250"),
        (wording.ratio, NAN, "–"),
        (wording.percent, 0.9999, ">99\u00a0%"),
        (wording.percent, 1.0, ">99\u00a0%"),
        (wording.percent, 0.0, "<1\u00a0%"),
        (wording.percent, 0.706, "71\u00a0%"),
        (wording.share, 0.0, "0\u00a0%"),
        (wording.p_value, 0.00001, "<0.001"),
        (wording.p_value, 0.0496, "0.050"),
        (wording.p_value, 0.0504, "0.050"),
        (wording.p_value, 0.5574, "0.56"),
        (wording.p_value, 0.9999, ">0.99"),
        (wording.points, -0.00001, "0.0"),
        (wording.points, -0.0516, "−5.2"),
        (wording.significant, 0.0, "<0.0001"),
        (wording.significant, 0.0234, "0.023"),
    ],
)
def test_numbers_never_say_a_bare_zero_or_certainty(write, value, text):
    assert write(value) == text


@pytest.mark.parametrize(
    ("unit", "text"), [("days", "812"), ("months", "812.3"), ("years", "812.35")]
)
def test_a_time_has_the_decimals_of_its_unit(unit, text):
    assert wording.duration(812.346, unit) == text


@pytest.mark.parametrize("value", [math.inf, NAN])
def test_a_time_that_is_not_there_is_not_reached(value):
    assert wording.duration(value, "months") == "not reached"


def test_an_estimate_without_limits_says_so():
    assert wording.with_interval(0.5, NAN, NAN) == "0.50 (no interval)"
    assert wording.with_interval(NAN, NAN, NAN) == "–"

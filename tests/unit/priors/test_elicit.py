"""Elicited priors have the probabilities that were stated."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from posthaz.errors import PriorError
from posthaz.priors import (
    enthusiastic,
    hazard_ratio,
    historical,
    median_survival,
    sceptical,
)

HR = st.floats(0.05, 0.95)
PROBABILITY = st.floats(0.001, 0.49)


@given(effect=HR, probability=PROBABILITY)
def test_sceptical_leaves_the_stated_probability_beyond_the_effect(effect, probability):
    mean, sd = sceptical(effect, probability).values
    assert mean == 0.0
    assert norm.cdf(math.log(effect), mean, sd) == pytest.approx(probability)


def test_sceptical_of_a_harmful_effect_looks_upwards():
    mean, sd = sceptical(2.0, 0.05).values
    assert norm.sf(math.log(2.0), mean, sd) == pytest.approx(0.05)


@given(effect=HR, probability=PROBABILITY)
def test_enthusiastic_leaves_the_stated_probability_of_no_benefit(effect, probability):
    mean, sd = enthusiastic(effect, probability).values
    assert mean == pytest.approx(math.log(effect))
    assert norm.sf(0.0, mean, sd) == pytest.approx(probability)


@given(median=st.floats(0.1, 5), factor=st.floats(1.05, 10), level=st.floats(0.6, 0.999))
def test_hazard_ratio_has_its_median_and_upper_limit(median, factor, level):
    mean, sd = hazard_ratio(median, median * factor, level).values
    assert norm.ppf(0.5, mean, sd) == pytest.approx(math.log(median), abs=1e-12)
    assert norm.cdf(math.log(median * factor), mean, sd) == pytest.approx(level)


def test_historical_inflates_the_variance_by_the_discount():
    full = historical(0.89, 0.62, 1.29)
    tenth = historical(0.89, 0.62, 1.29, discount=0.1)
    assert full.values[0] == tenth.values[0] == pytest.approx(math.log(0.89))
    assert full.values[1] == pytest.approx(math.log(1.29 / 0.62) / (2 * 1.959964), rel=1e-6)
    assert tenth.values[1] ** 2 == pytest.approx(10 * full.values[1] ** 2)
    assert "discounted to 10 %" in tenth.origin


def test_median_survival_of_scale_and_rate_are_one_statement():
    scale = median_survival(20, 40, "log_scale")
    rate = median_survival(20, 40, "log_rate")
    assert math.exp(scale.values[0]) * math.log(2) == pytest.approx(20)
    assert rate.values == (-scale.values[0], scale.values[1])
    assert median_survival(20, 40, "log_hazard").values == rate.values
    upper = norm.ppf(0.975, *scale.values)
    assert math.exp(upper) * math.log(2) == pytest.approx(40)


def test_origins_are_sentences():
    assert sceptical(0.5).origin == "sceptical of HR 0.5: 5 % prior probability of a larger effect"
    assert hazard_ratio(1, 3).origin == "HR with median 1 and 2.5 % probability above 3"
    assert historical(0.8, 0.6, 1.1).origin == "earlier study's HR 0.8 (95 % CI 0.6 to 1.1)"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: sceptical(0.0), "above 0"),
        (lambda: sceptical(1.0), "differ from 1"),
        (lambda: sceptical(0.5, 0.5), "probability must lie between 0 and 0.5"),
        (lambda: sceptical(float("nan")), "above 0"),
        (lambda: enthusiastic(-1.0), "above 0"),
        (lambda: enthusiastic(0.7, 0.0), "between 0 and 0.5"),
        (lambda: hazard_ratio(1.0, 0.9), "must lie above the median"),
        (lambda: hazard_ratio(1.0, 3.0, level=0.5), "level must lie between 0.5 and 1"),
        (lambda: hazard_ratio(1.0, float("inf")), "above 0"),
        (lambda: historical(0.5, 0.6, 0.9), "must lie above the lower limit"),
        (lambda: historical(0.8, 0.6, 0.8), "must lie above the hazard ratio"),
        (lambda: historical(0.8, 0.6, 0.9, discount=0.0), "discount"),
        (lambda: historical(0.8, 0.6, 0.9, discount=1.1), "discount"),
        (lambda: historical(0.8, 0.6, 0.9, level=1.0), "level"),
        (lambda: median_survival(20, 10), "must lie above the median"),
        (lambda: median_survival(20, 40, "shape"), "log_scale, log_rate, log_hazard"),
    ],
)
def test_impossible_arguments_are_refused(call, message):
    with pytest.raises(PriorError, match=message):
        call()


@pytest.mark.parametrize("make", [sceptical, enthusiastic, median_survival, historical])
def test_text_for_a_number_is_refused_in_words(make):
    given = ("0.5", 2.0, 3.0) if make is historical else ("0.5", 0.9)
    with pytest.raises(PriorError, match=r"must be a number, got '0\.5'"):
        make(*given)

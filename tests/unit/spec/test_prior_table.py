"""Priors of an analysis file: every way to state one, and every way to get it wrong."""

import pytest

from posthaz.priors import (
    Prior,
    enthusiastic,
    from_quantiles,
    hazard_ratio,
    historical,
    median_survival,
    sceptical,
)
from posthaz.spec.prior_table import read_prior
from posthaz.spec.prior_targets import Target
from tests.unit.spec.reading import problems, toml_table

EFFECT = Target("real", effect=True)
LEVEL = Target("real", location="log_rate")
POSITIVE = Target("positive")
PH = "proportional_hazards"


def read(text, target=EFFECT, form=PH):
    table = toml_table(f"arm = {text}", "arm")
    return read_prior(table, target, form), problems(table)


@pytest.mark.parametrize(
    ("text", "target", "prior"),
    [
        ('{ family = "normal", values = [0, 1] }', EFFECT, Prior("normal", (0, 1))),
        ('{ family = "half_normal", values = 2 }', POSITIVE, Prior("half_normal", (2,))),
        ('{ family = "flat" }', LEVEL, Prior("flat")),
        ("{ sceptical = 0.5 }", EFFECT, sceptical(0.5)),
        ("{ sceptical = { effect = 0.5, probability = 0.1 } }", EFFECT, sceptical(0.5, 0.1)),
        ("{ enthusiastic = 0.7 }", EFFECT, enthusiastic(0.7)),
        ("{ hazard_ratio = { median = 1, upper = 3 } }", EFFECT, hazard_ratio(1, 3)),
        (
            "{ historical = { hr = 0.8, lower = 0.6, upper = 1.1, discount = 0.5 } }",
            EFFECT,
            historical(0.8, 0.6, 1.1, 0.5),
        ),
        (
            "{ median_survival = { median = 20, upper = 40, level = 0.95 } }",
            LEVEL,
            median_survival(20, 40, "log_rate", 0.95),
        ),
        (
            '{ quantiles = { "0.025" = -1, "0.975" = 1 } }',
            EFFECT,
            from_quantiles({0.025: -1, 0.975: 1}),
        ),
        (
            '{ quantiles = { "0.1" = -1, "0.9" = 1 }, family = "student_t", df = 4 }',
            EFFECT,
            from_quantiles({0.1: -1, 0.9: 1}, "student_t", 4),
        ),
        (
            '{ quantiles = { "0.05" = 0.5, "0.95" = 2 }, family = "gamma" }',
            POSITIVE,
            from_quantiles({0.05: 0.5, 0.95: 2}, "gamma"),
        ),
    ],
)
def test_ways_to_state_a_prior(text, target, prior):
    assert read(text, target) == (prior, [])


@pytest.mark.parametrize(
    ("text", "target", "message"),
    [
        ("{}", EFFECT, "states no prior"),
        ("{ scepticl = 0.5 }", EFFECT, "did you mean 'sceptical'"),
        ('{ family = "norml", values = [0, 1] }', EFFECT, "did you mean 'normal'"),
        ('{ family = "normal", values = [0] }', EFFECT, "takes 2 value"),
        ('{ family = "normal", values = [0, -1] }', EFFECT, "sd must be above 0"),
        ('{ family = "normal", values = "wide" }', EFFECT, "give a list of numbers"),
        ("{ sceptical = 1.0 }", EFFECT, "must differ from 1"),
        ('{ sceptical = "0.5" }', EFFECT, "give a number above 0"),
        ("{ sceptical = { probability = 0.1 } }", EFFECT, "[arm.sceptical.effect]: it is missing"),
        ("{ sceptical = { effect = 0.5, p = 1 } }", EFFECT, "unknown key 'p'"),
        ("{ hazard_ratio = 3 }", EFFECT, "give a table { median = ..., upper = ... }"),
        ("{ hazard_ratio = { median = 3, upper = 1 } }", EFFECT, "must lie above the median"),
        ('{ sceptical = 0.5, family = "normal" }', EFFECT, "unknown key 'family'"),
        ("{ sceptical = 0.5, enthusiastic = 0.5 }", EFFECT, "both by sceptical and by"),
        ("{ sceptical = 0.5 }", LEVEL, "states the effect of a covariate"),
        ("{ median_survival = { median = 2, upper = 4 } }", EFFECT, "level of the baseline"),
        ("{ median_survival = { median = 2, upper = 4 } }", POSITIVE, "level of the baseline"),
        ('{ quantiles = { low = -1, "0.9" = 1 } }', EFFECT, "not a probability"),
        ('{ quantiles = { "0.1" = 1, "0.9" = 0 } }', EFFECT, "must increase"),
        ("{ quantiles = [1, 2] }", EFFECT, "give a table"),
        ('{ family = "gamma", values = [1, 1] }', EFFECT, "does not fit"),
        ('{ family = "normal", values = [0, 1] }', POSITIVE, "use one of half_normal"),
        ('{ family = "student_t", values = [0.002, 0, 1] }', EFFECT, "df of 0.1 or more"),
        ('{ quantiles = { "0.9" = 1 }, family = "half_student_t", df = 0.01 }', POSITIVE, "df of"),
    ],
)
def test_ways_to_get_it_wrong(text, target, message):
    prior, found = read(text, target)
    assert prior is None
    assert len(found) == 1
    assert found[0].startswith("x.toml [arm")
    assert message in found[0]


def test_a_hazard_ratio_says_nothing_about_an_accelerated_model():
    prior, found = read("{ sceptical = 0.5 }", form="accelerated_failure_time")
    assert prior is None
    assert "time ratio" in found[0]

"""Baselines are made from the options that belong to them."""

import pytest

from posthaz.hazards import BASELINES, Gompertz, PiecewiseExponential, Weibull
from posthaz.spec.baseline_options import own_options, read_baseline
from posthaz.spec.fields import UnfitError
from tests.unit.spec.reading import problems, toml_table


def read(text):
    table = toml_table(text)
    own = own_options(table.values["baseline"])
    parsed = {key: own[key].parse(raw) for key, raw in table.values.items() if key in own}
    return read_baseline(table, {"baseline": table.values["baseline"], **parsed}), problems(table)


@pytest.mark.parametrize(
    ("text", "baseline"),
    [
        ('baseline = "weibull"\nlocation = "log_rate"', Weibull("log_rate")),
        ('baseline = "gompertz"\nunit_time = 12', Gompertz(12.0)),
        ('baseline = "piecewise_exponential"\ncuts = 4', PiecewiseExponential(intervals=4)),
        (
            'baseline = "piecewise_exponential"\ncuts = [3, 6.5]\n'
            'smoothing = "random_walk"\norder = 2',
            PiecewiseExponential((3.0, 6.5), 3, "random_walk", 2),
        ),
    ],
)
def test_options_become_the_baseline(text, baseline):
    assert read(text) == (baseline, [])


@pytest.mark.parametrize("kind", list(BASELINES))
def test_every_registered_baseline_can_be_asked_for(kind):
    assert read(f'baseline = "{kind}"') == (BASELINES[kind](), [])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('baseline = "weibull"\ncuts = 3', "[cuts]: has no meaning for the Weibull baseline"),
        ('baseline = "exponential"\nlocation = "log_rate"', "it belongs to weibull"),
        ('baseline = "piecewise_exponential"\norder = 2', "only a random walk has an order"),
        (
            'baseline = "piecewise_exponential"\ncuts = 1\nsmoothing = "random_walk"',
            "too few for a random walk of order 1",
        ),
        (
            'baseline = "piecewise_exponential"\ncuts = [3]\nsmoothing = "random_walk"\norder = 2',
            "too few for a random walk of order 2",
        ),
    ],
)
def test_options_that_do_not_belong_are_refused(text, message):
    baseline, found = read(text)
    assert baseline is None
    assert len(found) == 1
    assert message in found[0]


@pytest.mark.parametrize("raw", [0, -1, 2.5, [], [0, 3], ["3"], "six", 10**9, [1.0] * 500])
def test_impossible_cuts(raw):
    with pytest.raises(UnfitError):
        own_options("piecewise_exponential")["cuts"].parse(raw)


@pytest.mark.parametrize("cuts", ["[6, 3]", "[3, 3]"])
def test_cuts_increase(cuts):
    baseline, found = read(f'baseline = "piecewise_exponential"\ncuts = {cuts}')
    assert baseline is None
    assert len(found) == 1
    assert "[cuts]: 3 after" in found[0]

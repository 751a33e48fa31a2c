"""Cuts at event quantiles, and the interval rule."""

import numpy as np
import pytest

from posthaz.errors import SpecError
from posthaz.hazards import Gompertz, PiecewiseExponential, baseline_class


def test_cuts_are_event_quantiles() -> None:
    resolved = PiecewiseExponential(intervals=4).resolve(np.arange(1.0, 9.0))
    assert resolved.cuts == (2.75, 4.5, 6.25)
    assert len(resolved.coordinates()["interval"]) == 4


def test_given_cuts_stay() -> None:
    baseline = PiecewiseExponential(cuts=(3.0, 6.0))
    assert baseline.resolve(np.array([1.0, 2.0])) is baseline


def test_too_few_distinct_times_say_how_many_intervals_are_possible() -> None:
    with pytest.raises(SpecError, match="ask for 2 intervals, or give"):
        PiecewiseExponential(intervals=6).resolve(np.array([1.0, 1.0, 1.0, 2.0]))


def test_a_time_at_a_cut_belongs_to_the_interval_that_ends_there() -> None:
    baseline = PiecewiseExponential(cuts=(2.0,))
    values = {"log_hazard": np.log([0.1, 0.3]), **baseline.constants()}
    hazard = baseline.hazard(values, np)
    np.testing.assert_allclose(np.exp(hazard.log_hazard(np.array([2.0, 2.0 + 1e-9]))), [0.1, 0.3])


def test_growth_is_stated_over_the_longest_event_time() -> None:
    resolved = Gompertz().resolve(np.array([3.0, 12.0]))
    assert resolved.unit_time == 12.0


def test_an_unknown_baseline_names_the_nearest() -> None:
    with pytest.raises(SpecError, match="did you mean 'weibull'"):
        baseline_class("wiebull")

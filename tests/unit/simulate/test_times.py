"""Drawn event times follow their hazard."""

import numpy as np
import pytest
from scipy.stats import kstest

from posthaz.hazards import Baseline
from posthaz.simulate import simulate_times, simulated_example
from tests.laws.parts import BASELINE_EXAMPLES

VALUES = {"log_rate": -2.0, "log_scale": 2.0, "log_shape": 0.4, "growth": 1.0}


@pytest.mark.parametrize("baseline", BASELINE_EXAMPLES, ids=repr)
@pytest.mark.parametrize("entry", [0.0, 2.5])
def test_cumulative_hazard_at_drawn_times_is_standard_exponential(
    baseline: Baseline, entry: float
) -> None:
    intervals = len(baseline.coordinates().get("interval", []))
    values = {
        **VALUES,
        "log_hazard": np.linspace(-2.0, -1.0, intervals),
        **baseline.constants(),
    }
    hazard = baseline.hazard(values, np)
    start = np.full(4000, entry)
    times = simulate_times(hazard, start, (4000,), np.random.default_rng(11))
    assert (times >= entry).all()
    accrued = hazard.cumulative_hazard(times) - hazard.cumulative_hazard(start)
    assert kstest(accrued, "expon").pvalue > 1e-3


def test_the_example_says_that_it_is_simulated() -> None:
    cohort = simulated_example(size=60, seed=2)
    assert cohort.source.simulated
    assert cohort.event.any()
    assert not cohort.event.all()
    again = simulated_example(size=60, seed=2)
    np.testing.assert_array_equal(cohort.exit, again.exit)

"""Drawn event times follow their hazard."""

import numpy as np
import pytest
from scipy.stats import kstest

from posthaz.hazards import Baseline
from posthaz.simulate import simulate_times, simulated_example
from tests.laws.parts import BASELINE_EXAMPLES


@pytest.mark.parametrize("baseline", BASELINE_EXAMPLES, ids=repr)
@pytest.mark.parametrize("entry", [0.0, 2.5])
def test_cumulative_hazard_at_drawn_times_is_standard_exponential(
    baseline: Baseline, entry: float
) -> None:
    sizes = {name: len(labels) for name, labels in baseline.coordinates().items()}
    values = dict(baseline.constants())
    for parameter in baseline.parameters():
        low, high = parameter.range
        middle, size = (low + high) / 2.0, sizes.get(parameter.dim, 0)
        values[parameter.name] = np.linspace(middle, high, size) if size else middle
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

"""Survival given survival: what holds for every hazard."""

import numpy as np
import pytest
from scipy.integrate import quad

from posthaz.effects import event_free_at
from posthaz.hazards import Exponential, Gompertz, Hazard, PiecewiseExponential, Weibull

PIECES = PiecewiseExponential(cuts=(62.0, 75.0))
HAZARDS = [
    Exponential().hazard({"log_rate": np.log(0.05)}, np),
    Weibull().hazard({"log_scale": np.log(80.0), "log_shape": np.log(9.0)}, np),
    Gompertz().hazard({"log_rate": np.log(1e-5), "growth": 0.1, "unit_time": 1.0}, np),
    PIECES.hazard({"log_hazard": np.log([0.4, 0.05, 0.2]), **PIECES.constants()}, np),
]


@pytest.mark.parametrize("hazard", HAZARDS)
def test_survival_given_survival(hazard: Hazard) -> None:
    later, times = event_free_at(hazard, 60.0), np.array([60.0, 70.0, 85.0])
    ratio = np.exp(hazard.cumulative_hazard(np.array([60.0])) - hazard.cumulative_hazard(times))
    assert np.exp(-later.cumulative_hazard(times)) == pytest.approx(ratio)
    assert later.log_hazard(times) == pytest.approx(hazard.log_hazard(times))


@pytest.mark.parametrize("hazard", HAZARDS)
def test_times_and_means_of_those_event_free_at_the_origin(hazard: Hazard) -> None:
    later = event_free_at(hazard, 60.0)
    median = later.time_at(np.array([np.log(2.0)]))
    assert later.cumulative_hazard(median) == pytest.approx([np.log(2.0)])
    assert later.survival_integral is not None
    area = later.survival_integral(np.array([85.0]), np.asarray(1.0))
    expected, _ = quad(
        lambda time: float(np.exp(-later.cumulative_hazard(np.array([time]))[0])),
        60.0,
        85.0,
        points=[62.0, 75.0],
    )
    assert area == pytest.approx([expected], rel=2e-4)


def test_without_an_origin_nothing_changes() -> None:
    assert event_free_at(HAZARDS[0], 0.0) is HAZARDS[0]

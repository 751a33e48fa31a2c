"""Survival given survival: what holds for every hazard."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad

from posthaz.effects import event_free_at
from posthaz.hazards import (
    Exponential,
    Gompertz,
    Hazard,
    PiecewiseExponential,
    Weibull,
    survival_area,
)

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
    for horizon in (61.0, 70.0, 85.0):
        edges = [60.0, *(cut for cut in (62.0, 75.0) if cut < horizon), horizon]
        expected = sum(
            quad(lambda t: float(np.exp(-later.cumulative_hazard(np.array([t]))[0])), *ends,
                 epsabs=1e-13, epsrel=1e-12)[0]
            for ends in pairwise(edges)
        )  # fmt: skip
        assert survival_area(later, np.array([horizon])) == pytest.approx([expected], rel=1e-9)


@pytest.mark.parametrize("passed", [0.01, 1.0, 4.9, 5.1, 60.0, 900.0])
@pytest.mark.parametrize("log_shape", [-0.8, 0.0, 0.4, 2.0])
def test_mean_time_after_any_cumulative_hazard(log_shape: float, passed: float) -> None:
    hazard = Weibull().hazard({"log_scale": 0.0, "log_shape": log_shape}, np)
    origin = float(hazard.time_at(np.array(passed)))
    later = event_free_at(hazard, origin)
    horizon = float(hazard.time_at(np.array(passed + 3.0)))
    expected, _ = quad(
        lambda t: float(np.exp(-later.cumulative_hazard(np.array([t]))[0])),
        origin, horizon, epsabs=0, epsrel=1e-12,
    )  # fmt: skip
    assert survival_area(later, np.array([horizon])) == pytest.approx([expected], rel=1e-9)


def test_without_an_origin_nothing_changes() -> None:
    assert event_free_at(HAZARDS[0], 0.0) is HAZARDS[0]

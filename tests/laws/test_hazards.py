"""Laws that every registered baseline hazard obeys."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from posthaz.hazards import Baseline, Gompertz, Hazard, survival_area
from tests.laws.parts import BASELINE_EXAMPLES, hazards

TIMES = st.floats(0.01, 30.0)
every_baseline = pytest.mark.parametrize("baseline", BASELINE_EXAMPLES, ids=repr)


@every_baseline
@given(data=st.data())
def test_cumulative_hazard_starts_at_zero(baseline: Baseline, data: st.DataObject) -> None:
    hazard = data.draw(hazards(baseline))
    assert np.asarray(hazard.cumulative_hazard(np.array([0.0]))) == pytest.approx([0.0], abs=1e-12)


@every_baseline
@settings(deadline=None)
@given(data=st.data(), time=st.floats(0.5, 25.0))
def test_cumulative_hazard_is_the_integral(
    baseline: Baseline, data: st.DataObject, time: float
) -> None:
    hazard = data.draw(hazards(baseline))
    start = 0.2
    breaks = [cut for cut in baseline.breaks() if start < cut < time]
    area, _ = quad(
        lambda u: float(np.exp(hazard.log_hazard(np.array([u])))[0]),
        start,
        time,
        points=breaks or None,
        limit=200,
    )
    ends = hazard.cumulative_hazard(np.array([start, time]))
    assert ends[1] - ends[0] == pytest.approx(area, rel=1e-6, abs=1e-10)


@every_baseline
@given(data=st.data(), times=st.lists(TIMES, min_size=2, max_size=8))
def test_cumulative_hazard_never_falls(
    baseline: Baseline, data: st.DataObject, times: list[float]
) -> None:
    hazard = data.draw(hazards(baseline))
    assert (np.diff(hazard.cumulative_hazard(np.sort(times))) >= -1e-12).all()


@every_baseline
@given(data=st.data(), time=TIMES)
def test_time_at_inverts_the_cumulative_hazard(
    baseline: Baseline, data: st.DataObject, time: float
) -> None:
    hazard = data.draw(hazards(baseline))
    cumulative = hazard.cumulative_hazard(np.array([time]))
    back = hazard.cumulative_hazard(np.asarray(hazard.time_at(cumulative)))
    assert np.asarray(back) == pytest.approx(np.asarray(cumulative), rel=1e-6)


@every_baseline
@settings(deadline=None)
@given(data=st.data(), horizon=st.floats(0.5, 40.0))
def test_restricted_mean_is_the_area_under_survival(
    baseline: Baseline, data: st.DataObject, horizon: float
) -> None:
    hazard = data.draw(hazards(baseline))
    area = _area(hazard, baseline, horizon)
    answer = float(np.asarray(survival_area(hazard, np.array([horizon])))[0])
    assert answer == pytest.approx(area, rel=1e-6)
    assert 0.0 < answer <= horizon * (1 + 1e-12)


def _area(hazard: Hazard, baseline: Baseline, horizon: float) -> float:
    breaks = [cut for cut in baseline.breaks() if 0 < cut < horizon]
    area, _ = quad(
        lambda u: float(np.exp(-np.asarray(hazard.cumulative_hazard(np.array([u]))))[0]),
        0.0,
        horizon,
        points=breaks or None,
        limit=200,
    )
    return area


def test_gompertz_with_negative_growth_leaves_survivors() -> None:
    baseline = Gompertz(unit_time=10.0)
    hazard = baseline.hazard({"log_rate": np.log(0.05), "growth": -2.0, **baseline.constants()}, np)
    plateau = 0.05 * 10.0 / 2.0
    reached = hazard.time_at(np.array([plateau * 0.99, plateau * 1.01]))
    assert np.isfinite(reached[0])
    assert np.isinf(reached[1])

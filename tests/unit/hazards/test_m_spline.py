"""M-splines: knots, weights, and the flat hazard beyond the last event."""

import numpy as np
import pytest
from scipy.interpolate import BSpline

from posthaz.errors import SpecError
from posthaz.hazards import MSpline

BASELINE = MSpline(knots=(1.5, 4.0, 9.0), last=14.0)
LOG_HAZARD = np.log([0.1, 0.4, 0.2, 0.05, 0.3])
HAZARD = BASELINE.hazard({"log_hazard": LOG_HAZARD, **BASELINE.constants()}, np)


def test_the_hazard_is_scipys_spline_whose_last_three_coefficients_are_one():
    full = [0.0] * 4 + [1.5, 4.0, 9.0] + [14.0] * 4
    spline = BSpline(full, np.exp([*LOG_HAZARD, LOG_HAZARD[-1], LOG_HAZARD[-1]]), 3)
    time = np.linspace(0.0, 14.0, 57)
    np.testing.assert_allclose(np.exp(HAZARD.log_hazard(time)), spline(time), rtol=1e-12)
    area = [spline.integrate(0.0, end) for end in time]
    np.testing.assert_allclose(HAZARD.cumulative_hazard(time), area, rtol=1e-12, atol=1e-15)


def test_it_is_constant_beyond_the_last_event_and_meets_that_smoothly():
    np.testing.assert_allclose(HAZARD.log_hazard(np.array([14.0, 20.0, 90.0])), np.log(0.3))
    near = np.exp(HAZARD.log_hazard(np.array([13.98, 13.99, 14.0])))
    assert np.diff(near).max() < 1e-8 * near.max() + 1e-7


def test_survextraps_scale_and_weights():
    full = np.array([0.0] * 4 + [1.5, 4.0, 9.0] + [14.0] * 4)
    areas = (full[4:] - full[:-4]) / 4.0
    areas = np.append(areas[:-3], areas[-3:].sum())
    weighted = np.exp(LOG_HAZARD) * areas
    reached = HAZARD.cumulative_hazard(np.array([14.0]))[0]
    assert weighted.sum() == pytest.approx(reached)  # their scale: weights add up to 1


def test_knots_stand_at_quantiles_of_the_events():
    times = np.arange(1.0, 102.0)
    resolved = MSpline(inner=3).resolve(times)
    assert resolved.knots == pytest.approx((26.0, 51.0, 76.0))
    assert resolved.last == 101.0
    assert resolved.resolve(times * 2.0) == resolved
    assert len(resolved.coordinates()["spline"]) == 5
    assert resolved.events_near(times).sum() == pytest.approx(101.0)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: MSpline(knots=(3.0, 3.0)), "knots: 3 after 3 does not increase"),
        (lambda: MSpline(knots=(0.0, 3.0)), "knots: element 1 is 0.0"),
        (lambda: MSpline(knots=6), "give inner=6 for their number"),  # type: ignore[arg-type]
        (lambda: MSpline(inner=0), "inner: found 0"),
        (
            lambda: MSpline(knots=(3.0, 40.0)).resolve(np.arange(1.0, 37.0)),
            "knot 40 is not before the last event, at 36, .* Fix: give knots below 36",
        ),
        (
            lambda: MSpline(inner=6).resolve(np.arange(1.0, 6.0)),
            "5 events at 5 times are too few for 6 knots. Fix: ask for 3 or fewer",
        ),
    ],
)
def test_what_can_not_be(make, message):
    with pytest.raises(SpecError, match=message):
        make()


def test_few_events_bear_few_knots():
    assert MSpline().sparser(np.arange(1.0, 13.0)).inner == 2
    assert MSpline().sparser(np.arange(1.0, 4.0)).inner == 1

"""Default cuts: no interval hides the hazard's shape, and none begins where nobody can die."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from posthaz.hazards import PiecewiseExponential
from posthaz.hazards.default_cuts import default_cuts


def longest(cuts, end, start=0.0):
    return np.diff([start, *cuts, end]).max()


def test_no_interval_is_longer_than_a_third_of_the_events_times():
    # half a year of many events, then a tail of years: the last sixth took eleven of twelve years
    times = np.concatenate([np.linspace(0.01, 1.0, 200), np.linspace(2.0, 12.0, 20)])
    resolved = PiecewiseExponential(intervals=6).resolve(times)
    assert len(resolved.cuts) == 5
    assert longest(resolved.cuts, 12.0) <= 4.0 * (1 + 1e-9)


@given(st.integers(0, 10_000), st.integers(3, 9))
def test_the_number_of_intervals_stays_and_cuts_increase(seed, intervals):
    times = np.random.default_rng(seed).gamma(0.5, 10.0, size=60)
    cuts = default_cuts(times, intervals)
    assert len(cuts) == intervals - 1
    assert np.all(np.diff(cuts) > 0) and cuts[0] > 0 and cuts[-1] < times.max()
    assert longest(cuts, times.max()) <= times.max() / 3 * (1 + 1e-6)


def test_short_intervals_stay_at_the_quantiles():
    times = np.arange(1.0, 61.0)
    np.testing.assert_allclose(
        default_cuts(times, 6)[1:], np.quantile(times, [2 / 6, 3 / 6, 4 / 6, 5 / 6])
    )


def test_the_first_interval_ends_before_the_first_event_where_nobody_can_die_at_first():
    times = 2.0 + np.random.default_rng(1).exponential(6.0, 120)
    cuts = default_cuts(times, 6)
    assert len(cuts) == 5
    assert times.min() * 0.999 < cuts[0] < times.min()
    # without such a gap the first cut is a quantile
    early = np.random.default_rng(1).exponential(6.0, 120)
    assert default_cuts(early, 6)[0] > np.sort(early)[5]

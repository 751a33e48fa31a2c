"""The maximally selected log-rank statistic against exact sums and known P values."""

import numpy as np
import pandas as pd
import pytest

from posthaz.baselines.selected_cut import (
    cut_places,
    lausen_schumacher,
    logrank_scores,
    one_step_ratio,
    selected_cut,
)
from posthaz.errors import CohortError
from tests.shared_data import plain_cohort


def cohort_of(values, times, events=None):
    seen = np.ones(len(times), bool) if events is None else events
    return plain_cohort(times, seen, pd.DataFrame({"x": values}))


def test_scores_sum_to_nothing_and_count_entry():
    random = np.random.default_rng(1)
    exit_, event = random.exponential(5.0, 60), random.uniform(size=60) < 0.7
    entry = exit_ * random.uniform(0.0, 0.5, 60)
    scores = logrank_scores(entry, exit_, event)
    assert scores.sum() == pytest.approx(0.0, abs=1e-9)


def test_scores_of_three_patients():
    scores = logrank_scores(np.zeros(3), np.array([1.0, 2.0, 3.0]), np.array([True, False, True]))
    assert scores.tolist() == pytest.approx([2 / 3, -1 / 3, -1 / 3])


def test_one_step_ratio_is_observed_minus_expected_over_variance():
    times, upper = np.array([1.0, 2.0, 3.0, 4.0]), np.array([True, False, True, False])
    # at risk above and in all: 2 of 4, 1 of 3, 1 of 2, 0 of 1
    expected, variance = 0.5 + 1 / 3 + 0.5, 0.25 + 2 / 9 + 0.25
    found = one_step_ratio(np.zeros(4), times, np.ones(4, bool), upper)
    assert found == pytest.approx((2 - expected) / variance)


def test_the_cut_of_a_step_is_found_and_its_p_value_grows():
    random = np.random.default_rng(3)
    values = random.uniform(0.0, 100.0, 200)
    times = random.exponential(1.0, 200) / np.where(values >= 60.0, 3.0, 1.0)
    found = selected_cut(cohort_of(values, times), values)
    assert found.cut == pytest.approx(60.0, abs=5.0)
    assert found.log_hr > 0
    assert found.p_nominal < found.p_lausen < 0.001
    assert found.p_permutation == pytest.approx(1e-4)


def test_permutation_and_approximation_agree_where_nothing_is_so():
    random = np.random.default_rng(5)
    values, times = random.normal(size=150), random.exponential(1.0, 150)
    found = selected_cut(cohort_of(values, times), values)
    assert found.p_permutation == pytest.approx(found.p_lausen, abs=0.12)
    assert found.p_permutation > 5 * found.p_nominal or found.p_nominal > 0.2


def test_the_approximation_is_that_of_the_paper():
    # Miller and Siegmund (1982), equation for shares from 0.1 to 0.9
    b, density = 2.5, np.exp(-(2.5**2) / 2) / np.sqrt(2 * np.pi)
    wanted = 4 * density / b + density * (b - 1 / b) * np.log(0.9**2 / 0.1**2)
    assert lausen_schumacher(2.5, 0.1) == pytest.approx(wanted)


def test_cuts_leave_a_tenth_on_both_sides():
    places, cuts = cut_places(np.arange(20.0))
    assert (places.min(), places.max()) == (2, 18)
    assert cuts[0] == 2.0


def test_what_has_no_test_is_refused():
    with pytest.raises(CohortError, match="no cut leaves"):
        cut_places(np.array([1.0] * 19 + [2.0]))
    weighted = cohort_of(np.arange(10.0), np.arange(1.0, 11.0))
    weighted.weight[0] = 2.0
    with pytest.raises(CohortError, match="of weight 1"):
        selected_cut(weighted, np.arange(10.0))

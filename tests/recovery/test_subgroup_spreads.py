"""The default prior of spreads between subgroups: coverage where one differs, and what it costs."""

import numpy as np
import pytest

from posthaz.analyses.subgroups.spec import SubgroupSpec
from tests.recovery.subgroup_spreads import NOTHING, SCENARIOS, performance

DEFAULT = SubgroupSpec(("sex",)).sd


@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_the_level_apart_is_covered_and_no_level_pays_for_it(scenario):
    covered, error = performance(scenario, DEFAULT)
    assert covered >= 0.9 - 1.6 * np.sqrt(0.9 * 0.1 / 500)
    assert error < 0.8


def test_over_all_cohorts_with_a_level_apart_nine_in_ten_are_covered():
    covered = [performance(scenario, DEFAULT)[0] for scenario in SCENARIOS]
    assert np.mean(covered) > 0.9


@pytest.mark.parametrize("scenario", NOTHING, ids=str)
def test_where_nothing_differs_the_error_is_much_below_that_of_separate_estimates(scenario):
    assert performance(scenario, DEFAULT)[1] < 0.7


def test_one_spread_for_all_columns_would_not_cover_it():
    assert performance(SCENARIOS[0], 0.25, shared=True)[0] < 0.6

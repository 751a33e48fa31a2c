"""Times and fractions from Python are one number or several, and none that can't be."""

import numpy as np
import pytest

from posthaz.cohort.argument import asked_numbers
from posthaz.errors import SpecError


def test_one_number_is_a_list_of_one():
    assert asked_numbers(24).tolist() == [24.0]
    assert asked_numbers(np.array([6, 12])).tolist() == [6.0, 12.0]


@pytest.mark.parametrize("given", [[], -1, [12, np.nan], "later", None, [[1.0], [2.0]]])
def test_what_is_no_time_is_refused(given: object):
    with pytest.raises(SpecError, match="are no numbers from 0"):
        asked_numbers(given)  # type: ignore[arg-type]


def test_fractions_end_at_1():
    with pytest.raises(SpecError, match=r"the fractions \[0\.5, 50\] are no numbers from 0 to 1"):
        asked_numbers([0.5, 50], "fractions", 1.0)

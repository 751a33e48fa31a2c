"""Fractionated dose."""

import numpy as np
import pytest

from posthaz.cohort import biologically_effective_dose, equivalent_dose_2gy


def test_schedules_of_the_textbook():
    # 60 Gy in 30 fractions is its own equivalent; 55 Gy in 20, 48 Gy in 4 (alpha/beta 10)
    assert equivalent_dose_2gy(60.0, 2.0, 10.0) == pytest.approx(60.0)
    assert biologically_effective_dose(60.0, 2.0, 10.0) == pytest.approx(72.0)
    assert biologically_effective_dose(48.0, 12.0, 10.0) == pytest.approx(105.6)
    assert equivalent_dose_2gy(55.0, 2.75, 10.0) == pytest.approx(55.0 * 12.75 / 12.0)


def test_arrays_go_element_by_element_and_missing_stays_missing():
    found = equivalent_dose_2gy(np.array([60.0, 45.0, np.nan]), np.array([2.0, 3.0, 2.0]), 10.0)
    assert found[:2] == pytest.approx([60.0, 48.75])
    assert np.isnan(found[2])


@pytest.mark.parametrize("ratio", [0.0, -3.0, float("inf"), float("nan")])
def test_impossible_ratios_are_refused(ratio):
    with pytest.raises(ValueError, match="alpha_beta"):
        biologically_effective_dose(60.0, 2.0, ratio)

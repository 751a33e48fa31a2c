"""A stretch at first in which nobody can die is said."""

import numpy as np
import pandas as pd

from posthaz.cohort import read_cohort
from posthaz.hazards.default_cuts import default_cuts


def notices(times):
    table = pd.DataFrame({"t": times, "e": 1})
    return [str(one) for one in read_cohort(table, time="t", event="e", unit="months").notices]


def test_deaths_that_begin_after_two_months_are_said():
    times = np.round(2.0 + np.random.default_rng(1).exponential(6.0, 120), 3)
    (said,) = [text for text in notices(times) if "nobody has an event in the first" in text]
    assert f"first {times.min():g} months" in said and "landmark" in said


def test_chance_is_not_said():
    times = np.round(0.01 + np.random.default_rng(1).exponential(6.0, 120), 3)
    assert not any("nobody has an event" in text for text in notices(times))


def test_the_first_of_whole_months_is_no_late_start():
    # deaths of survival::mgus2 in months 1 to 6, which were recorded as whole months
    early = np.repeat([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [42, 28, 15, 16, 10, 9])
    times = np.concatenate([early, np.round(np.linspace(7.0, 240.0, 843))])
    assert not any("nobody has an event" in text for text in notices(times))
    assert default_cuts(times, 6).min() >= 1.0


def test_a_late_start_in_whole_months_is_said():
    times = np.repeat([2.0, 3.0, 4.0, 60.0], [20, 15, 15, 100])
    assert any("nobody has an event in the first 2 months" in text for text in notices(times))

"""A stretch at first in which nobody can die is said."""

import numpy as np
import pandas as pd

from posthaz.cohort import read_cohort


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

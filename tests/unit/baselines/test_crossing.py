"""Whether survival curves cross."""

import numpy as np
import pandas as pd

from posthaz.baselines import curve_crossing, kaplan_meier
from posthaz.cohort import read_cohort


def curves(first: np.ndarray, second: np.ndarray) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "time": np.concatenate([first, second]),
            "event": 1,
            "arm": ["a"] * len(first) + ["b"] * len(second),
        }
    )
    return kaplan_meier(read_cohort(table, time="time", event="event", treatment="arm"))


def test_curves_that_change_places_cross_where_they_do() -> None:
    spread = np.concatenate([np.linspace(0.5, 4, 20), np.linspace(14, 24, 20)])
    close = np.linspace(6, 12, 40)
    found = curve_crossing(curves(spread, close), "b", "a")
    assert found is not None
    assert 8.5 < found.time < 9.5
    assert found.before > 0.4
    assert found.after < -0.3
    assert found.before_at < found.time <= found.after_at


def test_a_curve_that_stays_above_crosses_nothing() -> None:
    low, high = np.linspace(1, 10, 40), np.linspace(5, 30, 40)
    assert curve_crossing(curves(low, high), "b", "a") is None


def test_where_few_are_left_nothing_is_told() -> None:
    low = np.append(np.linspace(1, 10, 36), [40.0, 41, 42, 43])
    high = np.append(np.linspace(5, 30, 38), [31.0, 32])
    assert curve_crossing(curves(low, high), "b", "a") is None

"""Survival at points, and reconstructed patients over clicks: what the artists hold."""

import numpy as np
import pandas as pd
import pytest

from posthaz.figures import draw_reconstruction, draw_survival_points
from tests.figures.cohorts import LABELS, TIME_AXIS, curves, kaplan_meier

ARMS = list(LABELS)


@pytest.fixture(scope="module")
def points():
    return pd.DataFrame(
        {
            "arm": np.repeat(ARMS, 3),
            "time": [0.0, 12.0, 24.0] * 2,
            "survival": [1.0, 0.6, 0.3, 1.0, 0.5, 0.0],
            "lower": [1.0, 0.5, 0.2, 1.0, 0.4, np.nan],
            "upper": [1.0, 0.7, 0.4, 1.0, 0.6, np.nan],
        }
    )


@pytest.fixture(scope="module")
def at_risk():
    return pd.DataFrame(
        {
            "arm": np.repeat(ARMS, 2),
            "time": [0.0, 24.0] * 2,
            "at_risk": [90.0, 19.3, 93.0, 0.0],
            "printed": [90, 19, 93, 2],
            "reconstructed": [90, 19, 93, 0],
        }
    )


@pytest.fixture(scope="module")
def figure(points, at_risk):
    return draw_survival_points(points, curves(), at_risk, **TIME_AXIS)


def test_points_stand_at_their_survival_but_not_at_time_zero(figure):
    axes = figure.axes[0]
    markers = [line for line in axes.lines if line.get_linestyle() == "None"]
    assert [list(line.get_ydata()) for line in markers] == [[0.6, 0.3], [0.5, 0.0]]
    times = np.stack([line.get_xdata() for line in markers])
    np.testing.assert_allclose(times.mean(axis=0), [12.0, 24.0])
    assert (times[0] < times[1]).all()  # side by side, so that limits can be told apart


def test_limits_are_drawn_where_they_are_known(figure):
    segments = [
        [segment[:, 1].tolist() for segment in item.get_segments()]
        for item in figure.axes[0].collections
        if hasattr(item, "get_segments")
    ]
    assert segments == [[[0.5, 0.7], [0.2, 0.4]], [[0.4, 0.6]]]


def test_numbers_known_event_free_are_whole(figure):
    below = figure.axes[1]
    assert [text.get_text() for text in below.texts] == ["90", "19", "93", "0"]
    assert below.get_title(loc="left") == "Known event-free"


def test_the_key_tells_points_from_bands(figure):
    texts = [text.get_text() for text in figure.legends[0].get_texts()]
    assert texts[:2] == list(LABELS.values())
    assert "Without a model with 95 % limits" in texts


def test_clicks_lie_under_the_steps_and_both_numbers_are_told(at_risk):
    clicks = pd.DataFrame({"arm": ARMS, "time": [6.0, 6.0], "survival": [0.81, 0.7]})
    figure = draw_reconstruction(kaplan_meier(), clicks, at_risk, **TIME_AXIS)
    clicked = [line for line in figure.axes[0].lines if line.get_alpha() == 0.7]
    assert [list(line.get_ydata()) for line in clicked] == [[0.81], [0.7]]
    assert [text.get_text() for text in figure.axes[1].texts] == ["90", "19", "93", "2 (0)"]

from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PolyCollection

from posthaz.figures import draw_survival
from posthaz.figures.axis import label_survival
from tests.figures.cohorts import LABELS, TIME_AXIS, at_risk, curves, kaplan_meier


@pytest.fixture(scope="module")
def figure():
    return draw_survival(
        kaplan_meier(), curves(), at_risk(), endpoint="overall survival", **TIME_AXIS
    )


def test_steps_start_at_one_and_hold_the_kaplan_meier_values(figure):
    steps = [line for line in figure.axes[0].lines if line.get_drawstyle() == "steps-post"]
    assert len(steps) == 2
    np.testing.assert_array_equal(steps[0].get_xdata(), [0.0, 6.0, 18.0, 40.0])
    np.testing.assert_array_equal(steps[0].get_ydata(), [1.0, 0.8, 0.5, 0.5])
    np.testing.assert_array_equal(steps[1].get_ydata(), [1.0, 0.7, 0.6])


def test_censoring_is_ticked_where_it_happened(figure):
    ticks = [line for line in figure.axes[0].lines if line.get_marker() == "|"]
    assert [list(line.get_xdata()) for line in ticks] == [[40.0], [30.0]]
    assert [list(line.get_ydata()) for line in ticks] == [[0.5], [0.6]]


def test_medians_and_bands_are_the_input(figure):
    axes = figure.axes[0]
    frame = curves()
    medians = [line for line in axes.lines if len(line.get_xdata()) == 9]
    bands = [item for item in axes.collections if isinstance(item, PolyCollection)]
    for arm, line, band in zip(LABELS, medians, bands, strict=True):
        rows = frame[frame["arm"] == arm]
        np.testing.assert_array_equal(line.get_ydata(), rows["median"])
        edge = band.get_paths()[0].vertices
        for time, lower, upper in zip(rows["time"], rows["lower"], rows["upper"], strict=True):
            heights = edge[np.isclose(edge[:, 0], time), 1]
            assert heights.min() == pytest.approx(lower)
            assert heights.max() == pytest.approx(upper)


def test_arms_differ_in_colour_and_in_line_style(figure):
    medians = [line for line in figure.axes[0].lines if len(line.get_xdata()) == 9]
    assert medians[0].get_color() != medians[1].get_color()
    assert medians[0].get_linestyle() != medians[1].get_linestyle()


def test_numbers_at_risk_stand_under_the_ticks(figure):
    axes, below = figure.axes
    frame = at_risk()
    assert [text.get_text() for text in below.texts] == [f"{n}" for n in frame["at_risk"]]
    assert [text.get_position()[0] for text in below.texts] == list(frame["time"])
    np.testing.assert_array_equal(axes.get_xticks(), [0.0, 12.0, 24.0, 36.0, 48.0])
    assert axes.get_xlim() == below.get_xlim() == (0.0, 48.0)


def test_axes_are_labelled_with_units(figure):
    axes = figure.axes[0]
    assert axes.get_xlabel() == "Time (months)"
    assert axes.get_ylabel() == "Overall survival (probability)"
    assert axes.get_ylim()[0] == 0.0


def test_times_past_the_horizon_are_left_out():
    figure = draw_survival(
        kaplan_meier(), curves(), at_risk(), labels=LABELS, unit="months", horizon=24.0
    )
    assert max(text.get_position()[0] for text in figure.axes[1].texts) == 24.0
    assert figure.axes[0].get_xticks().max() == 24.0


def test_single_arm_without_numbers_at_risk():
    only = kaplan_meier()[lambda frame: frame["arm"] == "1"]
    figure = draw_survival(
        only, curves(), pd.DataFrame(), labels={"1": "All patients"}, unit="years", horizon=48.0
    )
    assert len(figure.axes) == 1
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert names == ["All patients", "Posterior median, 95 % band", "Kaplan–Meier, tick: censored"]


def test_long_arm_names_share_no_row():
    labels = {
        "0": "A",
        "1": "A very long name of an arm that needs several lines",
        "2": "B",
    }
    risk = pd.concat([at_risk(), at_risk()[lambda f: f["arm"] == "1"].assign(arm="2")])
    figure = draw_survival(
        kaplan_meier(), curves(), risk, labels=labels, unit="months", horizon=48.0
    )
    figure.draw_without_rendering()
    boxes = [label.get_window_extent() for label in figure.axes[1].get_yticklabels()]
    assert all(above.y0 > below.y1 for above, below in pairwise(boxes))


def test_events_and_censored_so_far_stand_below_where_asked():
    counts = at_risk()
    counts = counts.assign(events=range(len(counts)), censored=range(10, 10 + len(counts)))
    asked = draw_survival(kaplan_meier(), curves(), counts, **TIME_AXIS)
    assert [axes.get_title(loc="left") or axes.get_title() for axes in asked.axes[1:]] == [
        "Number at risk", "Events so far", "Censored so far",
    ]  # fmt: skip
    assert [text.get_text() for text in asked.axes[2].texts] == [f"{n}" for n in counts["events"]]
    assert [text.get_text() for text in asked.axes[3].texts] == [f"{n}" for n in counts["censored"]]


def test_an_endpoint_that_is_an_event_does_not_name_its_absence():
    # "Death from melanoma (probability)" stood beside a curve that falls from 1
    figure = plt.figure()
    axes = figure.add_subplot()
    label_survival(axes, "death from melanoma")
    assert axes.get_ylabel() == "Event-free: death from melanoma (probability)"

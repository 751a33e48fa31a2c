"""Hazard, hazard ratio over time, prior predictive and posterior predictive check."""

import numpy as np
import pandas as pd
import pytest

from posthaz.figures import (
    draw_hazard,
    draw_hazard_ratio_over_time,
    draw_predictive_check,
    draw_prior_predictive,
)
from tests.figures.cohorts import LABELS, TIME_AXIS, curves, kaplan_meier


def test_hazard_lines_are_the_input():
    frame = curves()
    axes = draw_hazard(frame, **TIME_AXIS).axes[0]
    for arm, line in zip(LABELS, axes.lines, strict=True):
        np.testing.assert_array_equal(line.get_ydata(), frame[frame["arm"] == arm]["median"])
    assert axes.get_ylabel() == "Hazard (events per person-month)"


def test_a_hazard_that_starts_at_infinity_does_not_flatten_the_rest():
    frame = curves()
    frame.loc[frame["time"] == 0.0, "upper"] = 1e6
    axes = draw_hazard(frame, **TIME_AXIS).axes[0]
    assert axes.get_ylim()[1] < 100.0 * frame["median"].max()


def test_hazard_ratio_is_on_a_log_axis_with_one_and_cox_marked():
    band = {"median": [0.7, 0.9], "lower": [0.5, 0.6], "upper": [1.0, 1.4]}
    frame = pd.DataFrame({"time": [0.0, 48.0]} | band)
    figure = draw_hazard_ratio_over_time(frame, unit="months", horizon=48.0, constant=0.83)
    axes = figure.axes[0]
    assert axes.get_yscale() == "log"
    assert list(axes.lines[0].get_ydata()) == [0.7, 0.9]
    assert [line.get_ydata()[0] for line in axes.lines[1:]] == [1.0, 0.83]
    assert axes.get_ylim()[0] < 0.5
    assert axes.get_ylim()[1] > 1.4


def test_hazard_ratio_names_no_cox_when_none_is_given():
    band = {"median": [0.7], "lower": [0.5], "upper": [1.0]}
    figure = draw_hazard_ratio_over_time(
        pd.DataFrame({"time": [1.0]} | band), unit="months", horizon=48.0
    )
    assert len(figure.axes[0].lines) == 2
    assert len(figure.legends[0].get_texts()) == 1


def test_prior_predictive_band_is_of_all_draws_though_forty_are_shown():
    time = np.array([0.0, 24.0, 48.0])
    rates = np.linspace(0.005, 0.1, 101)
    frame = pd.concat(
        pd.DataFrame({"arm": "0", "draw": i, "time": time, "survival": np.exp(-rate * time)})
        for i, rate in enumerate(rates)
    )
    axes = draw_prior_predictive(frame, labels={"0": "All"}, unit="months", horizon=48.0).axes[0]
    assert len(axes.lines) == 41
    np.testing.assert_allclose(axes.lines[-1].get_ydata(), np.exp(-rates[50] * time))
    edge = axes.collections[0].get_paths()[0].vertices
    last = edge[edge[:, 0] == 48.0, 1]
    expected = np.quantile(np.exp(-rates * 48.0), [0.025, 0.975])
    np.testing.assert_allclose([last.min(), last.max()], expected)


def replicates(count):
    steps = kaplan_meier()[["arm", "time", "survival"]]
    return pd.concat(steps.assign(replicate=i) for i in range(count))


def test_predictive_check_shows_at_most_fifty_replicates_under_the_observed_curve():
    figure = draw_predictive_check(kaplan_meier(), replicates(60), **TIME_AXIS)
    observed = {"0": [1.0, 0.8, 0.5, 0.5], "1": [1.0, 0.7, 0.6]}
    for arm, axes in zip(LABELS, figure.axes, strict=True):
        steps = [line for line in axes.lines if line.get_drawstyle() == "steps-post"]
        assert len(steps) == 51
        assert list(steps[-1].get_ydata()) == observed[arm]
        assert steps[-1].get_linewidth() > steps[0].get_linewidth()


@pytest.mark.parametrize("arms", [1, 2, 3])
def test_predictive_check_has_a_panel_an_arm(arms):
    labels = {str(i): f"Arm {i}" for i in range(arms)}
    figure = draw_predictive_check(
        kaplan_meier(), replicates(2), labels=labels, unit="months", horizon=48.0
    )
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert titles == list(labels.values())
    below = [axes.get_xlabel() for axes in figure.axes]
    assert below[-1] == "Time (months)"

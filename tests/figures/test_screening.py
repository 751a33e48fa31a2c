"""Figures of screening, competing risks and subsets hold the numbers they are given."""

import numpy as np
import pandas as pd
import pytest

from posthaz.figures import draw_incidence, draw_relevance, draw_subsets
from tests.figures.cohorts import LABELS, TIME_AXIS, curves, kaplan_meier


def incidence():
    time = np.linspace(0.0, 48.0, 5)
    parts = []
    for cause, label in ((1, "cancer death"), (2, "other death")):
        for arm in LABELS:
            for source, top in (
                ("posterior", 0.3), ("Aalen-Johansen", 0.28), ("1 - Kaplan-Meier", 0.4),
            ):  # fmt: skip
                value = top * time / 48.0
                frame = pd.DataFrame({"time": time, "incidence": value})
                frame = frame.assign(lower=value * 0.8, upper=value * 1.2)
                parts.append(frame.assign(cause=cause, label=label, arm=arm, source=source))
    return pd.concat(parts, ignore_index=True)


def test_every_cause_and_arm_has_a_panel_on_the_causes_scale():
    figure = draw_incidence(incidence(), **TIME_AXIS)
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert len(titles) == 4
    assert titles[0].startswith("Cancer death, Observation")
    assert figure.axes[0].get_ylim() == figure.axes[1].get_ylim()


def test_steps_and_the_inflated_curve_are_the_input():
    axes = draw_incidence(incidence(), **TIME_AXIS).axes[0]
    steps = [line for line in axes.lines if line.get_drawstyle() == "steps-post"]
    ends = sorted(float(line.get_ydata()[-1]) for line in steps)
    assert ends == pytest.approx([0.28, 0.4])
    assert steps[0].get_linestyle() != steps[1].get_linestyle()


def test_without_a_posterior_the_steps_are_drawn_alone():
    table = incidence().query("source != 'posterior'")
    axes = draw_incidence(table, **TIME_AXIS).axes[0]
    assert len(axes.lines) == 2
    assert not axes.collections


def test_candidates_stand_by_falling_probability_with_those_kept_marked():
    table = pd.DataFrame(
        {"candidate": ["a", "b"], "p_relevant": [0.2, 0.998], "relevance": [0.1, 0.7]}
    )
    axes = draw_relevance(table, labels={"b": "Stage"}, kept={"a"}).axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["Stage", "a *"]
    assert [bar.get_width() for bar in axes.patches] == [0.998, 0.2]
    assert [text.get_text() for text in axes.texts] == [">99 %", "20 %"]


def test_every_subset_has_a_panel_and_empty_frames_are_allowed():
    nothing = curves().iloc[:0]
    panels = [("All\nP = 0.1", kaplan_meier(), curves()), ("Few", kaplan_meier(), nothing)]
    figure = draw_subsets(panels, **TIME_AXIS)
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["All\nP = 0.1", "Few"]
    assert len(figure.axes[0].collections) == 2
    assert not figure.axes[1].collections


def test_a_simulated_cohort_is_named_in_every_figure():
    table = pd.DataFrame({"candidate": ["a"], "p_relevant": [0.2], "relevance": [0.1]})
    for figure in (
        draw_incidence(incidence(), **TIME_AXIS, simulated=True),
        draw_relevance(table, labels={}, simulated=True),
        draw_subsets([("All", kaplan_meier(), curves())], **TIME_AXIS, simulated=True),
    ):
        assert figure.get_suptitle() == "SIMULATED COHORT"

"""Grades, risk differences, benefit against risk, and printed hazard ratios."""

import numpy as np
import pandas as pd
import pytest

from posthaz.adjust import GradeCounts, grade_table
from posthaz.evidence import PrintedRatio, evidence_densities, evidence_table
from posthaz.figures import (
    draw_benefit_risk,
    draw_evidence,
    draw_grades,
    draw_risk_differences,
)

COUNTS = GradeCounts("p", "Pneumonitis", ("0", "1"), np.array([[80, 15, 5], [40, 40, 20]]), True)


def test_bars_of_grades_fill_the_axis():
    figure = draw_grades(grade_table([COUNTS]), labels={"0": "Control"}, simulated=True)
    axes = figure.axes[0]
    widths = [patch.get_width() for patch in axes.patches]
    assert np.reshape(widths, (2, 3)).sum(axis=1) == pytest.approx([100.0, 100.0])
    assert [label.get_text() for label in axes.get_yticklabels()] == ["Control", "1"]
    assert figure.get_suptitle() == "SIMULATED COHORT"


def test_grades_not_known_are_no_bar():
    counts = GradeCounts("p", "P", ("0", "1"), np.array([[80, 15], [0, 0]]), unknown=(0, 9))
    assert len(draw_grades(grade_table([counts])).axes[0].patches) == 2


def test_differences_are_printed_in_points_without_minus_zero():
    rows = [("P, any grade", "On its own", -0.0001, -0.1, 0.1), ("P, grade 2", "x", np.nan, 0, 0)]
    table = pd.DataFrame(rows, columns=["label", "source", "difference", "lower", "upper"])
    axes = draw_risk_differences(table, favours=("A", "B")).axes[0]
    assert [text.get_text() for text in axes.texts] == [
        "Difference (95 %)", "0.0 (−10.0 to 10.0)"
    ]  # fmt: skip
    assert "fewer with A" in axes.get_xlabel()


def test_every_region_of_benefit_and_risk_has_its_probability():
    random = np.random.default_rng(1)
    kinds = [(g, t) for g in ("longer", "shorter") for t in ("less", "acceptable", "more")]
    table = pd.DataFrame(kinds, columns=["gain", "toxicity"]).assign(
        probability=[0.0, 0.5, 0.2, 0.1, 0.2, 1.0]
    )
    axes = draw_benefit_risk(random.normal(1, 1, 500), random.normal(0.1, 0.05, 500), table,
                             gain_label="g", extra_label="e", acceptable=0.1).axes[0]  # fmt: skip
    assert [text.get_text() for text in axes.texts] == [
        "<1 %", "50 %", "20 %", "10 %", "20 %", ">99 %"
    ]  # fmt: skip
    places = {text.get_position() for text in axes.texts}
    assert len(places) == 6


def test_a_panel_a_prior_with_and_without_a_prior_curve():
    printed = PrintedRatio(0.54, 0.31, 0.94)
    figure = draw_evidence(evidence_densities(printed), evidence_table(printed))
    lines = [len(axes.lines) for axes in figure.axes]
    assert lines[0] == lines[1] - 1 == lines[2] - 1

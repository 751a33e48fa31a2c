"""Forest of subgroups, and hazard ratios along a number."""

import numpy as np
import pandas as pd
import pytest

from posthaz.figures import draw_interaction, draw_subgroups


def subgroup_table():
    rows = []
    for column, level, cox, pooled in (
        ("all", "All patients", (0.8, 0.6, 1.1), (0.8, 0.6, 1.1)),
        ("sex", "Male", (1.1, 0.7, 1.7), (0.9, 0.6, 1.3)),
        ("sex", "Female", (0.5, 0.3, 0.8), (0.7, 0.5, 1.0)),
        ("site", "Rare", (np.nan,) * 3, (0.8, 0.2, 30.0)),
    ):
        row = {"column": column, "label": column.title(), "level_label": level}
        row |= dict(zip(("cox_hr", "cox_lower", "cox_upper"), cox, strict=True))
        row |= dict(zip(("pooled_hr", "pooled_lower", "pooled_upper"), pooled, strict=True))
        row |= {"patients_reference": 40.0, "events_reference": 30.0}
        row |= {"patients_arm": 38.0, "events_arm": 21.0}
        rows.append(row | {"pooled_p_below_1": 0.9, "p_differs": 0.08})
    return pd.DataFrame(rows)


TESTS = pd.DataFrame({"column": ["sex", "site"], "p": [0.012, np.nan]})


@pytest.fixture(scope="module")
def forest():
    return draw_subgroups(subgroup_table(), TESTS, arms=("Chemotherapy", "RT"), simulated=True)


def test_counts_ratios_and_probabilities_stand_in_the_forest(forest):
    left, _, right = ([text.get_text() for text in axes.texts] for axes in forest.axes)
    assert left.count("30 / 40") == left.count("21 / 38") == 4
    assert {"Sex", "Male", "Female", "Site", "Rare"} <= set(left)
    assert "1.10 (0.70 to 1.70)" in right
    assert "0.70 (0.50 to 1.00)" in right
    assert "not estimable" in right
    assert {"Interaction P = 0.012", "Interaction P –"} <= set(right)
    assert right.count("90 %") == 4


def test_both_kinds_of_interval_are_drawn(forest):
    axes = forest.axes[1]
    spans = [list(line.get_xdata()) for line in axes.lines]
    assert [0.7, 1.7] in spans
    assert [0.5, 1.0] in spans
    assert axes.get_xscale() == "log"
    assert axes.get_xlim()[1] <= 10.0
    assert any("favours RT" in text.get_text() for text in axes.texts)
    assert forest.get_suptitle() == "SIMULATED COHORT"


def test_ten_columns_keep_their_rows_apart():
    table = pd.concat(
        [subgroup_table().assign(column=f"c{i}") for i in range(10)], ignore_index=True
    )
    figure = draw_subgroups(table, TESTS.iloc[:0], arms=("A", "B"))
    names = [t for t in figure.axes[0].texts if t.get_text() == "Male"]
    heights = [text.get_position()[1] for text in names]
    assert np.diff(heights).min() > 2.0
    assert figure.get_figheight() > 15.0


def test_a_curve_beside_its_cut_off():
    x = np.linspace(50.0, 300.0, 5)
    curves = pd.DataFrame(
        {"panel": "66 v 55 Gy", "x": x, "median": 50 / x, "lower": 40 / x, "upper": 60 / x}
    )
    steps = pd.DataFrame(
        {
            "panel": "66 v 55 Gy",
            "start": [-np.inf, 146.0],
            "stop": [146.0, np.inf],
            "median": [0.9, np.nan],
            "lower": [0.5, np.nan],
            "upper": [1.4, np.nan],
        }
    )
    axes = draw_interaction(curves, steps, along="GTV (cm3)").axes[0]
    drawn = [(list(line.get_xdata()), list(line.get_ydata())) for line in axes.lines]
    assert ([50.0, 146.0], [0.9, 0.9]) in drawn
    assert ([98.0, 98.0], [0.5, 1.4]) in drawn
    assert not any(ends == [146.0, 300.0] for ends, _ in drawn)
    assert axes.get_xlabel() == "GTV (cm3)"

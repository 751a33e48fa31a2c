"""Love plot, overlap of scores, curves before and after."""

import numpy as np
import pandas as pd

from posthaz.figures import draw_before_after, draw_love, draw_overlap


def test_love_plot_holds_absolute_differences_in_order():
    rows = pd.DataFrame(
        {
            "sample": ["before"] * 3 + ["matched"] * 3,
            "label": ["Age", "Stage: III", "GTV"] * 2,
            "difference": [-0.6, 0.3, 0.05, 0.08, -0.02, np.nan],
        }
    )
    figure = draw_love(rows, samples={"before": "All patients", "matched": "Matched (ATT)"})
    (axes,) = figure.axes
    zero, mark, before, after = axes.lines
    assert (zero.get_xdata()[0], mark.get_xdata()[0]) == (0.0, 0.1)
    assert before.get_xdata().tolist() == [0.6, 0.3, 0.05]
    assert after.get_xdata().tolist() == [0.08, 0.02]
    assert [text.get_text() for text in axes.get_yticklabels()] == ["Age", "Stage: III", "GTV"]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == [
        "All patients", "Matched (ATT)",
    ]  # fmt: skip


def test_overlap_counts_every_patient_once():
    random = np.random.default_rng(1)
    scores = pd.DataFrame(
        {"arm": ["a"] * 70 + ["b"] * 30, "score": random.uniform(size=100),
         "used": np.arange(100) % 2 == 0}
    )  # fmt: skip
    figure = draw_overlap(scores, labels={"a": "Without", "b": "With"}, simulated=True)
    heights = [bar.get_height() for bar in figure.axes[0].patches]
    below, above = [h for h in heights if h < 0], [h for h in heights if h > 0]
    # all and used, drawn over one another
    assert (-sum(below), sum(above)) == (70 + 35, 30 + 15)
    assert figure.get_suptitle() == "SIMULATED COHORT"
    assert "Left out (pale)" in [text.get_text() for text in figure.legends[0].get_texts()]


def test_one_panel_a_sample_on_the_same_axes():
    rows = [
        {"sample": sample, "arm": arm, "time": time, "survival": level, "lower": level - 0.1,
         "upper": level + 0.1, "censored": 0}
        for sample in ("before", "matched") for arm in "ab"
        for time, level in ((0.0, 0.9), (6.0, 0.5))
    ]  # fmt: skip
    figure = draw_before_after(
        pd.DataFrame(rows), samples={"before": "All", "matched": "Matched"},
        labels={"a": "A", "b": "B"}, unit="months", horizon=12.0,
    )  # fmt: skip
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["All", "Matched"]
    assert [line.get_ydata().tolist() for line in figure.axes[1].lines] == [[0.9, 0.5]] * 2
    assert figure.axes[0].get_ylim() == figure.axes[1].get_ylim()


def test_numbers_at_risk_stand_below_each_panel_in_the_colour_of_the_arm():
    rows = [
        {"sample": sample, "arm": arm, "time": 6.0, "survival": 0.5, "lower": 0.4, "upper": 0.6,
         "censored": 0}
        for sample in ("before", "matched") for arm in "ab"
    ]  # fmt: skip
    at_risk = pd.DataFrame(
        [
            {"sample": row["sample"], "arm": row["arm"], "time": time, "at_risk": number}
            for row, number in zip(rows, (40, 30, 20.6, 10.2), strict=True)
            for time in (0.0, 6.0, 24.0)
        ]
    )
    figure = draw_before_after(
        pd.DataFrame(rows), samples={"before": "All", "matched": "Matched"},
        labels={"a": "A", "b": "B"}, unit="months", horizon=12.0, at_risk=at_risk,
    )  # fmt: skip
    before, matched = ([text.get_text() for text in axes.texts] for axes in figure.axes)
    assert before.pop() == "At risk"
    assert before == ["40", "40", "30", "30"]
    assert matched == ["21", "21", "10", "10"]
    colours = [text.get_color() for text in figure.axes[0].texts]
    assert colours[0] == colours[1] != colours[2]
    assert figure.axes[0].lines[0].get_color() == colours[0]

"""Sensitivity analyses: a named forest, or a curve where there are many."""

import numpy as np
import pandas as pd
import pytest

from posthaz.figures import draw_sensitivity

COLUMNS = ["label", "axis", "primary", "hr", "lower", "upper"]


def few():
    rows = [
        ("as stated", "Primary model", True, 0.91, 0.64, 1.27),
        ("vague", "Prior", False, 0.90, 0.63, 1.29),
        ("enthusiastic", "Prior", False, 0.81, 0.62, 1.06),
        ("accelerated", "Prior", False, np.nan, np.nan, np.nan),
        ("weibull", "Baseline", False, 0.92, 0.64, 1.29),
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def many(count=100):
    ratios = np.exp(np.random.default_rng(1).normal(-0.1, 0.1, count))
    frame = pd.DataFrame({"label": [str(k) for k in range(count)], "hr": ratios})
    axes = np.where(np.arange(count) % 2, "Prior", "Prior, baseline")
    return frame.assign(axis=axes, primary=frame.index == 7, lower=ratios / 1.4, upper=ratios * 1.4)


def test_forest_names_and_prints_every_variant_sorted_within_its_axis():
    axes = draw_sensitivity(few()).axes[0]
    sides = ("lower hazard", "higher hazard")
    texts = [one for one in axes.texts if not any(side in one.get_text() for side in sides)]
    assert len(axes.texts) == len(texts) + 2
    assert [text.get_text() for text in texts] == [
        "HR (95 % interval)",
        "0.91 (0.64 to 1.27)",
        "0.81 (0.62 to 1.06)",
        "0.90 (0.63 to 1.29)",
        "0.92 (0.64 to 1.29)",
    ]
    places = {tick.get_text(): tick.get_position()[1] for tick in axes.get_yticklabels()}
    order = ["as stated", "Prior", "enthusiastic", "vague", "Baseline", "weibull"]
    assert sorted(places, key=places.get) == order
    printed = [text.get_position()[1] for text in texts[1:]]
    assert printed == [places[name] for name in ("as stated", "enthusiastic", "vague", "weibull")]


def test_the_primary_interval_runs_through_all_rows():
    axes = draw_sensitivity(few()).axes[0]
    (band,) = axes.patches
    assert band.get_x() == pytest.approx(0.64)
    assert band.get_x() + band.get_width() == pytest.approx(1.27)
    across = [line for line in axes.lines if list(line.get_ydata()) == [0, 1]]
    assert [line.get_xdata()[0] for line in across] == [1.0, 0.91]
    names = {tick.get_text(): tick.get_fontweight() for tick in axes.get_yticklabels()}
    assert (names["as stated"], names["vague"]) == ("bold", "normal")


def test_many_variants_are_a_sorted_curve_with_the_primary_marked():
    table = many()
    figure = draw_sensitivity(table, favours=("PCI", "observation"), simulated=True)
    axes = figure.axes[0]
    assert "SIMULATED" in figure.get_suptitle()
    ordered = table.sort_values("hr").reset_index(drop=True)
    drawn = {line.get_label(): line for line in axes.lines if line.get_linestyle() == "None"}
    points = sorted(
        (x, y) for line in drawn.values() for x, y in zip(*line.get_data(), strict=True)
    )
    np.testing.assert_allclose([y for _, y in points], ordered["hr"])
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert sorted(names[:2]) == ["Prior", "Prior, baseline"]
    assert names[2] == "As stated"
    assert axes.get_yscale() == "log"
    assert [text.get_text() for text in axes.texts] == ["favours PCI", "favours observation"]

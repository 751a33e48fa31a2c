"""Hazard ratios, prior beside posterior, differences."""

import numpy as np
import pandas as pd
import pytest

from posthaz.figures import draw_difference, draw_hazard_ratios, draw_prior_posterior
from posthaz.figures.prior_posterior import density, shown_range
from posthaz.figures.style import POSTERIOR, REFERENCE


def forest_table():
    rows = [
        ("arm", "PCI v observation", "Bayes: weibull", 0.91, 0.63, 1.30),
        ("arm", "PCI v observation", "Cox", 0.90, 0.62, 1.29),
        ("who", "WHO 1 v WHO 0", "Bayes: weibull", 1.40, 1.00, 2.00),
        ("who", "WHO 1 v WHO 0", "Cox", np.nan, np.nan, np.nan),
        ("rare", "Rare v rest", "Cox", 3.0, 0.10, 90.0),
    ]
    return pd.DataFrame(rows, columns=["term", "label", "source", "hr", "lower", "upper"])


def test_forest_prints_and_draws_every_ratio_that_is_there():
    axes = draw_hazard_ratios(forest_table()).axes[0]
    printed = [text.get_text() for text in axes.texts[2:]]
    assert printed == [
        "HR (95 % interval)",
        "0.91 (0.63 to 1.30)",
        "0.90 (0.62 to 1.29)",
        "1.40 (1.00 to 2.00)",
        "3.00 (0.10 to 90.00)",
    ]
    spans = [list(line.get_xdata()) for line in axes.lines]
    assert [0.63, 1.30] in spans
    assert [0.62, 1.29] in spans
    assert axes.get_xscale() == "log"


def test_forest_sets_sources_beside_each_other_within_a_term():
    axes = draw_hazard_ratios(forest_table()).axes[0]
    heights = [text.get_position()[1] for text in axes.texts[3:]]
    assert heights[1] - heights[0] == 1.0
    assert heights[2] - heights[1] > 1.0
    names = [text.get_text() for text in axes.figure.legends[0].get_texts()]
    assert names == ["Bayes: weibull", "Cox"]


def test_forest_ends_far_intervals_in_an_arrow():
    axes = draw_hazard_ratios(forest_table()).axes[0]
    arrows = [line for line in axes.lines if line.get_marker() in ("<", ">")]
    assert [line.get_marker() for line in arrows] == [">"]
    assert axes.get_xlim()[1] < 60.0


def test_forest_names_the_sides():
    axes = draw_hazard_ratios(forest_table(), favours=("PCI", "observation")).axes[0]
    sides = [text for text in axes.texts if "favours" in text.get_text()]
    assert [text.get_text() for text in sides] == ["← favours PCI", "favours observation →"]
    assert [text.get_horizontalalignment() for text in sides] == ["right", "left"]
    assert all(text.xy[0] == 1.0 for text in sides)


def test_factors_and_covariates_are_not_favoured():
    groups = draw_hazard_ratios(forest_table(), favours=("T1", "T2"), treatment=False).axes[0]
    shown = {text.get_text() for text in groups.texts}
    assert {"← lower hazard with T1", "lower hazard with T2 →"} <= shown
    shown = {text.get_text() for text in draw_hazard_ratios(forest_table()).axes[0].texts}
    assert {"← lower hazard", "higher hazard →"} <= shown


def test_cox_and_posterior_keep_their_colours_in_any_order():
    table = forest_table()
    for frame in (table, table.iloc[::-1], table[table["source"] == "Cox"]):
        axes = draw_hazard_ratios(frame).axes[0]
        legend = axes.figure.legends[0]
        for handle, text in zip(legend.legend_handles, legend.get_texts(), strict=True):
            ours = text.get_text().startswith("Bayes")
            assert (handle.get_color() == POSTERIOR.colour) is ours
            if text.get_text() == "Cox":
                assert handle.get_color() == REFERENCE.colour


def test_prior_and_posterior_share_an_axis_that_holds_the_posterior():
    draw = np.random.default_rng(3).normal
    prior, posterior = np.exp(draw(0.0, 5.0, 4000)), np.exp(draw(-0.1, 0.2, 4000))
    draws = {"arm": (prior, posterior), "shape": (draw(1, 0.5, 4000), draw(1.1, 0.1, 4000))}
    figure = draw_prior_posterior(draws, ratios=["arm"])
    ratio, shape = figure.axes
    assert ratio.get_xscale() == "log"
    assert shape.get_xscale() == "linear"
    assert ratio.get_xlim()[0] <= np.quantile(posterior, 0.001)
    assert ratio.get_xlim()[1] >= np.quantile(posterior, 0.999)
    assert ratio.get_xlim()[1] < np.quantile(prior, 0.99)


def test_median_and_interval_at_the_foot_are_the_posteriors():
    posterior = np.linspace(0.5, 1.5, 1001)
    figure = draw_prior_posterior({"a": (np.linspace(0.0, 3.0, 1001), posterior)}, interval=0.9)
    axes = figure.axes[0]
    point = next(line for line in axes.lines if line.get_marker() == "o")
    bar = next(line for line in axes.lines if line.get_linewidth() == 3.5)
    assert point.get_xdata()[0] == pytest.approx(1.0)
    np.testing.assert_allclose(bar.get_xdata(), [0.55, 1.45])


def test_density_of_a_part_integrates_to_its_share():
    draws = np.random.default_rng(3).standard_cauchy(20_000)
    grid, height = density(draws, -1.0, 1.0)
    assert np.trapezoid(height, grid) == pytest.approx(0.5, abs=0.02)


def test_density_of_a_constant_is_empty():
    grid, height = density(np.full(100, 2.0), 0.0, 3.0)
    assert len(grid) == len(height) == 0


def test_shown_range_keeps_a_narrow_prior_whole():
    prior, posterior = np.linspace(-1, 1, 1001), np.linspace(-0.4, 0.4, 1001)
    lower, upper = shown_range(prior, posterior)
    assert lower == pytest.approx(-0.99)
    assert upper == pytest.approx(0.99)


@pytest.mark.parametrize(
    ("above", "expected"),
    [(True, ["> 0) = 0.75", "> 2) = 0.25"]), (False, ["< 0) = 0.25", "< 2) = 0.75"])],
)
def test_difference_tells_the_probability_of_each_threshold(above, expected):
    samples = np.linspace(-1.0, 3.0, 4000)
    figure = draw_difference(samples, label="Gain (months)", thresholds=(0.0, 2.0), above=above)
    lines = figure.axes[0].get_title(loc="left").split("\n")
    assert lines == [f"P(difference {text}" for text in expected]
    assert figure.axes[0].get_xlabel().startswith("Gain (months)")


def test_difference_is_shaded_on_the_asked_side_only():
    samples = np.random.default_rng(3).normal(0.5, 1.0, 4000)
    axes = draw_difference(samples, label="Gain (months)").axes[0]
    shaded = np.vstack([path.vertices for path in axes.collections[0].get_paths()])
    assert shaded[:, 0].min() >= 0.0
    assert shaded[:, 0].max() == pytest.approx(axes.lines[0].get_xdata().max())


def test_a_certain_difference_is_not_called_one():
    figure = draw_difference(np.linspace(1.0, 2.0, 500), label="Gain (months)")
    assert figure.axes[0].get_title(loc="left") == "P(difference > 0) > 0.999"

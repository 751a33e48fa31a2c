"""Ranks, Pareto k, comparison, energy."""

import numpy as np
import pandas as pd

from posthaz.figures import draw_comparison, draw_energy, draw_pareto_k, draw_ranks
from posthaz.figures.ranks import rank_counts


def test_rank_counts_hold_every_draw_once():
    draws = np.random.default_rng(5).normal(size=(4, 500))
    counts = rank_counts(draws)
    assert counts.shape == (4, 20)
    np.testing.assert_array_equal(counts.sum(axis=1), 500)
    np.testing.assert_array_equal(counts.sum(axis=0), 100)


def test_a_chain_that_sits_apart_fills_the_top_ranks():
    draws = np.random.default_rng(5).normal(size=(4, 500))
    draws[3] += 10.0
    counts = rank_counts(draws)
    assert counts[3, :15].sum() == 0
    axes = draw_ranks({"arm": draws}).axes[0]
    np.testing.assert_array_equal(axes.lines[3].get_ydata()[:-1], counts[3])
    assert axes.get_ylim()[1] > counts.max()


def test_chains_differ_in_line_style():
    axes = draw_ranks({"arm": np.random.default_rng(5).normal(size=(4, 200))}).axes[0]
    assert len({str(line._unscaled_dash_pattern) for line in axes.lines}) == 4


def test_pareto_k_above_the_limit_is_marked_and_named():
    table = pd.DataFrame(
        {
            "subject": [1, 2, 3, 1, 2, 3],
            "pareto_k": [0.1, 0.75, np.inf, 0.1, 0.2, 0.3],
            "model": ["weibull"] * 3 + ["gompertz"] * 3,
        }
    )
    first, second = draw_pareto_k(table, labels={"weibull": "Weibull"}).axes
    assert first.get_title(loc="left") == "Weibull: 2 above 0.7"
    assert list(first.lines[1].get_xdata()) == [2, 3]
    assert {text.get_text() for text in first.texts} == {"2", "3"}
    assert second.get_title(loc="left") == "gompertz: 0 above 0.7"
    assert list(second.lines[0].get_ydata()) == [0.1, 0.2, 0.3]


def test_comparison_starts_from_the_best_whatever_the_order_or_sign():
    table = pd.DataFrame(
        {
            "model": ["exponential", "weibull"],
            "elpd": [-566.0, -560.0],
            "dse": [3.1, np.nan],
            "weight": [0.1, 0.9],
        }
    )
    axes = draw_comparison(table).axes[0]
    points = [line.get_xdata()[0] for line in axes.lines if line.get_linestyle() == "None"]
    bars = [list(line.get_xdata()) for line in axes.lines if len(set(line.get_ydata())) == 1]
    assert points == [0.0, -6.0]
    assert [-9.1, -2.9] in [[round(x, 9) for x in bar] for bar in bars]
    assert [text.get_text() for text in axes.texts[1:]] == ["best, 0.90", "−6.0 (3.1), 0.10"]


def test_energy_is_centred():
    energy = np.random.default_rng(5).normal(500.0, 3.0, size=(4, 500))
    axes = draw_energy(energy).axes[0]
    vertices = axes.collections[0].get_paths()[0].vertices
    peak = vertices[vertices[:, 1].argmax(), 0]
    assert abs(peak) < 2.0
    assert axes.lines[0].get_xdata().max() > 8.0

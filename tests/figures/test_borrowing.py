"""What the figure of borrowing holds."""

import numpy as np
import pandas as pd

from posthaz.figures import draw_borrowing

DISCOUNTS = pd.DataFrame(
    {
        "discount": [1.0, 0.0, 0.1],
        "history_events": [2000.0, 0.0, 200.0],
        "hr": [0.76, 0.53, 0.70],
        "lower": [0.70, 0.31, 0.56],
        "upper": [0.83, 0.87, 0.89],
    }
)


def test_the_curve_runs_from_none_to_full():
    axes = draw_borrowing(DISCOUNTS, history=(0.77, 0.71, 0.84), simulated=True).axes[0]
    curve = next(line for line in axes.lines if len(np.asarray(line.get_xdata())) == 3)
    np.testing.assert_array_equal(curve.get_xdata(), [0.0, 0.1, 1.0])
    np.testing.assert_array_equal(curve.get_ydata(), [0.53, 0.70, 0.76])
    assert axes.get_xlim() == (0.0, 1.0)


def test_ticks_say_what_a_share_is_worth():
    figure = draw_borrowing(DISCOUNTS)
    figure.draw_without_rendering()
    texts = [label.get_text() for label in figure.axes[0].get_xticklabels()]
    assert texts == ["0 %\n0", "1 %\n20", "3 %\n60", "10 %\n200", "30 %\n600", "100 %\n2,000"]


def test_only_no_borrowing_can_be_drawn():
    alone = DISCOUNTS[DISCOUNTS["discount"] <= 0.1]
    assert draw_borrowing(alone).axes[0].get_xlim() == (0.0, 0.1)

"""Names are shown as they are, whatever mathematics they seem to hold."""

from itertools import pairwise
from pathlib import Path

import pandas as pd

from posthaz.figures import draw_comparison, style, write_figure

NAME = "$x_{$ and $5^"


def test_a_label_with_dollars_is_drawn_as_it_is(tmp_path):
    table = pd.DataFrame(
        {"model": ["a", "b"], "elpd": [-5.0, -6.0], "dse": [0.0, 1.0], "weight": [0.8, 0.2]}
    )
    figure = draw_comparison(table, labels={"a": NAME}, title=NAME)
    png, svg = write_figure(figure, tmp_path, "comparison")
    assert png.stat().st_size > 0 and svg.stat().st_size > 0
    assert figure.axes[0].get_yticklabels()[0].get_text() == NAME


def test_long_names_of_models_are_not_printed_over_each_other():
    name = "Piecewise exponential, six intervals, with age, sex and performance status (log {})"
    table = pd.DataFrame(
        {"model": list("abcd"), "elpd": [-5.0, -6.0, -7.0, -8.0], "dse": 1.0, "weight": 0.25}
    )
    figure = draw_comparison(table, labels={one: name.format(one) for one in "abcd"})
    figure.draw_without_rendering()
    boxes = [one.get_window_extent() for one in figure.axes[0].get_yticklabels()]
    boxes.sort(key=lambda box: box.y0)
    assert all(low.y1 <= high.y0 for low, high in pairwise(boxes))


def test_no_figure_breaks_a_word():
    """Labels are wrapped in one place, which keeps words whole."""
    folder = Path(style.__file__).parent
    wrapping = [path.name for path in folder.glob("*.py") if "textwrap" in path.read_text()]
    assert wrapping == ["style.py"]
    label = "Chemoradiotherapy-immunotherapy: pneumonitis"
    for text in (style.filled(label, 10), style.wrapped(label, 10)):
        assert text.split() == label.split()

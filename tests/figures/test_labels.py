"""Names are shown as they are, whatever mathematics they seem to hold."""

import pandas as pd

from posthaz.figures import draw_comparison, write_figure

NAME = "$x_{$ and $5^"


def test_a_label_with_dollars_is_drawn_as_it_is(tmp_path):
    table = pd.DataFrame(
        {"model": ["a", "b"], "elpd": [-5.0, -6.0], "dse": [0.0, 1.0], "weight": [0.8, 0.2]}
    )
    figure = draw_comparison(table, labels={"a": NAME}, title=NAME)
    png, svg = write_figure(figure, tmp_path, "comparison")
    assert png.stat().st_size > 0 and svg.stat().st_size > 0
    assert figure.axes[0].get_yticklabels()[0].get_text() == NAME

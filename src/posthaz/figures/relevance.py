"""Which candidates matter: probabilities, and how few of them predict as all do."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from posthaz.figures.style import (
    MUTED,
    REFERENCE,
    SERIES,
    dress,
    filled,
    label_of,
    legend_above,
    new_figure,
    pt,
    styled,
)

_ROW = 0.42


@styled
def draw_relevance(
    table: pd.DataFrame,
    *,
    labels: Mapping[str, str],
    kept: frozenset[str] | set[str] = frozenset(),
    title: str = "",
    simulated: bool = False,
) -> Figure:
    """Probability that each candidate matters, and the share of the prediction it alone carries.

    Parameters
    ----------
    table : DataFrame
        Columns ``candidate``, ``p_relevant``, ``relevance``; drawn by falling probability.
    labels : mapping of str to str
        Name to show for each candidate.
    kept : set of str, optional
        Candidates that the screening rule kept, marked with a star.
    title : str, optional
        Title at the top.
    simulated : bool, optional
        Whether the cohort is simulated, which the figure then says.

    Returns
    -------
    Figure
        One axes; probabilities are bars, shares are points.

    Examples
    --------
    >>> import pandas as pd
    >>> row = {"candidate": "age", "p_relevant": 0.7, "relevance": 0.4}
    >>> figure = draw_relevance(pd.DataFrame([row]), labels={"age": "Age"}, kept={"age"})
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['Age *']
    """
    table = table.sort_values("p_relevant", ascending=False, kind="stable").reset_index(drop=True)
    heights = np.arange(len(table), dtype=float)
    figure = new_figure(1.0 + _ROW * max(len(table), 1), title, simulated)
    axes = figure.subplots()
    bars = axes.barh(heights, table["p_relevant"], height=0.5, color=REFERENCE.colour, alpha=0.75)
    (points,) = axes.plot(
        table["relevance"], heights, ls="none", marker="D", ms=7, color=SERIES[0].colour,
        mec="white", mew=0.8,
    )  # fmt: skip
    for height, probability in zip(heights, table["p_relevant"], strict=True):
        axes.text(1.02, height, _percent(probability), va="center", size=pt(9))
    names = [
        filled(label_of(labels, name), 30) + (" *" if name in kept else "")
        for name in table["candidate"]
    ]
    axes.set_yticks(heights, names)
    axes.set_ylim(len(table) - 0.5, -0.6)
    axes.set_xlim(0.0, 1.0)
    axes.axvline(0.5, color=MUTED, lw=0.8, ls=":", zorder=0.5)
    axes.set_xlabel("Probability, or share" + (" (*: kept by the rule)" if kept else ""))
    dress(axes, grid="x")
    axes.tick_params(axis="y", length=0)
    legend_above(
        figure,
        [bars, points],
        ["Probability that it matters", "Share of the prediction that only it carries"],
        columns=1,
    )
    return figure


def _percent(probability: float) -> str:
    if probability > 0.995:
        return ">99 %"
    return "<1 %" if probability < 0.005 else f"{100 * probability:.0f} %"

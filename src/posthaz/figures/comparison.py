"""Comparison of models by expected log predictive density."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure

from posthaz.figures.style import (
    MUTED,
    REFERENCE,
    SERIES,
    dress,
    label_of,
    new_figure,
    pt,
    styled,
    wrapped,
)


@styled
def draw_comparison(
    comparison: pd.DataFrame,
    *,
    labels: Mapping[str, str] | None = None,
    title: str = "",
    simulated: bool = False,
) -> Figure:
    """Difference in expected log predictive density to the best model, with standard errors.

    Parameters
    ----------
    comparison : DataFrame
        Columns ``model``, ``elpd``, ``dse`` (standard error of the difference to the best
        model), ``weight`` (stacking weight); one row a model.
    labels : mapping of str to str, optional
        Name to show for each model.
    title : str, optional
        Title at the top.
    simulated : bool, optional
        Whether the cohort is simulated, which the figure then says.

    Returns
    -------
    Figure
        One axes; the best model on top, the numbers printed at the right.

    Examples
    --------
    >>> import pandas as pd
    >>> table = {"model": ["weibull", "pwe"], "elpd": [-560.0, -558.0]}
    >>> table |= {"dse": [1.5, 0.0], "weight": [0.2, 0.8]}
    >>> figure = draw_comparison(pd.DataFrame(table))
    >>> [tick.get_text() for tick in figure.axes[0].get_yticklabels()]
    ['pwe', 'weibull']
    """
    table = comparison.sort_values("elpd", ascending=False, kind="stable").reset_index(drop=True)
    difference = table["elpd"] - table["elpd"].max()
    names = [wrapped(label_of(labels or {}, model), 22) for model in table["model"]]
    lines = max((name.count("\n") + 1 for name in names), default=1)
    figure = new_figure(1.2 + max(0.42, 0.1 + 0.17 * lines) * len(table), title, simulated)
    axes = figure.subplots()
    axes.axvline(0.0, color=MUTED, lw=1.0, zorder=0.8)
    for i, (value, error) in enumerate(zip(difference, table["dse"].fillna(0.0), strict=True)):
        style = SERIES[0] if i == 0 else REFERENCE
        axes.plot([value - error, value + error], [i, i], color=style.colour, lw=2.0)
        axes.plot([value], [i], ls="none", marker=style.marker, ms=8, color=style.colour)
    beside = axes.get_yaxis_transform()
    axes.text(1.03, -0.75, "Difference (SE), weight", transform=beside, size=pt(9), weight="bold")
    for i, row in enumerate(table.to_dict("records")):
        numbers = "best" if i == 0 else f"{difference[i]:.1f} ({row['dse']:.1f})"
        weight = "<0.01" if row["weight"] < 0.005 else f"{row['weight']:.2f}"
        text = f"{numbers}, {weight}".replace("-", "−")
        axes.text(1.03, i, text, transform=beside, size=pt(9), va="center")
    axes.set_yticks(range(len(table)), names)
    axes.set_ylim(len(table) - 0.4, -0.6)
    axes.set_xlabel("ELPD difference to the best model (bar: ± 1 SE)")
    dress(axes, grid="x")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    return figure

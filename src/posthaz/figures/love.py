"""Love plot: how far apart the arms are in each covariate, before and after adjustment."""

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
    legend_above,
    new_figure,
    styled,
)

_ROW = 0.3


@styled
def draw_love(
    balance: pd.DataFrame,
    *,
    samples: Mapping[str, str],
    mark: float = 0.1,
    title: str = "",
    simulated: bool = False,
) -> Figure:
    """Absolute standardised differences of every covariate, one marker a sample.

    Parameters
    ----------
    balance : DataFrame
        Columns ``sample``, ``label`` (covariate and level as shown) and ``difference``
        (standardised); covariates are drawn in order of appearance. Differences that don't exist
        are left out.
    samples : mapping of str to str
        Name to show for each sample, the one before adjustment first.
    mark : float, optional
        Difference that counts as imbalance; a dashed line.
    title : str, optional
        Title at the top.
    simulated : bool, optional
        Whether the cohort is simulated, which the figure then says.

    Returns
    -------
    Figure
        One axes; a line of markers a sample.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = {"sample": ["before", "matched"], "label": ["Age", "Age"],
    ...         "difference": [-0.4, 0.05]}
    >>> figure = draw_love(
    ...     pd.DataFrame(rows), samples={"before": "All patients", "matched": "Matched"}
    ... )
    >>> [line.get_xdata().tolist() for line in figure.axes[0].lines[2:]]
    [[0.4], [0.05]]
    """
    labels = list(dict.fromkeys(balance["label"]))
    height = {label: place for place, label in enumerate(labels)}
    figure = new_figure(0.9 + _ROW * len(labels), title, simulated)
    axes = figure.subplots()
    axes.axvline(0.0, color=MUTED, lw=1.0, zorder=0.8)
    axes.axvline(mark, color=MUTED, lw=1.0, ls=(0, (4, 3)), zorder=0.8)
    handles = []
    for place, name in enumerate(samples):
        style = REFERENCE if place == 0 else SERIES[(place - 1) % len(SERIES)]
        rows = balance[(balance["sample"] == name) & np.isfinite(balance["difference"])]
        (points,) = axes.plot(
            rows["difference"].abs().to_numpy(dtype=float),
            [height[label] for label in rows["label"]],
            ls="none", marker=style.marker, ms=6.5, color=style.colour, mec="white", mew=0.7,
            mfc="white" if place == 0 else style.colour, zorder=2.0 + 0.1 * place,
        )  # fmt: skip
        if place == 0:
            points.set_markeredgecolor(style.colour)
            points.set_markeredgewidth(1.6)
        handles.append(points)
    axes.set_yticks(range(len(labels)), [filled(str(label), 30) for label in labels])
    axes.set_ylim(len(labels) - 0.4, -0.6)
    largest = float(balance["difference"].abs().max()) if len(balance) else mark
    axes.set_xlim(-0.02 * max(largest, 2 * mark), max(largest, 2 * mark) * 1.05)
    axes.set_xlabel("Absolute standardised difference")
    dress(axes, grid="both")
    axes.tick_params(axis="y", length=0)
    legend_above(figure, handles, list(samples.values()), columns=2)
    return figure

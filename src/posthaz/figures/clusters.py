"""Caterpillar of clusters: shrunken estimates in order of size."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from posthaz.figures.axis import label_ratio
from posthaz.figures.hazard_ratios import ratio_range
from posthaz.figures.style import (
    MUTED,
    POSTERIOR,
    REFERENCE,
    dress,
    filled,
    legend_above,
    new_figure,
    styled,
)

_ROW = 0.2
_MOST_LABELLED = 45
_TALLEST = 9.0


@styled
def draw_clusters(
    table: pd.DataFrame,
    *,
    ratio: str = "Hazard ratio to the typical cluster",
    typical: float = 1.0,
    beside: str = "Cox with a frailty",
    interval: float = 0.95,
    title: str = "",
    simulated: bool = False,
) -> Figure:
    """Every cluster's ratio with its interval, from the lowest to the highest.

    Parameters
    ----------
    table : DataFrame
        Columns ``cluster``, ``ratio``, ``lower``, ``upper``, and ``cox`` where another estimate
        stands beside. More than 45 clusters have no names.
    ratio : str, optional
        What the ratios are.
    typical : float, optional
        Ratio of the typical cluster, drawn as a line down.
    beside : str, optional
        What ``cox`` is.
    interval : float, optional
        Probability of the intervals, named in the legend.
    title : str, optional
        Title at the top.
    simulated : bool, optional
        Whether the cohort is simulated, which the figure then says.

    Returns
    -------
    Figure
        One axes.

    Examples
    --------
    >>> import pandas as pd
    >>> numbers = {"ratio": [1.2, 0.8], "lower": [0.9, 0.5], "upper": [1.6, 1.1]}
    >>> figure = draw_clusters(pd.DataFrame({"cluster": ["a", "b"]} | numbers))
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['b', 'a']
    """
    rows = table.sort_values("ratio", kind="stable").reset_index(drop=True)
    figure = new_figure(min(1.4 + _ROW * len(rows), _TALLEST), title, simulated)
    axes = figure.subplots()
    height = np.arange(len(rows))
    middle = rows["ratio"].to_numpy(dtype=float)
    least, most = ratio_range(rows.assign(hr=rows["ratio"]))
    label_ratio(axes, "x", least, most)
    bars = np.abs(rows[["lower", "upper"]].to_numpy(dtype=float) - middle[:, None]).T
    size = 5.0 if len(rows) <= _MOST_LABELLED else 2.5
    axes.errorbar(
        middle, height, xerr=bars, color=POSTERIOR.colour, marker=POSTERIOR.marker, ms=size,
        ls="none", lw=1.3,
    )  # fmt: skip
    handles = [Line2D([], [], color=POSTERIOR.colour, marker=POSTERIOR.marker, ms=5, lw=1.3)]
    names = [f"Posterior median, {interval * 100:g} % interval"]
    if "cox" in rows and np.isfinite(rows["cox"].astype(float)).any():
        style: dict[str, Any] = {"ls": "none", "mfc": "none"}
        style |= {"color": REFERENCE.colour, "marker": REFERENCE.marker}
        axes.plot(rows["cox"].astype(float), height, ms=size, **style)
        handles.append(Line2D([], [], ms=5, **style))
        names.append(beside)
    axes.axvline(1.0, color=MUTED, lw=1.0, zorder=0.8)
    if typical != 1.0:
        axes.axvline(typical, color=POSTERIOR.colour, lw=1.0, ls=(0, (4, 2)), zorder=0.8)
        handles.append(Line2D([], [], color=POSTERIOR.colour, lw=1.0, ls=(0, (4, 2))))
        names.append(f"Typical cluster: {typical:.2f}")
    if len(rows) <= _MOST_LABELLED:
        axes.set_yticks(height, [filled(str(name), 24) for name in rows["cluster"]])
    else:
        axes.set_yticks([])
        axes.set_ylabel(f"{len(rows)} clusters, in order")
    axes.set_ylim(-1.0, len(rows))
    axes.set_xlabel(f"{ratio} (log scale)")
    dress(axes, grid="x")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    legend_above(figure, handles, names, columns=1 if len(names) > 2 else 2)
    return figure

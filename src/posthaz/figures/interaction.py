"""A hazard ratio along a number: the smooth answer beside that of a cut-off."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from posthaz.figures.axis import label_ratio
from posthaz.figures.layers import draw_band, label_outer, new_panels
from posthaz.figures.style import MUTED, REFERENCE, SERIES, dress, legend_above, styled, wrapped

WIDEST = 20.0


@styled
def draw_interaction(
    curves: pd.DataFrame,
    steps: pd.DataFrame,
    *,
    along: str,
    ratio: str = "Hazard ratio",
    interval: float = 0.95,
    title: str = "",
    simulated: bool = False,
) -> Figure:
    """Hazard ratio along a number, one panel each, with the steps of a cut-off.

    Parameters
    ----------
    curves : DataFrame
        Columns ``panel, x, median, lower, upper``.
    steps : DataFrame
        Columns ``panel, start, stop, median, lower, upper``; no rows for none. A ratio that is
        missing is left out.
    along : str
        Name of the number, with its unit.
    ratio : str, optional
        What the ratio compares.
    interval : float, optional
        Probability of the bands, named in the legend.
    title : str, optional
        Title at the top.
    simulated : bool, optional
        Whether the cohort is simulated, which the figure then says.

    Returns
    -------
    Figure

    Examples
    --------
    >>> import pandas as pd
    >>> band = {"median": [0.8, 0.9], "lower": [0.6, 0.6], "upper": [1.1, 1.4]}
    >>> curves = pd.DataFrame({"panel": "66 v 60 Gy", "x": [50.0, 300.0]} | band)
    >>> figure = draw_interaction(curves, pd.DataFrame(columns=["panel"]), along="GTV (cm3)")
    >>> figure.axes[0].get_title(loc="left")
    '66 v 60 Gy'
    """
    panels = list(dict.fromkeys(curves["panel"]))
    figure, all_axes = new_panels(len(panels), 3.0, title, simulated, share=True)
    limits = _limits(curves, steps)
    for axes, panel in zip(all_axes, panels, strict=True):
        own = curves[curves["panel"] == panel].rename(columns={"x": "time"})
        draw_band(axes, own, SERIES[0])
        left, right = float(own["time"].min()), float(own["time"].max())
        _draw_cut_off(axes, steps[steps["panel"] == panel], left, right)
        axes.axhline(1.0, color=MUTED, lw=1.0, zorder=0.8)
        label_ratio(axes, "y", *limits)
        axes.set_xlim(left, right)
        axes.set_title(wrapped(panel, 60 if len(panels) == 1 else 26), loc="left")
        axes.set_xlabel(along)
        axes.set_ylabel(ratio)
        dress(axes)
    label_outer(all_axes)
    handles = [
        Line2D([], [], color=SERIES[0].colour),
        REFERENCE.key(),
    ]
    names = [f"Continuous, {interval * 100:g} % band", "At the cut-off, with its interval"]
    legend_above(figure, handles, names, columns=2)
    return figure


def _draw_cut_off(axes: Axes, steps: pd.DataFrame, left: float, right: float) -> None:
    for row in steps.to_dict("records"):
        ends = np.clip([row["start"], row["stop"]], left, right)
        if not np.isfinite(row["median"]):
            continue
        axes.plot(ends, [row["median"]] * 2, color=REFERENCE.colour, ls=REFERENCE.dash, lw=1.8)
        middle = float(ends.mean())
        if row["lower"] < row["upper"]:
            axes.plot([middle] * 2, [row["lower"], row["upper"]], color=REFERENCE.colour, lw=1.2)
        if left < row["start"] < right:
            axes.axvline(row["start"], color=REFERENCE.colour, lw=0.8, ls=":", zorder=0.8)


def _limits(curves: pd.DataFrame, steps: pd.DataFrame) -> tuple[float, float]:
    bounds = [curves[["lower", "upper"]].to_numpy(float).ravel()]
    if len(steps):
        bounds.append(steps[["lower", "upper"]].to_numpy(float).ravel())
    values = np.concatenate(bounds)
    values = values[np.isfinite(values) & (values > 0)]
    lower, upper = min(values.min(initial=0.8), 0.8), max(values.max(initial=1.25), 1.25)
    return max(lower / 1.08, 1 / WIDEST), min(upper * 1.08, WIDEST)

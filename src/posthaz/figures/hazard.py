"""Hazard over time by arm."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from posthaz.figures.axis import label_time
from posthaz.figures.layers import arm_rows, draw_band
from posthaz.figures.style import MUTED, arm_styles, dress, legend_above, new_figure, styled


@styled
def draw_hazard(
    curves: pd.DataFrame,
    *,
    labels: Mapping[str, str],
    unit: str,
    horizon: float,
    interval: float = 0.95,
    title: str = "",
    simulated: bool = False,
    start: float = 0.0,
) -> Figure:
    """Posterior hazard of each arm over time, with credible bands.

    Parameters
    ----------
    curves : DataFrame
        Columns ``arm``, ``time``, ``median``, ``lower``, ``upper`` of the hazard, in events
        per subject and unit of time.
    labels : mapping of str to str
        Name to show for each arm, the reference arm first.
    unit : str
        Unit of time.
    horizon : float
        End of the time axis, in `unit`.
    interval : float, optional
        Probability of the credible bands, named in the legend.
    title : str, optional
        Title at the top.
    simulated : bool, optional
        Whether the cohort is simulated, which the figure then says.
    start : float, optional
        Start of the time axis.

    Returns
    -------
    Figure

    Examples
    --------
    >>> import pandas as pd
    >>> band = {"median": [0.1, 0.2], "lower": [0.05, 0.1], "upper": [0.2, 0.3]}
    >>> curves = pd.DataFrame({"arm": "a", "time": [0.0, 12.0]} | band)
    >>> figure = draw_hazard(curves, labels={"a": "PCI"}, unit="months", horizon=12.0)
    >>> figure.axes[0].get_ylabel()
    'Hazard (events per person-month)'
    """
    styles = arm_styles(list(labels))
    figure = new_figure(3.6, title, simulated)
    axes = figure.subplots()
    for arm, style in styles.items():
        draw_band(axes, arm_rows(curves, arm), style)
    label_time(axes, horizon, unit, start=start)
    within = curves["time"].to_numpy(dtype=float) <= horizon
    height = curves.loc[within, ["median", "upper"]].to_numpy(dtype=float)
    median, upper = height[np.isfinite(height).all(axis=1)].T
    # A hazard that runs to infinity at time 0 would flatten everything else.
    top = max(np.quantile(median, 0.95) * 1.5, np.quantile(upper, 0.85) * 1.2)
    axes.set_ylim(0.0, min(top, upper.max() * 1.05))
    axes.set_ylabel(f"Hazard (events per person-{unit.removesuffix('s')})")
    dress(axes)
    handles: list[object] = [Line2D([], [], color=s.colour, ls=s.dash) for s in styles.values()]
    handles.append(Patch(color=MUTED, alpha=0.3))
    names = [*labels.values(), f"Posterior median, {interval * 100:g} % band"]
    legend_above(figure, handles, names, columns=2)
    return figure

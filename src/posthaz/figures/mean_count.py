"""Recurrent events: expected number of events over the mean cumulative count."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from posthaz.figures.axis import label_time
from posthaz.figures.layers import arm_rows, draw_band
from posthaz.figures.style import (
    INK,
    MUTED,
    arm_styles,
    dress,
    label_of,
    legend_above,
    new_figure,
    styled,
)


@styled
def draw_mean_count(
    counts: pd.DataFrame,
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
    """Expected number of events by the model, with the mean cumulative count as steps.

    Parameters
    ----------
    counts : DataFrame
        Columns ``arm, time, mean_count, lower, upper`` of the count without a model.
    curves : DataFrame
        Columns ``arm, time, median, lower, upper`` of the expected number of events.
    labels : mapping of str to str
        Name to show for each arm, the reference arm first.
    unit : str
        Unit of time.
    horizon : float
        End of the time axis, in `unit`.
    interval : float, optional
        Probability of the bands, named in the legend.
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
    >>> steps = pd.DataFrame({"arm": "a", "time": [0, 4], "mean_count": [0.0, 0.5],
    ...                       "lower": [0.0, 0.2], "upper": [0.0, 1.1]})
    >>> curve = pd.DataFrame({"arm": "a", "time": [0, 12], "median": [0.0, 1.4],
    ...                       "lower": [0.0, 0.9], "upper": [0.0, 2.0]})
    >>> figure = draw_mean_count(steps, curve, labels={"a": "All"}, unit="months", horizon=12.0)
    >>> figure.axes[0].get_ylabel()
    'Events a patient'
    """
    styles = arm_styles(list(labels))
    figure = new_figure(4.2, title, simulated)
    axes = figure.subplots()
    for arm, style in styles.items():
        steps = arm_rows(counts, arm).sort_values("time")
        for column, width, dash in (("mean_count", 1.3, "-"), ("lower", 0.7, ":"),
                                    ("upper", 0.7, ":")):  # fmt: skip
            axes.plot(
                np.append(steps["time"], horizon),
                np.append(steps[column], steps[column].iloc[-1:]),
                drawstyle="steps-post", color=style.colour, lw=width, ls=dash,
            )  # fmt: skip
        draw_band(axes, arm_rows(curves, arm), style)
    label_time(axes, horizon, unit, start=start)
    axes.set_ylim(0.0, None)
    axes.set_ylabel("Events a patient")
    dress(axes)
    handles: list[object] = [Line2D([], [], color=s.colour, ls=s.dash) for s in styles.values()]
    handles += [Patch(color=MUTED, alpha=0.3), Line2D([], [], color=INK, lw=1.3)]
    names = [label_of(labels, arm) for arm in styles]
    names += [f"Posterior median, {interval * 100:g} % band", "Mean count, dotted: limits"]
    legend_above(figure, handles, names, columns=2)
    return figure

"""Kaplan-Meier curves of several samples side by side: before, matched, weighted."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from posthaz.figures.axis import label_survival, label_time, time_ticks
from posthaz.figures.layers import arm_rows, draw_steps, label_outer, new_panels
from posthaz.figures.style import arm_styles, dress, legend_above, styled


@styled
def draw_before_after(
    curves: pd.DataFrame,
    *,
    samples: Mapping[str, str],
    labels: Mapping[str, str],
    unit: str,
    horizon: float,
    endpoint: str = "survival",
    title: str = "",
    simulated: bool = False,
    start: float = 0.0,
) -> Figure:
    """One panel of Kaplan-Meier curves a sample, all on the same axes.

    Parameters
    ----------
    curves : DataFrame
        Columns ``sample``, ``arm``, ``time``, ``survival``, ``lower``, ``upper``, ``censored``.
    samples : mapping of str to str
        Name to show for each sample, in order.
    labels : mapping of str to str
        Name to show for each arm, the reference arm first.
    unit : str
        Unit of time.
    horizon : float
        End of the time axis.
    endpoint : str, optional
        What survives.
    title : str, optional
        Title at the top.
    simulated : bool, optional
        Whether the cohort is simulated, which the figure then says.
    start : float, optional
        Start of the time axis.

    Returns
    -------
    Figure
        One axes a sample.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = {"sample": ["before"], "arm": ["a"], "time": [6.0], "survival": [0.5],
    ...         "lower": [0.3], "upper": [0.7], "censored": [0]}
    >>> figure = draw_before_after(
    ...     pd.DataFrame(rows), samples={"before": "All patients"}, labels={"a": "A"},
    ...     unit="months", horizon=12.0,
    ... )
    >>> figure.axes[0].get_title(loc="left")
    'All patients'
    """
    styles = arm_styles(list(labels))
    figure, panels = new_panels(len(samples), 2.6, title, simulated, share=True)
    for axes, (name, shown) in zip(panels, samples.items(), strict=True):
        mine = curves[curves["sample"] == name]
        for arm, style in styles.items():
            rows = arm_rows(mine, arm).sort_values("time")
            axes.fill_between(
                rows["time"], rows["lower"], rows["upper"], step="post", color=style.colour,
                alpha=0.13, lw=0,
            )  # fmt: skip
            draw_steps(axes, rows.drop(columns="censored"), style.colour, width=1.5)
            axes.lines[-1].set(linestyle=style.dash)
        axes.set_title(shown)
        label_time(axes, horizon, unit, time_ticks(horizon, unit, 5, start), start)
        label_survival(axes, endpoint, width=24)
        dress(axes)
    label_outer(panels)
    handles = [Line2D([], [], color=style.colour, ls=style.dash) for style in styles.values()]
    legend_above(figure, handles, list(labels.values()), columns=2)
    return figure

"""Posterior predictive check: Kaplan-Meier of replicated cohorts under the observed one."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from posthaz.figures.axis import label_survival, label_time, time_ticks
from posthaz.figures.layers import arm_rows, draw_steps, label_outer, new_panels
from posthaz.figures.style import INK, arm_styles, dress, filled, label_of, styled

SHOWN = 50


@styled
def draw_predictive_check(
    kaplan_meier: pd.DataFrame,
    replicated: pd.DataFrame,
    *,
    labels: Mapping[str, str],
    unit: str,
    horizon: float,
    endpoint: str = "survival",
    title: str = "",
    simulated: bool = False,
    start: float = 0.0,
) -> Figure:
    """Observed Kaplan-Meier over that of cohorts replicated by the model, one panel an arm.

    Parameters
    ----------
    kaplan_meier : DataFrame
        Columns ``arm``, ``time``, ``survival``, ``censored`` of the observed cohort.
    replicated : DataFrame
        Columns ``arm``, ``replicate``, ``time``, ``survival``; the first 50 replicates of each
        arm are drawn.
    labels : mapping of str to str
        Name to show for each arm, the reference arm first.
    unit : str
        Unit of time.
    horizon : float
        End of the time axis, in `unit`.
    endpoint : str, optional
        What survives, such as ``"overall survival"``.
    title : str, optional
        Title at the top.
    simulated : bool, optional
        Whether the observed cohort itself is simulated, which the figure then says.
    start : float, optional
        Start of the time axis.

    Returns
    -------
    Figure
        One axes an arm.

    Examples
    --------
    >>> import pandas as pd
    >>> km = pd.DataFrame({"arm": ["a"], "time": [6.0], "survival": [0.5], "censored": [0]})
    >>> again = km.assign(replicate=0, survival=0.6)
    >>> figure = draw_predictive_check(
    ...     km, again, labels={"a": "PCI"}, unit="months", horizon=12.0
    ... )
    >>> figure.axes[0].lines[0].get_ydata().tolist()
    [1.0, 0.6]
    """
    styles = arm_styles(list(labels))
    figure, panels = new_panels(len(styles), 3.0, title, simulated, share=True)
    for axes, (arm, style) in zip(panels, styles.items(), strict=True):
        draw_replicates(axes, arm_rows(replicated, arm), style.colour)
        observed = arm_rows(kaplan_meier, arm)
        draw_steps(axes, observed, INK, width=1.8)
        label_time(
            axes,
            horizon,
            unit,
            time_ticks(horizon, unit, 6 if len(styles) > 1 else 8, start),
            start,
        )
        label_survival(axes, endpoint, width=24)
        axes.set_title(filled(label_of(labels, arm), 27))
        dress(axes)
    label_outer(panels)
    figure.legend(
        [Line2D([], [], color=INK, lw=1.8), Line2D([], [], color="#8A8F94", lw=0.8)],
        ["Observed Kaplan–Meier", "Replicated by the model"],
        loc="outside lower center",
        ncols=2,
    )
    return figure


def draw_replicates(axes: Axes, frame: pd.DataFrame, colour: str) -> None:
    """Kaplan-Meier steps of each replicate, thin and faint."""
    for _, one in list(frame.groupby("replicate", sort=True))[:SHOWN]:
        draw_steps(axes, one, colour, width=0.6, alpha=0.45)

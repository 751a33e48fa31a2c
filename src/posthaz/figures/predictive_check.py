"""Survival as a model predicts it: replicated under the observed, and from the prior alone."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from posthaz.answers import median_and_limits
from posthaz.figures.axis import label_survival, label_time, time_ticks
from posthaz.figures.layers import arm_rows, draw_band, draw_steps, label_outer, new_panels
from posthaz.figures.style import INK, LineStyle, arm_styles, dress, filled, label_of, styled

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


_PRIOR_CURVES = 40


@styled
def draw_prior_predictive(
    curves: pd.DataFrame,
    *,
    labels: Mapping[str, str],
    unit: str,
    horizon: float,
    endpoint: str = "survival",
    interval: float = 0.95,
    title: str = "",
    simulated: bool = False,
    start: float = 0.0,
) -> Figure:
    """Survival curves drawn from the prior, with their pointwise median and interval.

    Parameters
    ----------
    curves : DataFrame
        Columns ``arm``, ``draw``, ``time``, ``survival``; the same times in every draw. The
        first 40 draws are shown as lines, all of them go into the band.
    labels : mapping of str to str
        Name to show for each arm, the reference arm first; one panel each.
    unit : str
        Unit of time.
    horizon : float
        End of the time axis, in `unit`.
    endpoint : str, optional
        What survives, such as ``"overall survival"``.
    interval : float, optional
        Probability of the equal-tailed band.
    title : str, optional
        Title at the top.
    simulated : bool, optional
        Whether the cohort is simulated, which the figure then says.
    start : float, optional
        Start of the time axis.

    Returns
    -------
    Figure
        One axes an arm.

    Examples
    --------
    >>> import pandas as pd
    >>> one = {"arm": "a", "draw": [0, 0, 1, 1], "time": [0.0, 12.0, 0.0, 12.0]}
    >>> curves = pd.DataFrame(one | {"survival": [1.0, 0.2, 1.0, 0.8]})
    >>> figure = draw_prior_predictive(
    ...     curves, labels={"a": "PCI"}, unit="months", horizon=12.0
    ... )
    >>> figure.axes[0].lines[-1].get_ydata().tolist()
    [1.0, 0.5]
    """
    styles = arm_styles(list(labels))
    figure, panels = new_panels(len(styles), 2.9, title, simulated, share=True)
    for axes, (arm, style) in zip(panels, styles.items(), strict=True):
        draw_arm(axes, arm_rows(curves, arm), style, interval)
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
        [
            Line2D([], [], color="#4A4F54", lw=0.8),
            Line2D([], [], color="#4A4F54", lw=2.4),
            Patch(color="#4A4F54", alpha=0.25),
        ],
        ["Prior draws", "Median", f"{interval * 100:g} % band"],
        loc="outside lower center",
        ncols=3,
    )
    return figure


def draw_arm(axes: Axes, frame: pd.DataFrame, style: LineStyle, interval: float) -> None:
    """One arm's prior curves, and their band over all draws."""
    table = frame.pivot_table(index="time", columns="draw", values="survival")
    if table.empty:
        return
    shown = table.to_numpy(dtype=float)[:, :_PRIOR_CURVES]
    axes.plot(table.index, shown, color=style.colour, lw=0.6, alpha=0.5)
    middle, low, high = median_and_limits(table.to_numpy(dtype=float), interval, axis=1)
    band = pd.DataFrame({"time": table.index, "median": middle, "lower": low, "upper": high})
    draw_band(axes, band, style, width=2.4)

"""What adds up over time: incidence of competing causes, and the mean number of events."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from posthaz.cohort.rows import capitalised
from posthaz.figures.axis import label_time, time_ticks
from posthaz.figures.layers import arm_rows, arms_and_band, draw_band, new_panels
from posthaz.figures.style import (
    INK,
    MUTED,
    LineStyle,
    arm_styles,
    dress,
    filled,
    legend_above,
    new_figure,
    pt,
    styled,
)

_NAIVE = (0, (1, 1.6))
_MEAN_COUNT = "Mean count, dotted: limits"


@styled
def draw_incidence(
    curves: pd.DataFrame,
    *,
    labels: Mapping[str, str],
    unit: str,
    horizon: float,
    interval: float = 0.95,
    title: str = "",
    simulated: bool = False,
    quantity: str = "Cumulative incidence",
) -> Figure:
    """Cumulative incidence by cause and arm, by Aalen-Johansen, a model and 1 - Kaplan-Meier.

    Parameters
    ----------
    curves : DataFrame
        Columns ``cause``, ``label`` (of the cause), ``arm``, ``time``, ``source`` (``1 -
        Kaplan-Meier``, ``Aalen-Johansen`` or ``posterior``), ``incidence``, ``lower``, ``upper``.
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
    quantity : str, optional
        What the vertical axis shows.

    Returns
    -------
    Figure
        One axes a cause and arm: causes from top to bottom, arms from left to right. The axes of
        a cause share their scale.

    Examples
    --------
    >>> import pandas as pd
    >>> row = {"cause": 1, "label": "relapse", "arm": "a", "source": "Aalen-Johansen"}
    >>> steps = pd.DataFrame([row | {"time": t, "incidence": t / 20} for t in (0.0, 6.0)])
    >>> figure = draw_incidence(steps, labels={"a": "RT"}, unit="months", horizon=12.0)
    >>> [axes.get_title(loc="left") for axes in figure.axes]
    ['Relapse, RT']
    """
    causes = curves.drop_duplicates("cause").set_index("cause")["label"]
    styles, columns = arm_styles(list(labels)), min(len(labels), 2)
    figure, panels = new_panels(len(causes) * len(labels), 2.35, title, simulated, columns=columns)
    for i, (cause, name) in enumerate(causes.items()):
        own = curves[curves["cause"] == cause]
        top = float(np.nanmax(own[own["time"] <= horizon]["incidence"]))
        for j, (arm, label) in enumerate(labels.items()):
            axes = panels[i * len(labels) + j]
            _draw_arm(axes, arm_rows(own, arm), styles[arm])
            axes.set_title(filled(capitalised(f"{name}, {label}"), 34), size=pt(9.5))
            label_time(axes, horizon, unit, time_ticks(horizon, unit, 6))
            axes.set_ylim(0.0, min(1.0, 1.15 * top) if top > 0 else 1.0)
            axes.set_ylabel(quantity if j % columns == 0 else "")
            axes.set_xlabel(axes.get_xlabel() if i == len(causes) - 1 else "")
            dress(axes)
    key = {
        "Aalen-Johansen": (
            Line2D([], [], color=INK, lw=1.2, drawstyle="steps-post"),
            "Aalen–Johansen",
        ),
        "posterior": (
            Patch(color=MUTED, alpha=0.3),
            f"Posterior median, {interval * 100:g} % band",
        ),
        "1 - Kaplan-Meier": (
            Line2D([], [], color=INK, lw=1.2, ls=_NAIVE),
            "1 − Kaplan–Meier, competing causes censored: too high",
        ),
    }
    shown = [pair for source, pair in key.items() if (curves["source"] == source).any()]
    handles, names = zip(*shown, strict=True)
    legend_above(figure, list(handles), list(names), columns=1)
    return figure


def _draw_arm(axes: Axes, rows: pd.DataFrame, style: LineStyle) -> None:
    by_source = {name: part.sort_values("time") for name, part in rows.groupby("source")}
    posterior = by_source.get("posterior")
    if posterior is not None:
        draw_band(axes, posterior.rename(columns={"incidence": "median"}), style)
    for source, dash in (("Aalen-Johansen", "-"), ("1 - Kaplan-Meier", _NAIVE)):
        part = by_source.get(source)
        if part is not None:
            axes.plot(part["time"], part["incidence"], drawstyle="steps-post", color=INK, lw=1.1,
                      ls=dash)  # fmt: skip


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
    handles, names = arms_and_band(styles, labels, interval)
    handles, names = [*handles, Line2D([], [], color=INK, lw=1.3)], [*names, _MEAN_COUNT]
    legend_above(figure, handles, names, columns=2)
    return figure

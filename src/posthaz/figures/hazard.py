"""Hazards over time, and the follow-up of each patient."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from posthaz.figures.axis import label_time
from posthaz.figures.layers import arm_rows, arms_and_band, draw_band
from posthaz.figures.style import (
    arm_styles,
    dress,
    label_of,
    legend_above,
    new_figure,
    styled,
)


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
    legend_above(figure, *arms_and_band(styles, labels, interval), columns=2)
    return figure


_MOST = 120
_HEIGHT = 3.9


@styled
def draw_person_time(
    table: pd.DataFrame,
    *,
    labels: Mapping[str, str],
    unit: str,
    title: str = "",
    simulated: bool = False,
) -> Figure:
    """Bars of follow-up, those who waited longest for treatment at the top.

    Parameters
    ----------
    table : DataFrame
        Columns ``arm, entry, start, exit, event``, one row a patient; `start` is missing where
        treatment never began. Of more than 120 patients, every so many-th of each arm is drawn.
    labels : mapping of str to str
        Name to show for each arm, the reference arm first.
    unit : str
        Unit of time.
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
    >>> rows = pd.DataFrame({"arm": ["no", "yes"], "entry": [0.0, 0.0], "start": [None, 3.0],
    ...                      "exit": [5.0, 9.0], "event": [True, False]})
    >>> figure = draw_person_time(rows, labels={"no": "None", "yes": "RT"}, unit="months")
    >>> figure.axes[0].get_ylabel()
    '2 patients'
    """
    shown = thinned(table)
    reference, treated = arm_styles(list(labels)).values()
    figure = new_figure(_HEIGHT, title, simulated)
    axes = figure.subplots()
    place = np.arange(len(shown))
    entry, exit_ = (shown[name].to_numpy(dtype=float) for name in ("entry", "exit"))
    start = shown["start"].to_numpy(dtype=float)
    until = np.where(np.isfinite(start), start, exit_)
    axes.barh(place, until - entry, left=entry, height=0.8, color=reference.colour, alpha=0.55)
    axes.barh(place, np.nan_to_num(exit_ - until), left=until, height=0.8, color=treated.colour)
    dead = shown["event"].to_numpy(dtype=bool)
    size = float(np.clip(160.0 / max(len(shown), 1), 1.2, 4.0))
    axes.plot(exit_[dead], place[dead], "o", color="#22272B", ms=size, ls="none")
    label_time(axes, float(exit_.max()), unit)
    axes.set_yticks([])
    axes.set_ylim(-1, len(shown))
    of = f" of {len(table)}" if len(shown) < len(table) else ""
    axes.set_ylabel(f"{len(shown)}{of} patients")
    dress(axes, grid="x")
    treatment = label_of(labels, list(labels)[1])
    handles = [
        Patch(color=reference.colour, alpha=0.55),
        Patch(color=treated.colour),
        Line2D([], [], marker="o", ls="none", color="#22272B", ms=4),
    ]
    words = ["Waiting or never treated", treatment, "Event"]
    legend_above(figure, handles, words, columns=3)
    return figure


def thinned(table: pd.DataFrame) -> pd.DataFrame:
    """Patients to draw, in order: never treated by follow-up, then treated by their wait.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"start": [None, 3.0, 1.0], "exit": [5.0, 9.0, 4.0]})
    >>> thinned(rows)["exit"].tolist()
    [5.0, 4.0, 9.0]
    """
    ordered = table.assign(_never=table["start"].isna(), _wait=table["start"].astype(float))
    ordered = ordered.sort_values(["_never", "_wait", "exit"], ascending=[False, True, True])
    ordered = ordered.drop(columns=["_never", "_wait"]).reset_index(drop=True)
    if len(ordered) <= _MOST:
        return ordered
    return ordered.iloc[np.linspace(0, len(ordered) - 1, _MOST).round().astype(int)]

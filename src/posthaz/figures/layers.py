"""What several figures draw on their axes: Kaplan-Meier steps, a band, panels, a density."""

from collections.abc import Mapping
from math import ceil

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from posthaz.answers import median_and_limits
from posthaz.figures.style import MUTED, LineStyle, label_of, new_figure, pt

_LINE = 11.0


def arm_rows(frame: pd.DataFrame, arm: str) -> pd.DataFrame:
    """The rows of one arm, whose code may be stored as text or number."""
    return frame.loc[frame["arm"].astype(str) == arm]


def draw_steps(
    axes: Axes, frame: pd.DataFrame, colour: str, width: float = 1.0, alpha: float = 1.0
) -> None:
    """Kaplan-Meier steps from survival 1, with a tick where subjects were censored.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    frame : DataFrame
        Columns ``time``, ``survival`` and, for the ticks, ``censored``; one curve, which starts
        at time 0 unless its first row has survival 1.
    colour : str
        Colour of the line.
    width : float, optional
        Width of the line in points.
    alpha : float, optional
        Opacity.
    """
    if frame.empty:
        return
    frame = frame.sort_values("time")
    time, level = frame["time"].to_numpy(dtype=float), frame["survival"].to_numpy(dtype=float)
    if time[0] > 0 and level[0] < 1:
        time, level = np.append(0.0, time), np.append(1.0, level)
    axes.plot(time, level, drawstyle="steps-post", color=colour, lw=width, alpha=alpha)
    if "censored" in frame:
        cut = frame[frame["censored"] > 0]
        axes.plot(cut["time"], cut["survival"], ls="none", marker="|", ms=6, mew=0.8, color=colour)


def draw_limits(axes: Axes, frame: pd.DataFrame, colour: str) -> None:
    """Pointwise limits of Kaplan-Meier as dotted steps, where they are known."""
    frame = frame.dropna(subset=["lower", "upper"]).sort_values("time")
    for end in ("lower", "upper"):
        axes.plot(frame["time"], frame[end], drawstyle="steps-post", color=colour, lw=0.9, ls=":")


def draw_band(axes: Axes, frame: pd.DataFrame, style: LineStyle, width: float = 2.0) -> None:
    """One arm's posterior median, and its credible band."""
    if frame.empty:
        return
    frame = frame.sort_values("time")
    axes.fill_between(
        frame["time"], frame["lower"], frame["upper"], color=style.colour, alpha=0.18, lw=0
    )
    axes.plot(frame["time"], frame["median"], color=style.colour, ls=style.dash, lw=pt(width))


def arms_and_band(
    styles: Mapping[str, LineStyle], labels: Mapping[str, str], interval: float
) -> tuple[list[object], list[str]]:
    """Legend of posterior curves: a line an arm, then what the band is.

    Parameters
    ----------
    styles : mapping of str to LineStyle
        Style of each arm.
    labels : mapping of str to str
        Name to show for each arm.
    interval : float
        Probability of the band.

    Returns
    -------
    handles : list
    names : list of str
    """
    handles: list[object] = [style.key() for style in styles.values()]
    names = [label_of(labels, arm) for arm in styles]
    band = f"Posterior median, {interval * 100:g} % band"
    return [*handles, Patch(color=MUTED, alpha=0.3)], [*names, band]


def new_panels(
    count: int, height: float, title: str, simulated: bool, *, columns: int = 2, share: bool = False
) -> tuple[Figure, list[Axes]]:
    """A figure of `count` panels, `height` inches each, filled row by row.

    Parameters
    ----------
    count : int
        Number of panels.
    height : float
        Height of one panel in inches.
    title : str
        Title at the top.
    simulated : bool
        Whether the cohort is simulated.
    columns : int, optional
        Largest number of panels side by side.
    share : bool, optional
        Whether the panels share both axes.

    Returns
    -------
    figure : Figure
    axes : list of Axes
        The panels, `count` of them.
    """
    columns = min(columns, max(count, 1))
    rows = ceil(max(count, 1) / columns)
    figure = new_figure(height * rows, title, simulated)
    grid = figure.subplots(rows, columns, squeeze=False, sharex=share, sharey=share)
    axes = list(grid.ravel())
    for spare in axes[count:]:
        spare.remove()
    return figure, axes[:count]


def write_at_risk(
    axes: Axes, at_risk: pd.DataFrame, styles: Mapping[str, LineStyle], *, headed: bool
) -> None:
    """Numbers at risk below the ticks of a panel, a line an arm and in its colour.

    Parameters
    ----------
    axes : Axes
        The panel, with its ticks.
    at_risk : DataFrame
        Columns ``arm, time, at_risk``, at the ticks.
    styles : mapping of str to LineStyle
        Style of each arm, in the order of the lines.
    headed : bool
        Whether it is said beside them what they are.
    """
    start, end = axes.get_xlim()
    for line, (arm, style) in enumerate(styles.items()):
        mine = arm_rows(at_risk, arm)
        for time, number in zip(mine["time"].astype(float), mine["at_risk"], strict=True):
            if start <= time <= end:
                axes.annotate(
                    f"{float(number):.0f}", (time, 0.0), (0.0, -pt(19.0 + _LINE * line)),
                    xycoords=("data", "axes fraction"), textcoords="offset points", ha="center",
                    va="top", size=pt(8.5), color=style.colour, annotation_clip=False,
                )  # fmt: skip
    if headed:
        axes.annotate(
            "At risk", (0.0, 0.0), (-pt(16.0), -pt(19.0)), xycoords="axes fraction",
            textcoords="offset points", ha="right", va="top", size=pt(8.5), annotation_clip=False,
        )  # fmt: skip
    axes.xaxis.labelpad = pt(6.0 + _LINE * len(styles))


def label_outer(panels: list[Axes], columns: int = 2, *, times: bool = False) -> None:
    """Keep axis labels only where no panel stands below or to the left; `times` everywhere."""
    for i, axes in enumerate(panels):
        below, left = i + columns < len(panels), i % columns > 0
        axes.tick_params(labelbottom=times or not below, labelleft=not left)
        if below:
            axes.set_xlabel("")
        if left:
            axes.set_ylabel("")


def draw_interval(axes: Axes, samples: np.ndarray, interval: float, colour: str) -> None:
    """Median and equal-tailed interval as a point and a bar on the foot of a density."""
    median, lower, upper = median_and_limits(samples, interval)
    foot = axes.get_xaxis_transform()
    axes.plot([lower, upper], [0.03, 0.03], color=colour, lw=3.5, transform=foot, zorder=4)
    axes.plot(
        [median], [0.03], marker="o", ms=7, color="white", mec=colour, mew=1.8, transform=foot,
        zorder=5, ls="none",
    )  # fmt: skip

"""Survival curves: posterior over Kaplan-Meier or over points, with numbers at risk."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from posthaz.figures.axis import label_survival, label_time, panel_ticks
from posthaz.figures.layers import (
    arm_rows,
    arms_and_band,
    draw_band,
    draw_limits,
    draw_steps,
    label_outer,
    new_panels,
    write_at_risk,
)
from posthaz.figures.readout import curve
from posthaz.figures.style import (
    INK,
    LineStyle,
    arm_styles,
    dress,
    filled,
    legend_above,
    new_figure,
    pt,
    styled,
)


@styled
def draw_survival(
    kaplan_meier: pd.DataFrame,
    curves: pd.DataFrame,
    at_risk: pd.DataFrame,
    *,
    labels: Mapping[str, str],
    unit: str,
    horizon: float,
    endpoint: str = "survival",
    interval: float = 0.95,
    title: str = "",
    simulated: bool = False,
    start: float = 0.0,
    limits: bool = False,
    note: str = "",
) -> Figure:
    """Posterior survival curves over Kaplan-Meier steps, with numbers at risk below.

    Parameters
    ----------
    kaplan_meier : DataFrame
        Columns ``arm``, ``time`` (in `unit`), ``survival``, ``censored`` (number censored at
        that time); one row a distinct time and arm. May be empty.
    curves : DataFrame
        Columns ``arm``, ``time``, ``median``, ``lower``, ``upper`` of the survival probability.
    at_risk : DataFrame
        Columns ``arm``, ``time``, ``at_risk``, and ``events`` or ``censored`` (those so far) where
        these are to stand below; its times are the axis ticks (see `time_ticks`). May be empty.
    labels : mapping of str to str
        Name to show for each arm, the reference arm first.
    unit : str
        Unit of time.
    horizon : float
        End of the time axis, in `unit`.
    endpoint : str, optional
        What survives, such as ``"overall survival"``.
    interval : float, optional
        Probability of the credible bands, named in the legend.
    title : str, optional
        Title at the top.
    simulated : bool, optional
        Whether the cohort is simulated, which the figure then says.
    start : float, optional
        Start of the time axis.
    limits : bool, optional
        Whether the Kaplan-Meier limits, columns ``lower, upper``, are drawn as dotted steps.
    note : str, optional
        Text in the lower left corner, such as a hazard ratio.

    Returns
    -------
    Figure
        Axes 0 holds the curves; axes 1 the numbers at risk, when there are any, and further axes
        the counts of events and of censored patients.

    Examples
    --------
    >>> import pandas as pd
    >>> km = pd.DataFrame({"arm": ["a"], "time": [6.0], "survival": [0.5], "censored": [0]})
    >>> band = {"median": [1.0, 0.4], "lower": [1.0, 0.3], "upper": [1.0, 0.6]}
    >>> curves = pd.DataFrame({"arm": ["a", "a"], "time": [0.0, 12.0]} | band)
    >>> risk = pd.DataFrame({"arm": ["a", "a"], "time": [0.0, 12.0], "at_risk": [20, 8]})
    >>> figure = draw_survival(
    ...     km, curves, risk, labels={"a": "Radiotherapy"}, unit="months", horizon=12.0
    ... )
    >>> [text.get_text() for text in figure.axes[1].texts]
    ['20', '8']
    """
    styles = arm_styles(list(labels))
    figure, axes = _over_numbers(
        at_risk,
        labels,
        (start, horizon),
        unit,
        new=partial(new_figure, title=title, simulated=simulated),
    )
    for number, (arm, style) in enumerate(styles.items()):
        with curve(axes, number):
            draw_steps(axes, arm_rows(kaplan_meier, arm), style.colour)
            if limits:
                draw_limits(axes, arm_rows(kaplan_meier, arm), style.colour)
            draw_band(axes, arm_rows(curves, arm), style)
    label_survival(axes, endpoint)
    dress(axes)
    axes.text(0.02, 0.03, note, transform=axes.transAxes, va="bottom", size=pt(9.5))
    ticks = bool(kaplan_meier["censored"].notna().any())
    shown = {"with_steps": not kaplan_meier.empty, "with_ticks": ticks, "with_limits": limits}
    write_key(figure, styles, labels, interval, **shown)
    return figure


_FURTHER = {"events": "Events so far", "censored": "Censored so far"}


def _over_numbers(
    at_risk: pd.DataFrame,
    labels: Mapping[str, str],
    span: tuple[float, float],
    unit: str,
    new: Callable[[float], Figure],
    head: str = "Number at risk",
) -> tuple[Figure, Axes]:
    """A figure and its axes for curves, numbers at risk below them where there are any."""
    start, horizon = span
    rows = {arm: filled(label, 16) for arm, label in labels.items()}
    lines = sum(text.count("\n") + 1.25 for text in rows.values())
    heads = {"at_risk": head} | _FURTHER
    heads = {column: text for column, text in heads.items() if column in at_risk}
    table = 0.0 if at_risk.empty else 0.3 + 0.19 * lines
    figure = new(4.1 + table * max(len(heads), 1))
    if at_risk.empty:
        axes = figure.subplots()
        label_time(axes, horizon, unit, start=start)
        return figure, axes
    ratios = [4.1, *[table] * len(heads)]
    axes, *below = figure.subplots(1 + len(heads), height_ratios=ratios, sharex=True)
    at_risk = at_risk.loc[at_risk["time"] <= horizon * (1 + 1e-9)]
    for place, (column, text) in zip(below, heads.items(), strict=True):
        write_numbers(place, at_risk.assign(at_risk=at_risk[column]), rows, text)
    label_time(axes, horizon, unit, np.unique(at_risk["time"].to_numpy(dtype=float)), start)
    axes.tick_params(labelbottom=True)
    return figure, axes


def write_numbers(
    axes: Axes, at_risk: pd.DataFrame, rows: Mapping[str, str], head: str = "Number at risk"
) -> None:
    """Numbers at risk, one row an arm, each number under its tick."""
    heights, foot = row_middles(rows)
    for arm, time, number in zip(
        at_risk["arm"].astype(str), at_risk["time"], at_risk["at_risk"], strict=True
    ):
        if arm in heights:
            axes.text(time, heights[arm], _shown(number), ha="center", va="center", size=pt(9.5))
    axes.set_ylim(foot, 0.0)
    axes.set_yticks(list(heights.values()), list(rows.values()))
    axes.set_title(head, size=pt(9.5), pad=2)
    # half of the first number stands to the left of the axis
    digits = max((len(_shown(number)) for number in at_risk["at_risk"]), default=1)
    pad = max(14.0, 4.0 + 3.2 * digits)
    axes.tick_params(axis="both", length=0, labelbottom=False, labelsize=pt(9.5), pad=pad)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _shown(number: float | str) -> str:
    """A number at risk; text, such as that it is withheld, as it is."""
    return number if isinstance(number, str) else f"{number:g}"


def row_middles(rows: Mapping[str, str]) -> tuple[dict[str, float], float]:
    """Middle of each row in lines from the top, and the number of lines in all."""
    heights: dict[str, float] = {}
    foot = 0.0
    for arm, text in rows.items():
        lines = text.count("\n") + 1.25
        heights[arm] = foot + lines / 2
        foot += lines
    return heights, foot


def write_key(
    figure: Figure,
    styles: Mapping[str, LineStyle],
    labels: Mapping[str, str],
    interval: float,
    *,
    with_steps: bool,
    with_ticks: bool = True,
    with_limits: bool = False,
) -> None:
    """The legend: arms in the first column, what lines and bands are in the second."""
    handles, names = arms_and_band(styles, labels, interval)
    if with_steps:
        marker = "|" if with_ticks else ""
        handles.append(Line2D([], [], color=INK, lw=1.0, marker=marker, ms=6, mew=0.8))
        names.append("Kaplan–Meier" + ", tick: censored" * with_ticks)
    if with_limits:
        handles.append(Line2D([], [], color=INK, lw=0.9, ls=":"))
        names.append(f"Its {interval * 100:g} % limits")
    legend_above(figure, handles, names, columns=2)


@styled
def draw_survival_points(
    points: pd.DataFrame,
    curves: pd.DataFrame,
    at_risk: pd.DataFrame,
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
    """Posterior survival curves over the points at which survival is known without a model.

    Parameters
    ----------
    points : DataFrame
        Columns ``arm``, ``time`` (in `unit`), ``survival``, ``lower``, ``upper``; limits may
        be NaN. Rows at time 0 are not drawn.
    curves : DataFrame
        Columns ``arm``, ``time``, ``median``, ``lower``, ``upper`` of the survival probability.
    at_risk : DataFrame
        Columns ``arm``, ``time``, ``at_risk``: numbers known to be event-free; may be empty.
    labels : mapping of str to str
        Name to show for each arm, the reference arm first.
    unit : str
        Unit of time.
    horizon : float
        End of the time axis, in `unit`.
    endpoint : str, optional
        What survives, such as ``"overall survival"``.
    interval : float, optional
        Probability of the bands and limits.
    title : str, optional
        Title at the top.
    simulated : bool, optional
        Whether the cohort is simulated, which the figure then says.
    start : float, optional
        Start of the time axis.

    Returns
    -------
    Figure
        Axes 0 holds the curves and points; axes 1 the numbers, when there are any.

    Examples
    --------
    >>> import pandas as pd
    >>> limits = {"lower": [0.4], "upper": [0.6]}
    >>> points = pd.DataFrame({"arm": ["a"], "time": [12.0], "survival": [0.5]} | limits)
    >>> band = {"median": [1.0, 0.5], "lower": [1.0, 0.4], "upper": [1.0, 0.6]}
    >>> curves = pd.DataFrame({"arm": ["a", "a"], "time": [0.0, 12.0]} | band)
    >>> figure = draw_survival_points(
    ...     points, curves, pd.DataFrame(), labels={"a": "All"}, unit="months", horizon=12.0
    ... )
    >>> len(figure.axes)
    1
    """
    styles = arm_styles(list(labels))
    if not at_risk.empty:
        at_risk = at_risk.assign(at_risk=at_risk["at_risk"].round())
    figure, axes = _over_numbers(
        at_risk,
        labels,
        (start, horizon),
        unit,
        new=partial(new_figure, title=title, simulated=simulated),
        head="Known event-free",
    )
    for place, (arm, style) in enumerate(styles.items()):
        aside = (place - (len(styles) - 1) / 2) * 0.008 * horizon
        draw_band(axes, arm_rows(curves, arm), style)
        _draw_points(axes, arm_rows(points, arm), style, aside)
    axes.set_xlim(start, horizon * 1.02)
    label_survival(axes, endpoint)
    dress(axes)
    _write_key(figure, styles, labels, interval, points)
    return figure


def _draw_points(axes: Axes, frame: pd.DataFrame, style: LineStyle, aside: float) -> None:
    """Points with their limits, arms a little apart so that limits can be told."""
    frame = frame[frame["time"] > 0]
    time = frame["time"].to_numpy(dtype=float) + aside
    level = frame["survival"].to_numpy(dtype=float)
    known = np.isfinite(frame["lower"].to_numpy(dtype=float))
    axes.vlines(
        time[known], frame["lower"][known], frame["upper"][known], color=style.colour, lw=1.4
    )
    axes.plot(
        time, level, ls="none", marker=style.marker, ms=6.5, mfc="white", mec=style.colour,
        mew=1.6, clip_on=False, zorder=5,
    )  # fmt: skip


def _write_key(
    figure: Figure,
    styles: Mapping[str, LineStyle],
    labels: Mapping[str, str],
    interval: float,
    points: pd.DataFrame,
) -> None:
    handles, names = arms_and_band(styles, labels, interval)
    handles[: len(styles)] = [
        style.key(marker=style.marker, mfc="white", mec=style.colour) for style in styles.values()
    ]
    handles.append(Line2D([], [], color=INK, ls="none", marker="o", mfc="white", mec=INK))
    limits = f" with {interval * 100:g} % limits" if points["lower"].lt(1).any() else ""
    names.append(f"Without a model{limits}")
    legend_above(figure, handles, names, columns=2)


@styled
def draw_subsets(
    panels: Sequence[tuple[str, pd.DataFrame, pd.DataFrame]],
    *,
    labels: Mapping[str, str],
    unit: str,
    horizon: float,
    endpoint: str = "survival",
    interval: float = 0.95,
    title: str = "",
    simulated: bool = False,
    start: float = 0.0,
    at_risk: Sequence[pd.DataFrame] = (),
) -> Figure:
    """Kaplan-Meier steps and posterior bands in small multiples on common axes.

    Parameters
    ----------
    panels : sequence of (str, DataFrame, DataFrame)
        Heading, Kaplan-Meier steps (``arm, time, survival, censored``) and posterior bands
        (``arm, time, median, lower, upper``) of each subset; either frame may be empty.
    labels : mapping of str to str
        Name to show for each arm, the reference arm first.
    unit : str
        Unit of time.
    horizon : float
        End of the time axis, in `unit`.
    endpoint : str, optional
        What survives, such as ``"overall survival"``.
    interval : float, optional
        Probability of the bands, named in the legend.
    title : str, optional
        Title at the top.
    simulated : bool, optional
        Whether the cohort is simulated, which the figure then says.
    start : float, optional
        Start of the time axis.
    at_risk : sequence of DataFrame, optional
        Columns ``arm, time, at_risk`` of each panel, at `panel_ticks`; written below it.

    Returns
    -------
    Figure
        One axes a subset.

    Examples
    --------
    >>> import pandas as pd
    >>> km = pd.DataFrame({"arm": ["a"], "time": [6.0], "survival": [0.5], "censored": [0]})
    >>> none = pd.DataFrame(columns=["arm", "time", "median", "lower", "upper"])
    >>> figure = draw_subsets(
    ...     [("All", km, none), ("Stage III", km, none)], labels={"a": "RT"}, unit="months",
    ...     horizon=12.0,
    ... )
    >>> [axes.get_title(loc="left") for axes in figure.axes]
    ['All', 'Stage III']
    """
    styles = arm_styles(list(labels))
    height = 2.6 + 0.17 * len(styles) * bool(at_risk)
    figure, grid = new_panels(len(panels), height, title, simulated)
    for place, (axes, (heading, steps, bands)) in enumerate(zip(grid, panels, strict=True)):
        for arm, style in styles.items():
            if len(steps):
                draw_steps(axes, arm_rows(steps, arm), style.colour)
            if len(bands):
                draw_band(axes, arm_rows(bands, arm), style)
        axes.set_title("\n".join(filled(line, 34) for line in heading.splitlines()), size=pt(9.5))
        label_time(axes, horizon, unit, panel_ticks(horizon, unit, start), start)
        if at_risk:
            write_at_risk(axes, at_risk[place], styles, headed=place % 2 == 0)
        label_survival(axes, endpoint, width=24)
        dress(axes)
    label_outer(grid, times=bool(at_risk))
    write_key(figure, styles, labels, interval, with_steps=True)
    return figure

"""How alike arms are: standardised differences, overlap of scores, curves before and after."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from posthaz.figures.axis import label_survival, label_time, panel_ticks
from posthaz.figures.layers import arm_rows, draw_steps, label_outer, new_panels, write_at_risk
from posthaz.figures.style import (
    MUTED,
    REFERENCE,
    SERIES,
    arm_styles,
    dress,
    filled,
    legend_above,
    new_figure,
    styled,
)

_ROW = 0.3


@styled
def draw_love(
    balance: pd.DataFrame,
    *,
    samples: Mapping[str, str],
    mark: float = 0.1,
    title: str = "",
    simulated: bool = False,
) -> Figure:
    """Absolute standardised differences of every covariate, one marker a sample.

    Parameters
    ----------
    balance : DataFrame
        Columns ``sample``, ``label`` (covariate and level as shown) and ``difference``
        (standardised); covariates are drawn in order of appearance. Differences that don't exist
        are left out.
    samples : mapping of str to str
        Name to show for each sample, the one before adjustment first.
    mark : float, optional
        Difference that counts as imbalance; a dashed line.
    title : str, optional
        Title at the top.
    simulated : bool, optional
        Whether the cohort is simulated, which the figure then says.

    Returns
    -------
    Figure
        One axes; a line of markers a sample.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = {"sample": ["before", "matched"], "label": ["Age", "Age"],
    ...         "difference": [-0.4, 0.05]}
    >>> figure = draw_love(
    ...     pd.DataFrame(rows), samples={"before": "All patients", "matched": "Matched"}
    ... )
    >>> [line.get_xdata().tolist() for line in figure.axes[0].lines[2:]]
    [[0.4], [0.05]]
    """
    labels = list(dict.fromkeys(balance["label"]))
    height = {label: place for place, label in enumerate(labels)}
    figure = new_figure(0.9 + _ROW * len(labels), title, simulated)
    axes = figure.subplots()
    axes.axvline(0.0, color=MUTED, lw=1.0, zorder=0.8)
    axes.axvline(mark, color=MUTED, lw=1.0, ls=(0, (4, 3)), zorder=0.8)
    handles = []
    for place, name in enumerate(samples):
        style = REFERENCE if place == 0 else SERIES[(place - 1) % len(SERIES)]
        rows = balance[(balance["sample"] == name) & np.isfinite(balance["difference"])]
        (points,) = axes.plot(
            rows["difference"].abs().to_numpy(dtype=float),
            [height[label] for label in rows["label"]],
            ls="none", marker=style.marker, ms=6.5, color=style.colour, mec="white", mew=0.7,
            mfc="white" if place == 0 else style.colour, zorder=2.0 + 0.1 * place,
        )  # fmt: skip
        if place == 0:
            points.set_markeredgecolor(style.colour)
            points.set_markeredgewidth(1.6)
        handles.append(points)
    axes.set_yticks(range(len(labels)), [filled(str(label), 30) for label in labels])
    axes.set_ylim(len(labels) - 0.4, -0.6)
    largest = float(balance["difference"].abs().max()) if len(balance) else mark
    axes.set_xlim(-0.02 * max(largest, 2 * mark), max(largest, 2 * mark) * 1.05)
    axes.set_xlabel("Absolute standardised difference")
    dress(axes, grid="both")
    axes.tick_params(axis="y", length=0)
    legend_above(figure, handles, list(samples.values()), columns=2)
    return figure


_BINS = 30


@styled
def draw_overlap(
    scores: pd.DataFrame,
    *,
    labels: Mapping[str, str],
    title: str = "",
    simulated: bool = False,
) -> Figure:
    """Histograms of the propensity score, the reference arm below the line.

    Parameters
    ----------
    scores : DataFrame
        Columns ``arm`` and ``score`` (a probability), one row a patient; and ``used``, whether
        the patient is among those compared, where some were left out: they are drawn pale.
    labels : mapping of str to str
        Name to show for each arm, the reference arm first.
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
    >>> scores = pd.DataFrame({"arm": ["a", "a", "b"], "score": [0.2, 0.4, 0.5]})
    >>> figure = draw_overlap(scores, labels={"a": "Without", "b": "With radiotherapy"})
    >>> figure.axes[0].get_xlabel()
    'Propensity score: probability of “With radiotherapy”'
    """
    edges = np.linspace(0.0, 1.0, _BINS + 1)
    styles = arm_styles(list(labels))
    figure = new_figure(3.4, title, simulated)
    axes = figure.subplots()
    used = scores["used"] if "used" in scores else pd.Series(True, index=scores.index)
    handles, names = [], []
    for side, (arm, style) in zip((-1, 1), styles.items(), strict=False):
        mine = scores["arm"].astype(str) == arm
        for chosen, alpha in ((mine, 0.35), (mine & used, 0.95)):
            counts, _ = np.histogram(scores.loc[chosen, "score"], edges)
            axes.bar(
                edges[:-1], side * counts, width=np.diff(edges), align="edge",
                color=style.colour, alpha=alpha, lw=0.6, edgecolor="white",
            )  # fmt: skip
        handles.append(Patch(color=style.colour))
        names.append(labels[arm])
    if not used.all():
        handles.append(Patch(color=MUTED, alpha=0.35))
        names.append("Left out (pale)")
    axes.axhline(0.0, color=MUTED, lw=1.0)
    axes.set_ylim(1.08 * min(axes.dataLim.y0, -1.0), 1.08 * max(axes.dataLim.y1, 1.0))
    axes.yaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda count, _: f"{abs(count):g}"))
    axes.set_xlim(0.0, 1.0)
    axes.set_xlabel(f"Propensity score: probability of “{list(labels.values())[-1]}”")
    axes.set_ylabel("Patients")
    dress(axes)
    legend_above(figure, handles, names, columns=2)
    return figure


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
    at_risk: pd.DataFrame | None = None,
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
    at_risk : DataFrame, optional
        Columns ``sample, arm, time, at_risk``, at `panel_ticks`; written below each panel.

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
    height = 2.6 if at_risk is None else 2.6 + 0.17 * len(styles)
    figure, panels = new_panels(len(samples), height, title, simulated, share=True)
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
        label_time(axes, horizon, unit, panel_ticks(horizon, unit, start), start)
        if at_risk is not None:
            mine = at_risk[at_risk["sample"] == name]
            write_at_risk(axes, mine, styles, headed=panels.index(axes) % 2 == 0)
        label_survival(axes, endpoint, width=24)
        dress(axes)
    label_outer(panels, times=at_risk is not None)
    handles = [style.key() for style in styles.values()]
    legend_above(figure, handles, list(labels.values()), columns=2)
    return figure

"""What would change a conclusion: maps of priors, confounders, and single patients."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator

from posthaz.figures.axis import label_ratio, label_time
from posthaz.figures.style import (
    INK,
    MUTED,
    POSTERIOR,
    arm_styles,
    dress,
    filled,
    legend_above,
    new_figure,
    pt,
    styled,
)

_SHADES = (0.0, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975, 1.0)
_SPREADS = (0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0)
_WIDTHS = (2.6, 1.6)


@styled
def draw_prior_map(
    table: pd.DataFrame,
    named: pd.DataFrame | None = None,
    *,
    levels: Sequence[float] = (0.95, 0.975),
    title: str = "",
    simulated: bool = False,
) -> Figure:
    """Contour map of the probability of benefit over normal priors, one panel a threshold.

    Parameters
    ----------
    table : DataFrame
        Columns ``prior_hr``, ``prior_sd``, ``threshold``, ``probability``, ``closed_form``: a full
        grid of priors. Where ``probability`` is missing nothing is shaded.
    named : DataFrame, optional
        Columns ``prior``, ``prior_hr``, ``prior_sd``: priors to mark, those on the map.
    levels : sequence of float, optional
        Probabilities whose lines are drawn, solid by reweighting and dashed by the closed form.
    title : str, optional
        Title at the top.
    simulated : bool, optional
        Whether the cohort is simulated, which the figure then says.

    Returns
    -------
    Figure
        One axes a threshold.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [(hr, sd, 1.0, p, p) for hr, p in ((0.5, 0.98), (2.0, 0.4)) for sd in (0.5, 1.0)]
    >>> columns = ["prior_hr", "prior_sd", "threshold", "probability", "closed_form"]
    >>> figure = draw_prior_map(pd.DataFrame(rows, columns=columns))
    >>> figure.axes[0].get_title(loc="left")
    'P(HR < 1)'
    """
    thresholds = list(dict.fromkeys(table["threshold"]))
    figure = new_figure(3.5 * len(thresholds), title, simulated)
    panels = figure.subplots(len(thresholds), 1, squeeze=False)[:, 0]
    for axes, threshold in zip(panels, thresholds, strict=True):
        _panel(axes, table[table["threshold"] == threshold], levels)
        axes.set_title(f"P(HR < {threshold:g})", loc="left")
        if named is not None:
            _mark(axes, named, table)
    panels[-1].set_xlabel("Median hazard ratio of the prior (log scale)")
    handles = [Line2D([], [], color=INK, lw=_WIDTHS[k % 2]) for k in range(len(levels))]
    handles.append(Line2D([], [], color=MUTED, lw=1.6, ls=(0, (4, 2))))
    names = [f"{100 * level:g} %" for level in levels] + ["closed form"]
    legend_above(figure, handles, names, columns=4)
    return figure


def _panel(axes: Axes, rows: pd.DataFrame, levels: Sequence[float]) -> None:
    shapes = {
        name: rows.pivot_table(index="prior_sd", columns="prior_hr", values=name, dropna=False)
        for name in ("probability", "closed_form")
    }
    grid = shapes["probability"]
    x, y = np.log(grid.columns.to_numpy(dtype=float)), grid.index.to_numpy(dtype=float)
    hr = np.exp(x)
    label_ratio(axes, "x", float(hr[0]), float(hr[-1]))
    values = np.ma.masked_invalid(grid.to_numpy(dtype=float))
    shade = axes.contourf(hr, y, values, levels=list(_SHADES), cmap="RdBu", alpha=0.55)
    bar = axes.figure.colorbar(shade, ax=axes, pad=0.015, aspect=14)
    bar.ax.tick_params(labelsize=pt(9))
    bar.set_ticks([*_SHADES[1:-1:2], 0.975])
    bar.ax.yaxis.set_major_formatter(lambda value, _: f"{100 * value:g} %")
    for k, level in enumerate(sorted(levels)):
        for name, style in (("closed_form", (0, (4, 2))), ("probability", "solid")):
            own = shapes[name].reindex_like(grid).to_numpy(dtype=float)
            if np.nanmin(own) < level < np.nanmax(own):
                colour = INK if name == "probability" else MUTED
                width = _WIDTHS[k % 2] if name == "probability" else 1.4
                axes.contour(hr, y, np.ma.masked_invalid(own), levels=[level], colors=[colour],
                             linewidths=[width], linestyles=[style])  # fmt: skip
    axes.axvline(1.0, color=MUTED, lw=0.9)
    axes.set_yscale("log")
    ticks = [tick for tick in _SPREADS if y[0] <= tick <= y[-1]]
    axes.yaxis.set_major_locator(FixedLocator(ticks))
    axes.yaxis.set_major_formatter(FixedFormatter([f"{tick:g}" for tick in ticks]))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.set_ylim(y[0], y[-1])
    axes.set_ylabel("Prior sd of the log HR")
    dress(axes, grid="")


def _mark(axes: Axes, named: pd.DataFrame, table: pd.DataFrame) -> None:
    """The named priors that lie on the map."""
    on = named["prior_hr"].between(table["prior_hr"].min(), table["prior_hr"].max())
    on &= named["prior_sd"].between(table["prior_sd"].min(), table["prior_sd"].max())
    for row in named[on].to_dict("records"):
        axes.plot(row["prior_hr"], row["prior_sd"], marker=POSTERIOR.marker or "o", ms=7,
                  color="white", mec=INK, mew=1.4, ls="none", zorder=5)  # fmt: skip
        axes.annotate(
            filled(str(row["prior"]), 18), (row["prior_hr"], row["prior_sd"]),
            xytext=(0, 8), textcoords="offset points", va="bottom", ha="center", fontsize=pt(9.5),
            zorder=4,
            bbox={"boxstyle": "round,pad=0.15", "fc": "white", "ec": "none", "alpha": 0.75},
        )  # fmt: skip


@styled
def draw_influence(
    table: pd.DataFrame,
    *,
    unit: str,
    labels: dict[str, str] | None = None,
    title: str = "",
    simulated: bool = False,
) -> Figure:
    """Change of the log hazard ratio without each patient, against the patient's time.

    Parameters
    ----------
    table : DataFrame
        Columns ``time``, ``event``, ``arm``, ``sd_moved``, one row a patient.
    unit : str
        Unit of time.
    labels : dict of str to str, optional
        Names of the arms, reference first.
    title : str, optional
        Title at the top.
    simulated : bool, optional
        Whether the cohort is simulated, which the figure then says.

    Returns
    -------
    Figure
        One axes: filled marks for events, open ones for censored times.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = {"time": [3.0, 9.0], "event": [True, False], "arm": ["A", "B"],
    ...         "sd_moved": [0.1, -0.2]}
    >>> len(draw_influence(pd.DataFrame(rows), unit="months").axes[0].collections)
    4
    """
    names = labels or {str(arm): str(arm) for arm in dict.fromkeys(table["arm"])}
    styles = arm_styles(list(names))
    figure = new_figure(3.6, title, simulated)
    axes = figure.subplots()
    axes.axhline(0.0, color=MUTED, lw=1.0)
    for arm, style in styles.items():
        for event in (True, False):
            own = table[(table["arm"] == arm) & (table["event"] == event)]
            axes.scatter(
                own["time"], own["sd_moved"], s=30, marker=style.marker or "o", zorder=3,
                facecolors=style.colour if event else "white", edgecolors=style.colour, lw=1.2,
            )  # fmt: skip
    label_time(axes, float(table["time"].max()) * 1.03, unit)
    most = float(table["sd_moved"].abs().max()) * 1.15 or 1.0
    axes.set_ylim(-most, most)
    axes.set_ylabel("Change of log HR without\nthe patient (posterior sd)")
    dress(axes)
    handles = [
        Line2D([], [], ls="none", marker=styles[arm].marker or "o", ms=6, mec=styles[arm].colour,
               color=styles[arm].colour) for arm in names
    ]  # fmt: skip
    handles += [
        Line2D([], [], ls="none", marker="o", ms=6, color=MUTED),
        Line2D([], [], ls="none", marker="o", ms=6, mec=MUTED, mfc="white"),
    ]
    legend_above(figure, handles, [*names.values(), "event", "censored"], columns=4)
    return figure

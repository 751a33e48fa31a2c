"""Printed evidence: priors and posteriors of a ratio, and curves told back from print."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from posthaz.figures.axis import label_ratio, label_survival, label_time
from posthaz.figures.layers import arm_rows, draw_steps, new_panels
from posthaz.figures.style import (
    INK,
    MUTED,
    REFERENCE,
    SERIES,
    arm_styles,
    dress,
    filled,
    label_of,
    legend_above,
    new_figure,
    pt,
    styled,
)
from posthaz.figures.survival import row_middles

_PRIOR = (0, (5, 1.6))


@styled
def draw_evidence(
    curves: pd.DataFrame,
    table: pd.DataFrame,
    *,
    labels: Mapping[str, str] | None = None,
    interval: float = 0.95,
    title: str = "",
) -> Figure:
    """Prior, likelihood and posterior of a hazard ratio, one panel a prior.

    Parameters
    ----------
    curves : DataFrame
        Columns ``prior, source, hr, density``, as `evidence_densities` gives.
    table : DataFrame
        Columns ``prior, hr, lower, upper``: the posterior's median and limits.
    labels : mapping of str to str, optional
        Name to show for each prior.
    interval : float, optional
        Probability of the limits, named in the legend.
    title : str, optional
        Title at the top.

    Returns
    -------
    Figure
        One axes a prior, in the order of `table`; all with the same ratios, each to its height.

    Examples
    --------
    >>> from posthaz.evidence import PrintedRatio, evidence_densities, evidence_table
    >>> printed = PrintedRatio(0.54, 0.31, 0.94)
    >>> figure = draw_evidence(evidence_densities(printed), evidence_table(printed))
    >>> [axes.get_title(loc="left") for axes in figure.axes]
    ['reference', 'sceptical', 'enthusiastic']
    """
    figure, panels = new_panels(len(table), 1.9, title, False)
    lowest, highest = float(curves["hr"].min()), float(curves["hr"].max())
    for axes, row in zip(panels, table.to_dict("records"), strict=True):
        mine = curves[curves["prior"] == row["prior"]]
        _draw_curves(axes, mine, row)
        axes.set_title(filled(label_of(labels or {}, row["prior"]), 30))
        axes.axvline(1.0, color=MUTED, lw=0.9, zorder=0.5)
        label_ratio(axes, "x", lowest, highest)
        # each panel to its own height, or a strong prior flattens all others
        axes.set_ylim(0.0, 1.1 * float(mine["density"].max()))
        axes.set_yticks([])
        dress(axes, grid="")
        axes.spines["left"].set_visible(False)
        axes.set_xlabel("Hazard ratio")
    figure.legend(
        [
            Line2D([], [], color=MUTED, ls=_PRIOR),
            Line2D([], [], color=REFERENCE.colour, ls=(0, (1.5, 1.2))),
            Patch(color=SERIES[0].colour, alpha=0.45),
        ],
        ["Prior", "Likelihood", f"Posterior, median and {interval * 100:g} %"],
        loc="outside lower center",
        ncols=3,
    )
    return figure


def _draw_curves(axes: Axes, curves: pd.DataFrame, row: Mapping) -> None:
    by_source = {str(source): frame for source, frame in curves.groupby("source")}
    colour = SERIES[0].colour
    posterior = by_source["posterior"]
    axes.fill_between(posterior["hr"], 0.0, posterior["density"], color=colour, alpha=0.45, lw=0)
    axes.plot(posterior["hr"], posterior["density"], color=colour, lw=1.6)
    if "prior" in by_source:
        prior = by_source["prior"]
        axes.plot(prior["hr"], prior["density"], color=MUTED, ls=_PRIOR, lw=1.6)
    seen = by_source["likelihood"]
    axes.plot(seen["hr"], seen["density"], color=REFERENCE.colour, ls=(0, (1.5, 1.2)), lw=1.8)
    foot = axes.get_xaxis_transform()
    axes.plot([row["lower"], row["upper"]], [0.03, 0.03], color=INK, lw=3.5, transform=foot)
    axes.plot([row["hr"]], [0.03], marker="o", ms=7, color="white", mec=INK, mew=1.8, ls="none",
              transform=foot, zorder=5)  # fmt: skip


@styled
def draw_reconstruction(
    kaplan_meier: pd.DataFrame,
    clicks: pd.DataFrame,
    at_risk: pd.DataFrame,
    *,
    labels: Mapping[str, str],
    unit: str,
    horizon: float,
    endpoint: str = "survival",
    title: str = "",
) -> Figure:
    """Kaplan-Meier of reconstructed patients over the clicks, with numbers at risk below.

    Parameters
    ----------
    kaplan_meier : DataFrame
        Columns ``arm``, ``time``, ``survival``, and ``censored`` for ticks.
    clicks : DataFrame
        Columns ``arm``, ``time``, ``survival``: the coordinates as clicked, as shares.
    at_risk : DataFrame
        Columns ``arm``, ``time``, ``printed``, ``reconstructed``.
    labels : mapping of str to str
        Name to show for each arm, the reference arm first.
    unit : str
        Unit of time.
    horizon : float
        End of the time axis, in `unit`.
    endpoint : str, optional
        What survives.
    title : str, optional
        Title at the top.

    Returns
    -------
    Figure
        Axes 0 holds curves and clicks, axes 1 the numbers: printed, and in brackets the
        reconstructed ones where they differ.

    Examples
    --------
    >>> import pandas as pd
    >>> km = pd.DataFrame({"arm": ["a"], "time": [6.0], "survival": [0.5], "censored": [0]})
    >>> clicks = pd.DataFrame({"arm": ["a"], "time": [6.0], "survival": [0.49]})
    >>> numbers = {"printed": [20, 8], "reconstructed": [20, 9]}
    >>> risk = pd.DataFrame({"arm": ["a", "a"], "time": [0.0, 12.0]} | numbers)
    >>> figure = draw_reconstruction(km, clicks, risk, labels={"a": "A"}, unit="months",
    ...                              horizon=12.0)
    >>> [text.get_text() for text in figure.axes[1].texts]
    ['20', '8 (9)']
    """
    styles = arm_styles(list(labels))
    rows = {arm: filled(label, 16) for arm, label in labels.items()}
    lines = sum(text.count("\n") + 1.25 for text in rows.values())
    table = 0.3 + 0.19 * lines
    figure = new_figure(4.1 + table, title)
    axes, below = figure.subplots(2, height_ratios=[4.1, table], sharex=True)
    _write_both(below, at_risk, rows)
    label_time(axes, horizon, unit, np.unique(at_risk["time"].to_numpy(dtype=float)))
    axes.tick_params(labelbottom=True)
    for arm, style in styles.items():
        own = arm_rows(clicks, arm)
        axes.plot(
            own["time"], own["survival"], ls="none", marker=style.marker, ms=4.5, mew=0.9,
            mfc="none", mec=style.colour, alpha=0.7,
        )  # fmt: skip
        draw_steps(axes, arm_rows(kaplan_meier, arm), style.colour, width=1.3)
    axes.set_xlim(0.0, horizon)
    label_survival(axes, endpoint)
    dress(axes)
    handles: list[object] = [
        Line2D([], [], color=s.colour, lw=1.3, marker=s.marker, mfc="none", ms=4.5)
        for s in styles.values()
    ]
    names = [label_of(labels, arm) for arm in styles]
    handles += [
        Line2D([], [], ls="none", marker="o", mfc="none", mec=INK, ms=4.5),
        Line2D([], [], color=INK, lw=1.3, marker="|", ms=6, mew=0.8),
    ]
    names += ["Clicked", "Reconstructed, tick: censored"]
    legend_above(figure, handles, names, columns=2)
    return figure


def _write_both(axes: Axes, at_risk: pd.DataFrame, rows: Mapping[str, str]) -> None:
    heights, foot = row_middles(rows)
    for row in at_risk.to_dict("records"):
        arm = str(row["arm"])
        if arm not in heights:
            continue
        same = row["printed"] == row["reconstructed"]
        text = f"{row['printed']:g}" + ("" if same else f" ({row['reconstructed']:g})")
        axes.text(row["time"], heights[arm], text, ha="center", va="center", size=pt(9.5))
    axes.set_ylim(foot, 0.0)
    axes.set_yticks(list(heights.values()), list(rows.values()))
    axes.set_title("At risk: printed (reconstructed where it differs)", size=pt(9.5), pad=2)
    axes.tick_params(axis="both", length=0, labelbottom=False, labelsize=pt(9.5), pad=14)
    for spine in axes.spines.values():
        spine.set_visible(False)

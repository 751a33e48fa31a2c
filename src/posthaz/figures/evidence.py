"""A printed hazard ratio against priors: prior, likelihood and posterior, a panel a prior."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from posthaz.figures.axis import label_ratio
from posthaz.figures.layers import new_panels
from posthaz.figures.style import INK, MUTED, REFERENCE, SERIES, dress, filled, label_of, styled

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

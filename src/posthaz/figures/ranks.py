"""Pictures of a sampler at work: ranks by chain, energy, Pareto k."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from scipy.stats import binom, rankdata

from posthaz.figures.layers import label_outer, new_panels
from posthaz.figures.prior_posterior import density
from posthaz.figures.style import (
    MUTED,
    REFERENCE,
    SERIES,
    WARNING,
    dress,
    filled,
    label_of,
    legend_above,
    new_figure,
    pt,
    styled,
    wrapped,
)

BINS = 20


@styled
def draw_ranks(
    draws: Mapping[str, np.ndarray],
    *,
    labels: Mapping[str, str] | None = None,
    title: str = "",
    simulated: bool = False,
) -> Figure:
    """Histogram of each chain's ranks among all chains' draws; flat lines mean agreement.

    Parameters
    ----------
    draws : mapping of str to ndarray
        Posterior draws of each parameter, each of shape (chain, draw).
    labels : mapping of str to str, optional
        Name to show for each parameter.
    title : str, optional
        Title at the top.
    simulated : bool, optional
        Whether the cohort is simulated, which the figure then says.

    Returns
    -------
    Figure
        One axes a parameter, one line a chain; the grey band holds 95 % of independent draws.

    Examples
    --------
    >>> import numpy as np
    >>> draws = np.random.default_rng(1).normal(size=(4, 500))
    >>> figure = draw_ranks({"arm": draws})
    >>> len(figure.axes[0].lines)
    4
    """
    figure, panels = new_panels(len(draws), 1.75, title, simulated)
    styles = (REFERENCE, *SERIES)
    chains = 0
    for axes, (name, values) in zip(panels, draws.items(), strict=True):
        heights = rank_counts(np.asarray(values, dtype=float))
        chains = max(chains, len(heights))
        expected = values.shape[1] / BINS
        low, high = binom.ppf([0.025, 0.975], values.shape[1], 1.0 / BINS)
        axes.axhspan(low, high, color=MUTED, alpha=0.18, lw=0)
        edges = np.arange(BINS + 1)
        for chain, height in enumerate(heights):
            style = styles[chain % len(styles)]
            line = np.append(height, height[-1])
            axes.plot(
                edges, line, drawstyle="steps-post", color=style.colour, ls=style.dash, lw=1.3
            )
        axes.set_ylim(0.0, max(1.9 * expected, 1.1 * heights.max()))
        axes.set_xlim(0, BINS)
        axes.set_xticks([0, BINS / 2, BINS], ["lowest", "middle", "highest"])
        for tick, side in zip(axes.get_xticklabels(), ("left", "center", "right"), strict=True):
            tick.set_horizontalalignment(side)
        axes.set_title(wrapped(label_of(labels or {}, name), 27))
        dress(axes, grid="")
    for axes in panels[::2]:
        axes.set_ylabel("Draws")
    for axes in panels[-2:]:
        axes.set_xlabel("Rank among all chains' draws")
    keys = [s.key(lw=1.3) for s in styles[:chains]]
    names = [f"Chain {chain + 1}" for chain in range(len(keys))]
    figure.legend(keys, names, loc="outside lower center", ncols=4)
    return figure


def rank_counts(values: np.ndarray) -> np.ndarray:
    """Draws of each chain in each of 20 equal bins of the rank among all draws.

    Parameters
    ----------
    values : ndarray of float, shape (chain, draw)
        Draws.

    Returns
    -------
    ndarray of int, shape (chain, bin)

    Examples
    --------
    >>> import numpy as np
    >>> rank_counts(np.arange(40.0).reshape(1, 40)).tolist() == [[2] * 20]
    True
    """
    ranks = rankdata(values.ravel(), method="average").reshape(values.shape)
    bins = np.minimum((ranks - 0.5) / values.size * BINS, BINS - 1).astype(int)
    return np.array([np.bincount(chain, minlength=BINS) for chain in bins])


@styled
def draw_energy(energy: np.ndarray, *, title: str = "", simulated: bool = False) -> Figure:
    """Distribution of the energy, and of its change from draw to draw.

    Where the second is much narrower than the first, the sampler explores slowly.

    Parameters
    ----------
    energy : ndarray of float, shape (chain, draw)
        Energy of each draw (``sample_stats.energy``).
    title : str, optional
        Title at the top.
    simulated : bool, optional
        Whether the cohort is simulated, which the figure then says.

    Returns
    -------
    Figure

    Examples
    --------
    >>> import numpy as np
    >>> figure = draw_energy(np.random.default_rng(1).normal(500, 3, size=(4, 200)))
    >>> len(figure.axes[0].lines)
    1
    """
    energy = np.asarray(energy, dtype=float)
    centred = (energy - energy.mean()).ravel()
    change = np.diff(energy, axis=-1).ravel()
    figure = new_figure(2.8, title, simulated)
    axes = figure.subplots()
    bounds = float(min(centred.min(), change.min())), float(max(centred.max(), change.max()))
    grid, height = density(centred, *bounds)
    axes.fill_between(grid, 0.0, height, color=REFERENCE.colour, alpha=0.4, lw=0)
    axes.plot(*density(change, *bounds), color=SERIES[0].colour)
    axes.set_ylim(bottom=0.0)
    axes.set_yticks([])
    axes.set_ylabel("Density")
    axes.set_xlabel("Energy, centred (nats)")
    dress(axes, grid="")
    keys = [Patch(color=REFERENCE.colour, alpha=0.4), Line2D([], [], color=SERIES[0].colour)]
    legend_above(figure, keys, ["Energy", "Change from draw to draw"], columns=2)
    return figure


NAMED = 6


@styled
def draw_pareto_k(
    table: pd.DataFrame,
    *,
    limit: float = 0.7,
    labels: Mapping[str, str] | None = None,
    title: str = "",
    simulated: bool = False,
) -> Figure:
    """Pareto k by subject, one panel a model; those above the limit are marked and named.

    Parameters
    ----------
    table : DataFrame
        Columns ``subject``, ``pareto_k``, ``model``.
    limit : float, optional
        Value above which leave-one-out is not to be believed for a subject.
    labels : mapping of str to str, optional
        Name to show for each model.
    title : str, optional
        Title at the top.
    simulated : bool, optional
        Whether the cohort is simulated, which the figure then says.

    Returns
    -------
    Figure
        One axes a model; its first line holds the subjects within the limit, its second those
        above.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"subject": [0, 1], "pareto_k": [0.1, 0.9], "model": "weibull"})
    >>> figure = draw_pareto_k(table)
    >>> figure.axes[0].get_title(loc="left")
    'weibull: 1 above 0.7'
    """
    models = list(dict.fromkeys(table["model"].astype(str)))
    figure, panels = new_panels(len(models), 2.7, title, simulated, share=True)
    for axes, model in zip(panels, models, strict=True):
        rows = table.loc[table["model"].astype(str) == model]
        within = rows["pareto_k"] <= limit
        good, bad = rows.loc[within], rows.loc[~within]
        colour = REFERENCE.colour
        axes.plot(good["subject"], good["pareto_k"], ls="none", marker=".", ms=4, color=colour)
        axes.plot(bad["subject"], bad["pareto_k"], ls="none", marker="X", ms=7, color=WARNING)
        axes.axhline(limit, color=MUTED, lw=1.2, ls=(0, (4, 2)))
        for row in bad.nlargest(NAMED, "pareto_k").to_dict("records"):
            place = (row["subject"], row["pareto_k"])
            axes.annotate(
                f"{row['subject']}", place, (5, 2), textcoords="offset points", size=pt(9)
            )
        axes.set_title(filled(f"{label_of(labels or {}, model)}: {len(bad)} above {limit:g}", 26))
        axes.set_xlabel("Subject")
        axes.set_ylabel("Pareto k")
        dress(axes)
    label_outer(panels)
    values = table["pareto_k"].to_numpy(dtype=float)
    values = values[np.isfinite(values)]
    panels[0].set_ylim(values.min(initial=-0.04) - 0.06, values.max(initial=0.9) + 0.1)
    return figure

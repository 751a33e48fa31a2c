"""Rank plots: do the chains explore the same distribution?"""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from scipy.stats import binom, rankdata

from posthaz.figures.layers import new_panels
from posthaz.figures.style import MUTED, REFERENCE, SERIES, dress, label_of, styled, wrapped

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
    keys = [Line2D([], [], color=s.colour, ls=s.dash, lw=1.3) for s in styles[:chains]]
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

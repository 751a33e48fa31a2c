"""Prior beside posterior, one panel a parameter."""

from collections.abc import Collection, Mapping

import numpy as np
from arviz_stats.base.array import array_stats
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from posthaz.figures.axis import label_ratio
from posthaz.figures.layers import draw_interval, new_panels
from posthaz.figures.style import INK, MUTED, SERIES, dress, label_of, styled, wrapped


def density(samples: np.ndarray, lower: float, upper: float) -> tuple[np.ndarray, np.ndarray]:
    """Kernel density of `samples` between two bounds.

    Only the samples within the bounds are smoothed, and the curve integrates to their share,
    so that a prior with far tails keeps its true height where it is shown.

    Parameters
    ----------
    samples : ndarray of float, shape (sample,)
        Draws.
    lower, upper : float
        Range shown, in the draws' unit.

    Returns
    -------
    grid, height : ndarray of float, shape (512,)
        Values, and density in 1 / unit. Both empty when fewer than two different samples lie
        within the bounds.

    Examples
    --------
    >>> import numpy as np
    >>> grid, height = density(np.linspace(0.0, 1.0, 200), 0.0, 0.5)
    >>> bool(abs(height.mean() * (grid[-1] - grid[0]) - 0.5) < 0.02)
    True
    """
    samples = np.asarray(samples, dtype=float).ravel()
    finite = samples[np.isfinite(samples)]
    shown = finite[(finite >= lower) & (finite <= upper)]
    if len(np.unique(shown)) < 2:
        return np.array([]), np.array([])
    # The bandwidth search divides by zero on evenly spread draws, and recovers.
    with np.errstate(divide="ignore"):
        grid, height, _ = array_stats.kde(shown, bound_correction=True)
    return grid, height * len(shown) / len(samples)


def shown_range(prior: np.ndarray, posterior: np.ndarray) -> tuple[float, float]:
    """Range that holds the posterior whole and as much of the prior as leaves it legible.

    Parameters
    ----------
    prior, posterior : ndarray of float, shape (sample,)
        Draws in the same unit.

    Returns
    -------
    lower, upper : float
        The prior's central 99 %, cut at two posterior widths on either side of the posterior.

    Examples
    --------
    >>> import numpy as np
    >>> shown_range(np.array([-100.0, 100.0]), np.array([0.0, 1.0]))
    (-1.995, 2.995)
    """
    low, high = np.quantile(posterior, [0.001, 0.999])
    width = high - low
    prior_low, prior_high = np.quantile(prior, [0.005, 0.995])
    lower = min(low, max(prior_low, low - 2.0 * width))
    upper = max(high, min(prior_high, high + 2.0 * width))
    return round(float(lower), 12), round(float(upper), 12)


PRIOR_DASH = (0, (5, 1.6))


@styled
def draw_prior_posterior(
    draws: Mapping[str, tuple[np.ndarray, np.ndarray]],
    *,
    ratios: Collection[str] = (),
    labels: Mapping[str, str] | None = None,
    ratio: str = "Hazard ratio",
    interval: float = 0.95,
    title: str = "",
    simulated: bool = False,
) -> Figure:
    """Density of prior and posterior, with the posterior's median and interval.

    Parameters
    ----------
    draws : mapping of str to (ndarray, ndarray)
        Prior and posterior draws of each parameter, each of shape (sample,). Ratios are given
        as ratios, not as their logarithms.
    ratios : collection of str, optional
        Parameters that are ratios: shown on a log axis, with a line at 1.
    labels : mapping of str to str, optional
        Name to show for each parameter.
    ratio : str, optional
        What the ratios are of, under their axes.
    interval : float, optional
        Probability of the equal-tailed interval.
    title : str, optional
        Title at the top.
    simulated : bool, optional
        Whether the cohort is simulated, which the figure then says.

    Returns
    -------
    Figure
        One axes a parameter, in the mapping's order.

    Examples
    --------
    >>> import numpy as np
    >>> draw = np.random.default_rng(1).normal
    >>> both = {"arm": (np.exp(draw(0, 1, 400)), np.exp(draw(-0.1, 0.2, 400)))}
    >>> figure = draw_prior_posterior(both, ratios=["arm"], labels={"arm": "PCI v observation"})
    >>> figure.axes[0].get_title(loc="left")
    'PCI v observation'
    """
    alone = len(draws) == 1
    figure, panels = new_panels(len(draws), 2.9 if alone else 2.1, title, simulated)
    for axes, (name, (prior, posterior)) in zip(panels, draws.items(), strict=True):
        scale = "log" if name in ratios else "linear"
        draw_pair(axes, np.ravel(prior), np.ravel(posterior), interval, scale)
        width = 58 if alone else 28
        axes.set_title(wrapped(label_of(labels or {}, name), width))
        if name in ratios:
            axes.set_xlabel(ratio)
    figure.legend(
        [Line2D([], [], color=MUTED, ls=PRIOR_DASH), Patch(color=SERIES[0].colour, alpha=0.45)],
        ["Prior", f"Posterior, with median and {interval * 100:g} % interval"],
        loc="outside lower center",
        ncols=2,
    )
    return figure


def draw_pair(
    axes: Axes, prior: np.ndarray, posterior: np.ndarray, interval: float, scale: str
) -> None:
    """One parameter's two densities; on a log scale the densities are of the logarithm."""
    colour = SERIES[0].colour
    forward, back = (np.log, np.exp) if scale == "log" else (np.asarray, np.asarray)
    with np.errstate(divide="ignore"):
        prior_scaled, posterior_scaled = forward(prior), forward(posterior)
    finite = prior_scaled[np.isfinite(prior_scaled)]
    lower, upper = shown_range(finite, posterior_scaled)
    grid, height = density(posterior_scaled, lower, upper)
    axes.fill_between(back(grid), 0.0, height, color=colour, alpha=0.45, lw=0)
    axes.plot(back(grid), height, color=colour, lw=1.6)
    prior_grid, prior_height = density(prior_scaled, lower, upper)
    axes.plot(back(prior_grid), prior_height, color=MUTED, ls=PRIOR_DASH, lw=1.6)
    draw_interval(axes, posterior, interval, INK)
    dress(axes, grid="")
    axes.set_ylim(bottom=0.0)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    if scale == "log":
        label_ratio(axes, "x", float(back(lower)), float(back(upper)))
        axes.axvline(1.0, color=MUTED, lw=0.9, zorder=0.5)
    else:
        axes.set_xlim(lower, upper)
        axes.locator_params(axis="x", nbins=5)

"""Posterior of a difference between arms, with the probability beyond each threshold."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from posthaz.figures.layers import draw_interval
from posthaz.figures.prior_posterior import density
from posthaz.figures.style import INK, MUTED, SERIES, dress, new_figure, pt, styled


@styled
def draw_difference(
    samples: np.ndarray,
    *,
    label: str,
    thresholds: Sequence[float] = (0.0,),
    above: bool = True,
    interval: float = 0.95,
    title: str = "",
    simulated: bool = False,
) -> Figure:
    """Density of a difference, shaded beyond the first threshold, with its probabilities.

    Parameters
    ----------
    samples : ndarray of float
        Posterior draws of the difference, of any shape.
    label : str
        What differs and its unit, such as ``"Difference in RMST to 60 months (months)"``.
    thresholds : sequence of float, optional
        Values whose probability of being exceeded is written; the first is the one shaded.
    above : bool, optional
        Whether to shade and count what lies above a threshold, or what lies below.
    interval : float, optional
        Probability of the equal-tailed interval at the foot.
    title : str, optional
        Title at the top.
    simulated : bool, optional
        Whether the cohort is simulated, which the figure then says.

    Returns
    -------
    Figure
        One axes, whose title tells the probabilities.

    Examples
    --------
    >>> import numpy as np
    >>> figure = draw_difference(np.linspace(-1.0, 3.0, 400), label="Difference (months)")
    >>> figure.axes[0].get_title(loc="left")
    'P(difference > 0) = 0.75'
    """
    samples = np.ravel(np.asarray(samples, dtype=float))
    low, high = np.quantile(samples, [0.001, 0.999])
    figure = new_figure(2.9 + 0.18 * len(thresholds), title, simulated)
    axes = figure.subplots()
    grid, height = density(samples, float(low), float(high))
    axes.plot(grid, height, color=INK, lw=1.6)
    for i, threshold in enumerate(thresholds):
        if i == 0:
            side = grid >= threshold if above else grid <= threshold
            colour = SERIES[0].colour
            axes.fill_between(grid, 0.0, height, where=side, color=colour, alpha=0.45, lw=0)
        axes.axvline(threshold, color=MUTED, lw=1.2, ls="-" if i == 0 else (0, (4, 2)))
    draw_interval(axes, samples, interval, INK)
    lines = [probability_text(samples, threshold, above) for threshold in thresholds]
    axes.set_title("\n".join(lines), size=pt(10))
    axes.set_ylim(bottom=0.0)
    axes.set_yticks([])
    axes.set_ylabel("Posterior density")
    axes.set_xlabel(f"{label}\npoint and bar: median and {interval * 100:g} % interval")
    dress(axes, grid="")
    return figure


def probability_text(samples: np.ndarray, threshold: float, above: bool) -> str:
    """The share of draws beyond a threshold, in words; never a bare 0 or 1.

    Examples
    --------
    >>> import numpy as np
    >>> probability_text(np.ones(4000), 0.0, True)
    'P(difference > 0) > 0.999'
    """
    share = float(np.mean(samples > threshold if above else samples < threshold))
    event = f"P(difference {'>' if above else '<'} {threshold:g})"
    if share > 0.9995:
        return f"{event} > 0.999"
    if share < 0.0005:
        return f"{event} < 0.001"
    return f"{event} = {share:.3f}" if not 0.01 <= share <= 0.99 else f"{event} = {share:.2f}"

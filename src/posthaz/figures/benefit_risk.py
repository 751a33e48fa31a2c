"""Benefit against risk: joint draws of a gain in survival and of extra toxicity."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.stats import gaussian_kde

from posthaz.figures.style import INK, MUTED, SERIES, dress, filled, new_figure, styled

_POINTS = 1500
_CONTOURS = (0.95, 0.8, 0.5)
_GRID = 80


@styled
def draw_benefit_risk(
    gain: np.ndarray,
    extra: np.ndarray,
    quadrants: pd.DataFrame,
    *,
    gain_label: str,
    extra_label: str,
    acceptable: float,
    title: str = "",
    simulated: bool = False,
) -> Figure:
    """Scatter of draws with contours, and the probability of each combination in its corner.

    Parameters
    ----------
    gain : ndarray of float, shape (draw,)
        Gain in survival time.
    extra : ndarray of float, shape (draw,)
        Extra probability of the toxicity, as a share.
    quadrants : DataFrame
        Columns ``gain`` (``longer``, ``shorter``), ``toxicity`` (``less``, ``acceptable``,
        ``more``) and ``probability``.
    gain_label, extra_label : str
        Labels of the axes.
    acceptable : float
        Largest acceptable extra probability, drawn as a line.
    title : str, optional
        Title at the top.
    simulated : bool, optional
        Whether the cohort is simulated, which the figure then says.

    Returns
    -------
    Figure
        One axes; its texts are the probabilities.

    Examples
    --------
    >>> import pandas as pd
    >>> draw = np.random.default_rng(1).normal
    >>> table = pd.DataFrame({"gain": ["longer"], "toxicity": ["more"], "probability": [0.9]})
    >>> figure = draw_benefit_risk(draw(2, 1, 400), draw(0.13, 0.03, 400), table,
    ...                            gain_label="Months gained", extra_label="Extra", acceptable=0.1)
    >>> figure.axes[0].texts[0].get_text()
    '90 %'
    """
    figure = new_figure(4.4, title, simulated)
    axes = figure.subplots()
    colour = SERIES[0].colour
    points = 100.0 * extra
    kept = np.linspace(0, len(gain) - 1, min(_POINTS, len(gain))).astype(int)
    axes.plot(gain[kept], points[kept], ls="none", marker="o", ms=2.2, color=colour, alpha=0.18,
              mew=0, rasterized=True)  # fmt: skip
    _draw_contours(axes, gain, points, colour)
    axes.axvline(0.0, color=MUTED, lw=1.0)
    axes.axhline(0.0, color=MUTED, lw=1.0)
    axes.axhline(100.0 * acceptable, color=MUTED, lw=1.0, ls=(0, (5, 2)))
    _set_limits(axes, gain, points, 100.0 * acceptable)
    _write_probabilities(axes, quadrants, 100.0 * acceptable)
    axes.set_xlabel(gain_label)
    axes.set_ylabel(filled(extra_label, 44))
    dress(axes, grid="")
    return figure


def _draw_contours(axes: Axes, gain: np.ndarray, points: np.ndarray, colour: str) -> None:
    """Regions of highest density with 50, 80 and 95 % of the draws."""
    both = np.vstack([gain, points])
    if np.linalg.matrix_rank(np.cov(both)) < 2:
        return
    # wider than Scott's rule, so that the outlines are smooth enough to be read
    density = gaussian_kde(both, 1.4 * len(gain) ** (-1 / 6))
    levels = np.quantile(density(both[:, :: max(1, len(gain) // 2000)]),
                         [1 - share for share in _CONTOURS])  # fmt: skip
    x, y = (np.linspace(v.min(), v.max(), _GRID) for v in both)
    mesh = np.meshgrid(x, y)
    height = density(np.vstack([m.ravel() for m in mesh])).reshape(mesh[0].shape)
    axes.contour(x, y, height, levels=np.unique(levels), colors=[colour], linewidths=1.4)


def _set_limits(axes: Axes, gain: np.ndarray, points: np.ndarray, acceptable: float) -> None:
    """All but the farthest draws, 0 on both axes, and room for a number in every region."""
    low, high = np.quantile(gain, [0.001, 0.999])
    width = max(high, 0.0) - min(low, 0.0)
    axes.set_xlim(min(low, -0.18 * width), max(high, 0.18 * width))
    low, high = np.quantile(points, [0.001, 0.999])
    height = max(high, acceptable) - min(low, 0.0)
    axes.set_ylim(min(low, -0.13 * height), max(high, acceptable + 0.13 * height))


def _write_probabilities(axes: Axes, quadrants: pd.DataFrame, acceptable: float) -> None:
    """Each region's probability at its outer edge, away from the middle of the draws."""
    left, right = axes.get_xlim()
    bottom, top = axes.get_ylim()
    edge = 0.02 * (right - left)
    heights = {
        "more": top - 0.04 * (top - bottom),
        "acceptable": acceptable / 2,
        "less": bottom / 2,
    }
    for row in quadrants.to_dict("records"):
        longer = row["gain"] == "longer"
        axes.text(
            right - edge if longer else left + edge,
            heights[row["toxicity"]],
            _percent(row["probability"]),
            ha="right" if longer else "left",
            va="top" if row["toxicity"] == "more" else "center",
            weight="bold",
            color=INK,
            bbox={"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 1.5},
        )


def _percent(share: float) -> str:
    if share < 0.005:
        return "<1 %"
    return ">99 %" if share > 0.995 else f"{100 * share:.0f} %"

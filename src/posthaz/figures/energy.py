"""Energy plot: does the sampler move freely between levels of the energy?"""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from posthaz.figures.density import density
from posthaz.figures.style import REFERENCE, SERIES, dress, legend_above, new_figure, styled


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

"""The answer as more and more of the history is used."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator

from posthaz.figures.axis import label_ratio
from posthaz.figures.style import MUTED, REFERENCE, SERIES, dress, legend_above, new_figure, styled

_LINEAR = 0.01
_TICKS = (0.0, 0.01, 0.03, 0.1, 0.3, 1.0)


@styled
def draw_borrowing(
    discounts: pd.DataFrame,
    *,
    history: tuple[float, float, float] | None = None,
    interval: float = 0.95,
    title: str = "",
    simulated: bool = False,
) -> Figure:
    """Posterior hazard ratio against the discount of the history, from none to full.

    A large history changes the answer most at small discounts, so the axis is logarithmic from
    1 % on and linear below.

    Parameters
    ----------
    discounts : DataFrame
        Columns ``discount``, ``history_events`` (the history's size at that discount), ``hr``,
        ``lower``, ``upper``.
    history : (float, float, float), optional
        Hazard ratio of the history with its interval, drawn across.
    interval : float, optional
        Probability of the band, named in the legend.
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
    >>> columns = ["discount", "history_events", "hr", "lower", "upper"]
    >>> rows = [(0.0, 0.0, 0.51, 0.29, 0.90), (1.0, 2000.0, 0.76, 0.70, 0.83)]
    >>> figure = draw_borrowing(pd.DataFrame(rows, columns=columns))
    >>> figure.axes[0].get_yscale()
    'log'
    """
    figure = new_figure(3.8, title, simulated)
    axes = figure.subplots()
    table = discounts.sort_values("discount")
    colour = SERIES[0].colour
    axes.fill_between(table["discount"], table["lower"], table["upper"], color=colour, alpha=0.18,
                      lw=0)  # fmt: skip
    axes.plot(table["discount"], table["hr"], color=colour, marker="o", ms=5)
    axes.axhline(1.0, color=MUTED, lw=1.0, zorder=0.8)
    handles = [
        Line2D([], [], color=colour, marker="o", ms=5),
        Patch(color=colour, alpha=0.18),
    ]
    names = ["This cohort with history: median", f"{interval * 100:g} % interval"]
    values = [*table["lower"], *table["upper"], 0.9, 1.1]
    if history is not None:
        middle, lower, upper = history
        axes.axhline(middle, color=REFERENCE.colour, ls=REFERENCE.dash, lw=1.4)
        for limit in (lower, upper):
            axes.axhline(limit, color=REFERENCE.colour, ls=":", lw=1.1)
        handles.append(REFERENCE.key(lw=1.4))
        names.append(f"History: {middle:.2f} ({lower:.2f} to {upper:.2f})")
        values += [lower, upper]
    label_ratio(axes, "y", min(values) / 1.05, max(values) * 1.05)
    axes.set_ylabel("Hazard ratio (log scale)")
    _label_discount(axes, table)
    dress(axes)
    legend_above(figure, handles, names, columns=2)
    return figure


def _label_discount(axes: Axes, table: pd.DataFrame) -> None:
    axes.set_xscale("symlog", linthresh=_LINEAR, linscale=0.6)
    full = float(np.max(table["history_events"] / table["discount"].where(table["discount"] > 0)))
    least, most = float(table["discount"].min()), float(table["discount"].max())
    ticks = [tick for tick in _TICKS if least <= tick <= most]
    axes.set_xlim(least, most)
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    texts = [f"{100 * tick:g} %\n{tick * full:,.0f}" for tick in ticks]
    axes.xaxis.set_major_formatter(FixedFormatter(texts))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlabel("Share of the history that is used, and what it is worth in events")

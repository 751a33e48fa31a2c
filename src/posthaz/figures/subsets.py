"""Survival by arm in every subset, one panel each."""

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.figure import Figure

from posthaz.figures.axis import label_survival, label_time, time_ticks
from posthaz.figures.layers import arm_rows, draw_band, draw_steps, label_outer, new_panels
from posthaz.figures.style import arm_styles, dress, filled, styled
from posthaz.figures.survival import write_key


@styled
def draw_subsets(
    panels: Sequence[tuple[str, pd.DataFrame, pd.DataFrame]],
    *,
    labels: Mapping[str, str],
    unit: str,
    horizon: float,
    endpoint: str = "survival",
    interval: float = 0.95,
    title: str = "",
    simulated: bool = False,
    start: float = 0.0,
) -> Figure:
    """Kaplan-Meier steps and posterior bands in small multiples on common axes.

    Parameters
    ----------
    panels : sequence of (str, DataFrame, DataFrame)
        Heading, Kaplan-Meier steps (``arm, time, survival, censored``) and posterior bands
        (``arm, time, median, lower, upper``) of each subset; either frame may be empty.
    labels : mapping of str to str
        Name to show for each arm, the reference arm first.
    unit : str
        Unit of time.
    horizon : float
        End of the time axis, in `unit`.
    endpoint : str, optional
        What survives, such as ``"overall survival"``.
    interval : float, optional
        Probability of the bands, named in the legend.
    title : str, optional
        Title at the top.
    simulated : bool, optional
        Whether the cohort is simulated, which the figure then says.
    start : float, optional
        Start of the time axis.

    Returns
    -------
    Figure
        One axes a subset.

    Examples
    --------
    >>> import pandas as pd
    >>> km = pd.DataFrame({"arm": ["a"], "time": [6.0], "survival": [0.5], "censored": [0]})
    >>> none = pd.DataFrame(columns=["arm", "time", "median", "lower", "upper"])
    >>> figure = draw_subsets(
    ...     [("All", km, none), ("Stage III", km, none)], labels={"a": "RT"}, unit="months",
    ...     horizon=12.0,
    ... )
    >>> [axes.get_title(loc="left") for axes in figure.axes]
    ['All', 'Stage III']
    """
    styles = arm_styles(list(labels))
    figure, grid = new_panels(len(panels), 2.6, title, simulated)
    for axes, (heading, steps, bands) in zip(grid, panels, strict=True):
        for arm, style in styles.items():
            if len(steps):
                draw_steps(axes, arm_rows(steps, arm), style.colour)
            if len(bands):
                draw_band(axes, arm_rows(bands, arm), style)
        axes.set_title("\n".join(filled(line, 34) for line in heading.splitlines()), size=9.5)
        label_time(axes, horizon, unit, time_ticks(horizon, unit, 6, start), start)
        label_survival(axes, endpoint, width=24)
        dress(axes)
    label_outer(grid)
    write_key(figure, styles, labels, interval, with_steps=True)
    return figure

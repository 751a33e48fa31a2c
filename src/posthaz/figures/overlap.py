"""Positivity: the scores of the two arms, one upwards and one downwards."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from posthaz.figures.style import MUTED, arm_styles, dress, legend_above, new_figure, styled

_BINS = 30


@styled
def draw_overlap(
    scores: pd.DataFrame,
    *,
    labels: Mapping[str, str],
    title: str = "",
    simulated: bool = False,
) -> Figure:
    """Histograms of the propensity score, the reference arm below the line.

    Parameters
    ----------
    scores : DataFrame
        Columns ``arm`` and ``score`` (a probability), one row a patient; and ``used``, whether
        the patient is among those compared, where some were left out: they are drawn pale.
    labels : mapping of str to str
        Name to show for each arm, the reference arm first.
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
    >>> scores = pd.DataFrame({"arm": ["a", "a", "b"], "score": [0.2, 0.4, 0.5]})
    >>> figure = draw_overlap(scores, labels={"a": "Without", "b": "With radiotherapy"})
    >>> figure.axes[0].get_xlabel()
    'Propensity score: probability of “With radiotherapy”'
    """
    edges = np.linspace(0.0, 1.0, _BINS + 1)
    styles = arm_styles(list(labels))
    figure = new_figure(3.4, title, simulated)
    axes = figure.subplots()
    used = scores["used"] if "used" in scores else pd.Series(True, index=scores.index)
    handles, names = [], []
    for side, (arm, style) in zip((-1, 1), styles.items(), strict=False):
        mine = scores["arm"].astype(str) == arm
        for chosen, alpha in ((mine, 0.35), (mine & used, 0.95)):
            counts, _ = np.histogram(scores.loc[chosen, "score"], edges)
            axes.bar(
                edges[:-1], side * counts, width=np.diff(edges), align="edge",
                color=style.colour, alpha=alpha, lw=0.6, edgecolor="white",
            )  # fmt: skip
        handles.append(Patch(color=style.colour))
        names.append(labels[arm])
    if not used.all():
        handles.append(Patch(color=MUTED, alpha=0.35))
        names.append("Left out (pale)")
    axes.axhline(0.0, color=MUTED, lw=1.0)
    axes.set_ylim(1.08 * min(axes.dataLim.y0, -1.0), 1.08 * max(axes.dataLim.y1, 1.0))
    axes.yaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda count, _: f"{abs(count):g}"))
    axes.set_xlim(0.0, 1.0)
    axes.set_xlabel(f"Propensity score: probability of “{list(labels.values())[-1]}”")
    axes.set_ylabel("Patients")
    dress(axes)
    legend_above(figure, handles, names, columns=2)
    return figure

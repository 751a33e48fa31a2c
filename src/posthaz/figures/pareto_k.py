"""Pareto k of each subject: can the leave-one-out comparison be believed?"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from posthaz.figures.layers import label_outer, new_panels
from posthaz.figures.style import MUTED, REFERENCE, WARNING, dress, filled, label_of, styled

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
            axes.annotate(f"{row['subject']}", place, (5, 2), textcoords="offset points", size=9)
        axes.set_title(filled(f"{label_of(labels or {}, model)}: {len(bad)} above {limit:g}", 26))
        axes.set_xlabel("Subject")
        axes.set_ylabel("Pareto k")
        dress(axes)
    label_outer(panels)
    values = table["pareto_k"].to_numpy(dtype=float)
    values = values[np.isfinite(values)]
    panels[0].set_ylim(values.min(initial=-0.04) - 0.06, values.max(initial=0.9) + 0.1)
    return figure

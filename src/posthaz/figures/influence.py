"""How far each patient moves the effect of treatment, against their time."""

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from posthaz.figures.axis import label_time
from posthaz.figures.style import MUTED, arm_styles, dress, legend_above, new_figure, styled


@styled
def draw_influence(
    table: pd.DataFrame,
    *,
    unit: str,
    labels: dict[str, str] | None = None,
    title: str = "",
    simulated: bool = False,
) -> Figure:
    """Change of the log hazard ratio without each patient, against the patient's time.

    Parameters
    ----------
    table : DataFrame
        Columns ``time``, ``event``, ``arm``, ``sd_moved``, one row a patient.
    unit : str
        Unit of time.
    labels : dict of str to str, optional
        Names of the arms, reference first.
    title : str, optional
        Title at the top.
    simulated : bool, optional
        Whether the cohort is simulated, which the figure then says.

    Returns
    -------
    Figure
        One axes: filled marks for events, open ones for censored times.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = {"time": [3.0, 9.0], "event": [True, False], "arm": ["A", "B"],
    ...         "sd_moved": [0.1, -0.2]}
    >>> len(draw_influence(pd.DataFrame(rows), unit="months").axes[0].collections)
    4
    """
    names = labels or {str(arm): str(arm) for arm in dict.fromkeys(table["arm"])}
    styles = arm_styles(list(names))
    figure = new_figure(3.6, title, simulated)
    axes = figure.subplots()
    axes.axhline(0.0, color=MUTED, lw=1.0)
    for arm, style in styles.items():
        for event in (True, False):
            own = table[(table["arm"] == arm) & (table["event"] == event)]
            axes.scatter(
                own["time"], own["sd_moved"], s=30, marker=style.marker or "o", zorder=3,
                facecolors=style.colour if event else "white", edgecolors=style.colour, lw=1.2,
            )  # fmt: skip
    label_time(axes, float(table["time"].max()) * 1.03, unit)
    most = float(table["sd_moved"].abs().max()) * 1.15 or 1.0
    axes.set_ylim(-most, most)
    axes.set_ylabel("Change of log HR without\nthe patient (posterior sd)")
    dress(axes)
    handles = [
        Line2D([], [], ls="none", marker=styles[arm].marker or "o", ms=6, mec=styles[arm].colour,
               color=styles[arm].colour) for arm in names
    ]  # fmt: skip
    handles += [
        Line2D([], [], ls="none", marker="o", ms=6, color=MUTED),
        Line2D([], [], ls="none", marker="o", ms=6, mec=MUTED, mfc="white"),
    ]
    legend_above(figure, handles, [*names.values(), "event", "censored"], columns=4)
    return figure

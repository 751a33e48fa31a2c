"""Checks of fit: transformed times in their band, calibration, events seen and expected."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from posthaz.figures.layers import label_outer, new_panels
from posthaz.figures.style import INK, MUTED, SERIES, dress, filled, label_of, new_figure, styled


@styled
def draw_transformed(
    curves: pd.DataFrame,
    *,
    labels: Mapping[str, str],
    title: str = "",
    simulated: bool = False,
) -> Figure:
    """Distribution of transformed times less the uniform one, in its simultaneous band.

    Parameters
    ----------
    curves : DataFrame
        Columns ``of, left_out, u, ecdf, lower, upper``.
    labels : mapping of str to str
        Title of the panel of each ``of``.
    title : str, optional
        Title at the top.
    simulated : bool, optional
        Whether the cohort is simulated, which the figure then says.

    Returns
    -------
    Figure
        One axes a group.

    Examples
    --------
    >>> import pandas as pd
    >>> curve = pd.DataFrame({"of": "", "left_out": False, "u": [0.0, 0.5, 1.0],
    ...                       "ecdf": [0.0, 0.6, 1.0], "lower": [0.0, 0.3, 1.0],
    ...                       "upper": [0.0, 0.7, 1.0]})
    >>> len(draw_transformed(curve, labels={"": "Everybody"}).axes)
    1
    """
    names = list(dict.fromkeys(curves["of"]))
    columns = 3 if len(names) == 3 else 2
    figure, panels = new_panels(len(names), 2.5, title, simulated, columns=columns, share=True)
    for axes, name in zip(panels, names, strict=True):
        own = curves[curves["of"] == name]
        band = own[own["left_out"] == own["left_out"].iloc[0]]
        low, high = band["lower"] - band["u"], band["upper"] - band["u"]
        axes.fill_between(band["u"], low, high, color=MUTED, alpha=0.18, lw=0)
        axes.axhline(0.0, color=MUTED, lw=0.8)
        for left_out, part in own.groupby("left_out"):
            colour, dash = (SERIES[1].colour, "--") if left_out else (INK, "-")
            axes.plot(part["u"], part["ecdf"] - part["u"], lw=1.5, color=colour, ls=dash)
        axes.set_title(filled(label_of(labels, str(name)), 24))
        axes.set_xlabel("Predicted probability\nof an earlier event")
        dress(axes)
    panels[0].set_ylabel("Observed share\nminus predicted")
    label_outer(panels)
    lines = [panels[0].lines[1]] + ([panels[0].lines[2]] if len(panels[0].lines) > 2 else [])
    words = ["in sample", "without the patient"][: len(lines)]
    figure.legend(lines, words, loc="outside lower center", ncols=2)
    return figure


@styled
def draw_calibration(
    calibration: pd.DataFrame,
    *,
    labels: Mapping[float, str],
    title: str = "",
    simulated: bool = False,
) -> Figure:
    """Kaplan-Meier survival of groups of patients against their predicted survival.

    Parameters
    ----------
    calibration : DataFrame
        Columns ``time, predicted, observed, lower, upper``.
    labels : mapping of float to str
        Title of the panel of each time.
    title : str, optional
        Title at the top.
    simulated : bool, optional
        Whether the cohort is simulated, which the figure then says.

    Returns
    -------
    Figure
        One axes a time.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"time": 12.0, "predicted": [0.4, 0.6], "observed": [0.5, 0.6],
    ...                       "lower": [0.3, 0.5], "upper": [0.7, 0.8]})
    >>> len(draw_calibration(table, labels={12.0: "At 12 months"}).axes)
    1
    """
    times = list(dict.fromkeys(calibration["time"]))
    figure, panels = new_panels(len(times), 2.9, title, simulated, share=True)
    for axes, time in zip(panels, times, strict=True):
        own = calibration[calibration["time"] == time]
        axes.plot([0.0, 1.0], [0.0, 1.0], color=MUTED, lw=1.0)
        reach = np.abs(own[["lower", "upper"]].to_numpy().T - own["observed"].to_numpy())
        axes.errorbar(
            own["predicted"], own["observed"], yerr=np.nan_to_num(reach), fmt="o", ms=5,
            color=SERIES[0].colour, lw=1.2,
        )  # fmt: skip
        axes.set_xlim(-0.02, 1.02)
        axes.set_ylim(-0.02, 1.02)
        axes.set_title(filled(labels[float(time)], 27))
        axes.set_xlabel("Predicted survival")
        axes.set_ylabel("Kaplan–Meier survival")
        dress(axes)
    label_outer(panels)
    return figure


@styled
def draw_expected_events(
    groups: pd.DataFrame, *, title: str = "", simulated: bool = False
) -> Figure:
    """Events seen in groups of patients and time over what the model would produce.

    Parameters
    ----------
    groups : DataFrame
        Columns ``label, observed, expected, lower, upper``, in the order to draw; an empty label
        of numbers leaves a gap.
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
    >>> table = pd.DataFrame({"label": ["up to 6 months"], "observed": [12], "expected": [9.5],
    ...                       "lower": [4.0], "upper": [16.0]})
    >>> [text.get_text() for text in draw_expected_events(table).axes[0].get_yticklabels()]
    ['up to 6 months']
    """
    figure = new_figure(0.9 + 0.26 * len(groups), title, simulated)
    axes = figure.subplots()
    places = np.arange(len(groups))
    axes.hlines(places, groups["lower"], groups["upper"], color=MUTED, lw=4.0, alpha=0.35)
    axes.plot(groups["expected"], places, ls="none", marker="|", ms=10, color=MUTED)
    axes.plot(groups["observed"], places, ls="none", marker="o", ms=5, color=SERIES[0].colour)
    axes.set_yticks(places, [filled(str(label), 34) for label in groups["label"]])
    axes.set_ylim(len(groups) - 0.4, -0.6)
    axes.set_xlim(left=0.0)
    axes.set_xlabel("Events seen (dot) and expected (tick), with 95 % interval")
    dress(axes, grid="x")
    return figure

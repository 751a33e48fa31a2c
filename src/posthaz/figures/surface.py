"""Answers over two numbers: contours inside the convex hull of the patients."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from scipy.interpolate import LinearNDInterpolator
from scipy.spatial import ConvexHull

from posthaz.figures.along import label_number
from posthaz.figures.style import (
    INK,
    MUTED,
    SERIES,
    dress,
    filled,
    legend_above,
    new_figure,
    pt,
    styled,
)

_LEVELS = 10
_FINE = 200


@styled
def draw_surface(
    rows: pd.DataFrame,
    patients: pd.DataFrame,
    *,
    names: tuple[str, str],
    scales: tuple[str, str] = ("linear", "linear"),
    survival: str = "",
    more: str = "",
    probability: float = 0.9,
    above: float | None = None,
    title: str = "",
    simulated: bool = False,
) -> Figure:
    """Contours of survival, and of the probability that more of the second number helps.

    Parameters
    ----------
    rows : DataFrame
        Columns ``x, y`` and ``survival`` or ``p_below_1``; places inside the hull.
    patients : DataFrame
        Columns ``x, y``.
    names : (str, str)
        Names of both numbers, with their units.
    scales : tuple of {"linear", "log"}, optional
        Their scales.
    survival : str, optional
        Title of the panel of survival; no such panel when empty.
    more : str, optional
        Title of the panel of the probability; no such panel when empty.
    probability : float, optional
        Contour that is drawn thick.
    above : float, optional
        Value of the first number from which on it is reached; marked.
    title : str, optional
        Title at the top.
    simulated : bool, optional
        Whether the cohort is simulated, which the figure then says.

    Returns
    -------
    Figure
        One axes a panel, from top to bottom.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"x": [1.0, 2.0, 1.0, 2.0], "y": [1.0, 1.0, 2.0, 2.0],
    ...                      "survival": [0.2, 0.3, 0.4, 0.6]})
    >>> figure = draw_surface(rows, rows, names=("GTV (cm3)", "Dose (Gy)"), survival="At 1 year")
    >>> figure.axes[0].get_xlabel()
    'GTV (cm3)'
    """
    panels = [(key, head) for key, head in (("survival", survival), ("p_below_1", more)) if head]
    figure = new_figure(0.6 + 3.9 * len(panels), title, simulated)
    all_axes = np.atleast_1d(figure.subplots(len(panels), 1))
    for axes, (key, head) in zip(all_axes, panels, strict=True):
        low, high = patients[["x", "y"]].min(), patients[["x", "y"]].max()
        label_number(axes, float(low["x"]), float(high["x"]), scales[0], names[0])
        label_number(axes, float(low["y"]), float(high["y"]), scales[1], names[1], "y")
        _contours(axes, rows.dropna(subset=[key]), key, scales, probability)
        _hull(axes, patients, scales)
        axes.plot(patients["x"], patients["y"], ".", ms=3, color=INK, alpha=0.35)
        axes.set_title(filled(head, 62), loc="left")
        dress(axes, grid="")
        if key == "p_below_1" and above is not None:
            axes.axvline(above, color=SERIES[2].colour, ls=SERIES[2].dash, lw=1.6)
    handles = [
        Line2D([], [], color=INK, marker=".", ls="none"),
        Line2D([], [], color=MUTED, ls=":"),
    ]
    labels = ["Patients", "Their convex hull"]
    if more:
        handles.append(Line2D([], [], color=INK, lw=2.4))
        labels.append(f"Probability {probability:g}")
    if more and above is not None:
        handles.append(SERIES[2].key())
        labels.append(f"From here on: {above:.3g}")
    legend_above(figure, handles, labels, columns=4)
    return figure


def _contours(
    axes: Axes, rows: pd.DataFrame, key: str, scales: tuple[str, str], probability: float
) -> None:
    """Filled contours of a quantity between the places at which it is known."""
    if len(rows) < 3:
        return
    x, y = (_scaled(rows[name], scale) for name, scale in zip("xy", scales, strict=True))
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        return
    across, up = (np.linspace(v.min(), v.max(), _FINE) for v in (x, y))
    wide, tall = np.meshgrid(across, up)
    places = np.column_stack([_unit(x, x), _unit(y, y)])
    between = LinearNDInterpolator(places, rows[key].to_numpy(float))
    found = np.ma.masked_invalid(between(_unit(wide, x), _unit(tall, y)))
    columns, lines = (np.exp(v) if s == "log" else v for v, s in zip((across, up), scales,
                                                                   strict=True))  # fmt: skip
    chance = key == "p_below_1"
    levels = np.linspace(0.0, 1.0, _LEVELS + 1)
    if not chance and np.ptp(rows[key]) < 0.4:
        low, high = float(rows[key].min()), float(rows[key].max())
        levels = np.arange(np.floor(low * 20) / 20, high + 0.05, 0.05)
    axes.contourf(columns, lines, found, levels, cmap="RdYlBu" if chance else "YlGnBu", alpha=0.75)
    thin = axes.contour(columns, lines, found, levels, colors=INK, linewidths=0.6)
    axes.clabel(thin, fmt=lambda v: f"{100 * v:.0f} %", fontsize=pt(8))
    if chance:
        axes.contour(columns, lines, found, [probability], colors=INK, linewidths=2.4)


def _hull(axes: Axes, patients: pd.DataFrame, scales: tuple[str, str]) -> None:
    """The convex hull of the patients, straight on the scales of the axes."""
    scaled = np.column_stack(
        [_scaled(patients[name], scale) for name, scale in zip("xy", scales, strict=True)]
    )
    corners = ConvexHull((scaled - scaled.min(axis=0)) / np.ptp(scaled, axis=0)).vertices
    edge = patients.iloc[[*corners, corners[0]]]
    axes.plot(edge["x"], edge["y"], color=MUTED, ls=":", lw=1.4)


def _scaled(values: pd.Series, scale: str) -> np.ndarray:
    array = values.to_numpy(float)
    return np.log(array) if scale == "log" else array


def _unit(values: np.ndarray, of: np.ndarray) -> np.ndarray:
    return (values - of.min()) / np.ptp(of)

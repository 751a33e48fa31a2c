"""Toxicity by grade, and benefit against risk."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from scipy.stats import gaussian_kde

from posthaz.figures.hazard_ratios import row_heights, write_beside
from posthaz.figures.style import (
    INK,
    MUTED,
    REFERENCE,
    SERIES,
    LineStyle,
    dress,
    filled,
    label_of,
    legend_above,
    new_figure,
    pt,
    styled,
)

GRADES = ("#E8ECEF", "#F3D9A4", "#E9A23B", "#C94F00", "#8A2A00", "#4A1200")
"""Colours of grades 0 to 5: lightness falls with the grade, so that greyscale tells them apart."""

BAR = 0.36
ROW = 0.27


@styled
def draw_grades(
    table: pd.DataFrame,
    *,
    labels: Mapping[str, str] | None = None,
    title: str = "",
    simulated: bool = False,
) -> Figure:
    """Share of patients by worst grade, one stacked bar a toxicity and arm.

    Parameters
    ----------
    table : DataFrame
        Columns ``toxicity, label, arm, grade, patients, share``, as `grade_table` gives; grades
        ``"unknown"`` are left out.
    labels : mapping of str to str, optional
        Name to show for each arm.
    title : str, optional
        Title at the top.
    simulated : bool, optional
        Whether the cohort is simulated, which the figure then says.

    Returns
    -------
    Figure
        One axes; shares of 6 % and more are printed in their bars.

    Examples
    --------
    >>> import pandas as pd
    >>> row = {"toxicity": "rash", "label": "Rash", "arm": "a"}
    >>> figure = draw_grades(pd.DataFrame([
    ...     row | {"grade": "0", "patients": 3, "share": 0.75},
    ...     row | {"grade": "1+", "patients": 1, "share": 0.25},
    ... ]))
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['75', '25 (1+)', 'n = 4', 'Rash']
    """
    table = table[(table["grade"] != "unknown") & np.isfinite(table["share"])]
    bars = table.drop_duplicates(["toxicity", "arm"])[["toxicity", "label", "arm"]]
    heights, middles = _bar_heights(bars)
    figure = new_figure(1.0 + BAR * (max(heights, default=0.0) + 1.0), title, simulated)
    axes = figure.subplots()
    for height, bar in zip(heights, bars.to_dict("records"), strict=True):
        mine = table[(table["toxicity"] == bar["toxicity"]) & (table["arm"] == bar["arm"])]
        _draw_bar(axes, height, mine)
        write_beside(axes, height, f"n = {int(mine['patients'].sum())}")
    names = [filled(label_of(labels or {}, arm), 24) for arm in bars["arm"]]
    axes.set_yticks(heights, names)
    for toxicity, top in middles.items():
        label = bars.loc[bars["toxicity"] == toxicity, "label"].iloc[0]
        axes.text(0.0, top - 0.62, label, weight="bold", va="center", size=pt(9.5))
    axes.set_ylim(max(heights, default=0.0) + 0.6, -1.0)
    axes.set_xlim(0.0, 100.0)
    axes.set_xlabel("Patients (%)")
    dress(axes, grid="")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    shown = sorted({_first_grade(grade) for grade in table["grade"]})
    handles = [Patch(facecolor=GRADES[grade], ec=MUTED, lw=0.5) for grade in shown]
    names = [_grade_name(grade, set(table["grade"].astype(str))) for grade in shown]
    legend_above(figure, handles, names, columns=6)
    return figure


def _bar_heights(bars: pd.DataFrame) -> tuple[list[float], dict[str, float]]:
    """Height of each bar, and of the first bar of each toxicity, counted downwards from 0."""
    heights: list[float] = []
    firsts: dict[str, float] = {}
    top = -1.0
    for toxicity in bars["toxicity"]:
        top += 1.0 if toxicity in firsts else (1.8 if firsts else 1.0)
        firsts.setdefault(toxicity, top)
        heights.append(top)
    return heights, firsts


def _draw_bar(axes: Axes, height: float, rows: pd.DataFrame) -> None:
    left = 0.0
    for row in rows.to_dict("records"):
        width, grade = 100.0 * row["share"], _first_grade(row["grade"])
        axes.barh(height, width, left=left, height=0.74, color=GRADES[grade], ec="white", lw=0.8)
        if width >= 6.0:
            colour = "white" if grade >= 3 else INK
            sign = "+" if str(row["grade"]).endswith("+") else ""
            text = f"{width:.0f}" + (f" ({grade}{sign})" if sign and width >= 12.0 else "")
            axes.text(left + width / 2, height, text, ha="center", va="center", size=pt(8.5),
                      color=colour)  # fmt: skip
        left += width


def _grade_name(grade: int, found: set[str]) -> str:
    """Name of a colour: it may stand for a grade, for it and worse ones, or (by toxicity) both."""
    if f"{grade}+" not in found:
        return f"Grade {grade}"
    return f"Grade {grade} (+: or worse)" if str(grade) in found else f"Grade {grade} or worse"


def _first_grade(grade: object) -> int:
    return int(str(grade).rstrip("+"))


@styled
def draw_risk_differences(
    table: pd.DataFrame,
    *,
    favours: tuple[str, str] | None = None,
    interval: float = 0.95,
    title: str = "",
    simulated: bool = False,
) -> Figure:
    """Forest of risk differences in percentage points, by source.

    Parameters
    ----------
    table : DataFrame
        Columns ``label`` (toxicity and grade as shown), ``source`` (as shown), ``difference``,
        ``lower``, ``upper`` as shares; a row without a difference is left out.
    favours : (str, str), optional
        Arms with fewer toxicities left and right of 0, written under the axis.
    interval : float, optional
        Probability of the intervals.
    title : str, optional
        Title at the top.
    simulated : bool, optional
        Whether the cohort is simulated, which the figure then says.

    Returns
    -------
    Figure
        One axes; its texts are the heading and the printed numbers.

    Examples
    --------
    >>> import pandas as pd
    >>> row = {"label": "Rash, grade 2+", "source": "On its own"}
    >>> figure = draw_risk_differences(
    ...     pd.DataFrame([row | {"difference": 0.13, "lower": 0.07, "upper": 0.18}])
    ... )
    >>> figure.axes[0].texts[-1].get_text()
    '13.0 (7.0 to 18.0)'
    """
    table = table.loc[np.isfinite(table["difference"].astype(float))].reset_index(drop=True)
    table = table.assign(term=table["label"])
    sources = list(dict.fromkeys(table["source"]))
    styles = dict(zip(sources, (REFERENCE, *SERIES), strict=False))
    heights, middles = row_heights(table)
    figure = new_figure(1.3 + ROW * (heights.max(initial=0.0) + 1.0), title, simulated)
    axes = figure.subplots()
    axes.axvline(0.0, color=MUTED, lw=1.0, zorder=0.8)
    handles = {}
    write_beside(axes, -0.95, f"Difference ({interval * 100:g} %)", weight="bold")
    for row, height in zip(table.to_dict("records"), heights, strict=True):
        handles[row["source"]] = _draw_difference(axes, row, height, styles[row["source"]])
        # adding 0 after rounding leaves no minus before zero
        numbers = (round(100.0 * row[n], 1) + 0.0 for n in ("difference", "lower", "upper"))
        text = "{:.1f} ({:.1f} to {:.1f})".format(*numbers).replace("-", "−")
        write_beside(axes, height, text)
    axes.set_yticks(list(middles.values()), [filled(str(term), 24) for term in middles])
    axes.set_ylim(heights.max(initial=0.0) + 0.75, -1.0)
    axes.margins(x=0.06)
    axes.locator_params(axis="x", nbins=6)
    dress(axes, grid="x")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    label = "Difference in risk (percentage points)"
    sides = [f"← fewer with {favours[0]}", f"fewer with {favours[1]} →"] if favours else []
    between = "   |   " if sum(map(len, sides)) < 48 else "\n"
    axes.set_xlabel("\n".join([*([between.join(sides)] if sides else []), label]))
    legend_above(figure, list(handles.values()), list(handles), columns=2)
    return figure


def _draw_difference(axes: Axes, row: Mapping, height: float, style: LineStyle) -> Artist:
    lower, middle, upper = (100.0 * row[name] for name in ("lower", "difference", "upper"))
    axes.plot([lower, upper], [height, height], color=style.colour, lw=2.0)
    (point,) = axes.plot([middle], [height], ls="none", marker=style.marker, ms=7,
                         color=style.colour, mec="white", mew=0.8)  # fmt: skip
    return point


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

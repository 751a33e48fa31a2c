"""Every variant in order of its answer, and below it which choices it rests on."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from posthaz.figures.axis import label_ratio
from posthaz.figures.hazard_ratios import ratio_range
from posthaz.figures.style import (
    MUTED,
    REFERENCE,
    SERIES,
    dress,
    filled,
    new_figure,
    pt,
    styled,
)

MOST_LEVELS = 12
"""An axis with more alternatives than this, as one patient left out, has one row for all."""
AS_STATED = "as stated"
_ROW, _HEAD, _CURVE, _LABEL = 0.19, 0.05, 3.2, 34


@styled
def draw_specification_curve(
    table: pd.DataFrame,
    choices: pd.DataFrame,
    *,
    sure: float = 0.95,
    favours: tuple[str, str] | None = None,
    interval: float = 0.95,
    title: str = "",
    simulated: bool = False,
) -> Figure:
    """Specification curve: hazard ratios of all variants in order, their choices as a dot matrix.

    Parameters
    ----------
    table : DataFrame
        One row a variant: ``hr``, ``lower``, ``upper``, ``probability`` (of a hazard ratio below
        1), ``primary`` (true once). Rows whose ``hr`` is missing are left out.
    choices : DataFrame
        In the same order, a column an axis: the alternative's name, or ``"as stated"``. An axis
        of more than 12 alternatives has one row for all of them.
    sure : float, optional
        Probability of benefit that counts as sure: the variants that pass it are filled.
    favours : (str, str), optional
        What a ratio below 1 and one above 1 favour.
    interval : float, optional
        Probability of the intervals.
    title : str, optional
        Title at the top.
    simulated : bool, optional
        Whether the cohort is simulated, which the figure then says.

    Returns
    -------
    Figure
        Axes 0 holds the curve, axes 1 the choices.

    References
    ----------
    Simonsohn U, Simmons JP, Nelson LD (2020), Nature Human Behaviour 4:1208-1214,
    doi:10.1038/s41562-020-0912-z.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [(0.90, 0.62, 1.29, 0.72, True), (0.84, 0.60, 1.20, 0.83, False)]
    >>> table = pd.DataFrame(rows, columns=["hr", "lower", "upper", "probability", "primary"])
    >>> figure = draw_specification_curve(table, pd.DataFrame({"prior": ["as stated", "wide"]}))
    >>> [label.get_text() for label in figure.axes[1].get_yticklabels()]
    ['prior', 'as stated', 'wide']
    """
    known = np.isfinite(table["hr"].to_numpy(dtype=float))
    rows, chosen = table[known].reset_index(drop=True), choices[known].reset_index(drop=True)
    order = rows["hr"].argsort(kind="stable").to_numpy()
    rows, chosen = rows.iloc[order].reset_index(drop=True), chosen.iloc[order]
    lines = _lines(chosen)
    height = sum(_ROW for _ in lines) + _HEAD
    figure = new_figure(_CURVE + height, title, simulated)
    curve, matrix = figure.subplots(2, 1, sharex=True, height_ratios=[_CURVE - 0.5, height])
    _curve(curve, rows, sure, favours, interval)
    _matrix(matrix, rows, lines)
    return figure


def _lines(chosen: pd.DataFrame) -> list[tuple[str, np.ndarray | None]]:
    """Text of each row of the matrix, and which variants have a dot there; headings have none."""
    found: list[tuple[str, np.ndarray | None]] = []
    for axis in chosen.columns:
        values = chosen[axis].astype(str)
        levels = sorted(set(values), key=lambda level: (level != AS_STATED, level))
        found.append((str(axis), None))
        if len(levels) > MOST_LEVELS:
            stated = values == AS_STATED
            if stated.any():
                found.append((AS_STATED, stated.to_numpy()))
            found.append((f"{len(levels) - int(stated.any())} others", (~stated).to_numpy()))
            continue
        found += [(level, (values == level).to_numpy()) for level in levels]
    return found


def _curve(
    axes: Axes,
    rows: pd.DataFrame,
    sure: float,
    favours: tuple[str, str] | None,
    interval: float,
) -> None:
    lower, upper = ratio_range(rows)
    label_ratio(axes, "y", lower, upper)
    axes.axhline(1.0, color=MUTED, lw=1.0, zorder=0.8)
    ends = rows[["lower", "upper"]].clip(lower, upper)
    axes.vlines(rows.index, ends["lower"], ends["upper"], color="#C3CBD2",
                lw=min(0.8, 300 / len(rows)), zorder=1.0)  # fmt: skip
    size = 5.0 if len(rows) < 60 else 3.0 if len(rows) < 300 else 1.6
    passed = (rows["probability"] > sure).to_numpy()
    style = REFERENCE
    for own, face in ((passed, style.colour), (~passed, "white")):
        axes.plot(rows.index[own], rows["hr"][own], ls="none", marker="o", ms=size,
                  color=style.colour, mfc=face, mew=0.6, zorder=2.0)  # fmt: skip
    primary = rows[rows["primary"].astype(bool)]
    axes.plot(primary.index, primary["hr"], ls="none", marker=SERIES[0].marker, ms=8,
              color=SERIES[0].colour, mec="white", zorder=3.0)  # fmt: skip
    for place, row in primary.iterrows():
        axes.annotate("as stated", (float(str(place)), row["hr"]), xytext=(0, 9), size=pt(9),
                      textcoords="offset points", ha="center", color=SERIES[0].colour,
                      weight="bold")  # fmt: skip
    count = int(passed.sum())
    said = (
        f"P(HR < 1) above {100 * sure:g} % in {count:,} of {len(rows):,} variants "
        f"({100 * count / len(rows):.0f} %)" + (", which are filled" if count else "")
    )
    axes.set_title(
        filled(said, 56),
        loc="left", size=pt(9.5), color=MUTED, weight="normal",
    )  # fmt: skip
    axes.set_ylabel(f"Hazard ratio, {interval * 100:g} %\ninterval (log scale)")
    if favours:
        for place, text in ((0.02, f"favours {favours[0]}"), (0.98, f"favours {favours[1]}")):
            side = "bottom" if place < 0.5 else "top"
            axes.text(0.01, place, text, transform=axes.transAxes, size=pt(9), va=side, color=MUTED)
    dress(axes)
    axes.tick_params(axis="x", length=0, labelbottom=False)


def _matrix(axes: Axes, rows: pd.DataFrame, lines: list[tuple[str, np.ndarray | None]]) -> None:
    primary = rows["primary"].to_numpy(dtype=bool)
    for height, (_, own) in enumerate(lines):
        if own is None:
            continue
        # many variants side by side make a bar of their density
        axes.vlines(np.flatnonzero(own), height - 0.36, height + 0.36, color=REFERENCE.colour,
                    lw=max(0.25, min(4.0, 260 / len(rows))))  # fmt: skip
        marked = np.flatnonzero(own & primary)
        axes.plot(marked, [height] * len(marked), ls="none", marker=SERIES[0].marker, ms=5,
                  color=SERIES[0].colour, mec="white")  # fmt: skip
    names = [filled(text, _LABEL, 1) for text, _ in lines]
    axes.set_yticks(range(len(lines)), names)
    for label, (_, own) in zip(axes.get_yticklabels(), lines, strict=True):
        label.set_fontweight("bold" if own is None else "normal")
    axes.set_ylim(len(lines) - 0.4, -0.6)
    pad = max(1.0, 0.015 * len(rows))
    axes.set_xlim(-pad, len(rows) - 1 + pad)
    axes.set_xticks([])
    axes.set_xlabel(f"{len(rows):,} variants, in order of their hazard ratio")
    dress(axes, grid="")
    axes.tick_params(axis="y", length=0, labelsize=pt(8))
    axes.spines[["left"]].set_visible(False)

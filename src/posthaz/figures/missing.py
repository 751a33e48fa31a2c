"""What is missing with what: a row a pattern, a tile a covariate, bars of patients."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from posthaz.figures.style import (
    INK,
    MUTED,
    arm_styles,
    dress,
    legend_above,
    new_figure,
    pt,
    styled,
    wrapped,
)

_ROW = 0.3
_THERE = "#DCE3E9"
_MOST = 12


@styled
def draw_missing_patterns(
    patterns: pd.DataFrame,
    *,
    covariates: Mapping[str, str],
    arms: Mapping[str, str],
    simulated: bool = False,
) -> Figure:
    """Tiles of what each pattern lacks, beside bars of its patients by arm.

    Parameters
    ----------
    patterns : DataFrame
        Columns: each covariate (true where it is missing), ``patients`` and, for each arm,
        ``arm: NAME``; in the order drawn. Twelve patterns at most are drawn.
    covariates : mapping of str to str
        Name to show for each covariate.
    arms : mapping of str to str
        Name to show for each arm; empty where there are none.
    simulated : bool, optional
        Whether the cohort is simulated, which the figure then says.

    Returns
    -------
    Figure
        Tiles at the left, bars at the right.

    Examples
    --------
    >>> import pandas as pd
    >>> figure = draw_missing_patterns(
    ...     pd.DataFrame({"bmi": [False, True], "patients": [30, 8]}), covariates={"bmi": "BMI"},
    ...     arms={},
    ... )
    >>> [text.get_text() for text in figure.axes[1].texts]
    [' 30', ' 8']
    """
    shown = patterns.head(_MOST)
    names = list(covariates)
    longest = max(len(line) for text in covariates.values() for line in _lines(text))
    figure = new_figure(0.9 + _ROW * len(shown) + 0.045 * longest, "", simulated)
    tiles, bars = figure.subplots(
        1, 2, sharey=True, width_ratios=[max(1.2, 0.55 * len(names)), 2.0]
    )
    lacks = shown[names].to_numpy(dtype=bool)
    for row, column in np.ndindex(lacks.shape):
        colour = INK if lacks[row, column] else _THERE
        tiles.barh(row, 0.92, left=column - 0.46, height=0.84, color=colour)
    words = ["\n".join(_lines(covariates[name])) for name in names]
    tiles.set_xticks(range(len(names)), words, rotation=45, ha="right", rotation_mode="anchor")
    tiles.set_yticks([])
    tiles.set_xlim(-0.55, len(names) - 0.45)
    tiles.spines[["left", "bottom"]].set_visible(False)
    handles = [Patch(color=INK), Patch(color=_THERE)]
    legend = ["Missing", "Known"]
    legend += _draw_bars(bars, shown, arms, handles)
    bars.invert_yaxis()
    bars.set_xlabel("Patients")
    bars.set_xlim(0, 1.15 * float(shown["patients"].max()))
    dress(tiles, grid="")
    dress(bars, grid="x")
    tiles.tick_params(axis="x", length=0)
    bars.tick_params(axis="y", length=0)
    legend_above(figure, handles, legend, columns=4)
    return figure


def _lines(label: str) -> list[str]:
    """A covariate's name in lines short enough to stand aslant."""
    return wrapped(label, 16).splitlines()


def _draw_bars(
    axes: object, shown: pd.DataFrame, arms: Mapping[str, str], handles: list[Patch]
) -> Sequence[str]:
    """Stacked bars of the patients of each pattern; names of the arms for the legend."""
    left = np.zeros(len(shown))
    styles = arm_styles(list(arms)) if arms else {}
    for arm, style in styles.items():
        counts = shown[f"arm: {arm}"].to_numpy(dtype=float)
        axes.barh(range(len(shown)), counts, left=left, height=0.7, color=style.colour, alpha=0.85)  # type: ignore[attr-defined]
        handles.append(Patch(color=style.colour, alpha=0.85))
        left = left + counts
    if not arms:
        axes.barh(range(len(shown)), shown["patients"], height=0.7, color=MUTED)  # type: ignore[attr-defined]
    for row, count in enumerate(shown["patients"]):
        axes.text(  # type: ignore[attr-defined]
            float(count), row, f" {int(count)}", va="center", ha="left", size=pt(9)
        )
    return list(arms.values())

"""The chance that a trial shows a benefit, against its size and against the true effect."""

import pandas as pd
from matplotlib.figure import Figure

from posthaz.figures.axis import label_ratio
from posthaz.figures.style import (
    MUTED,
    REFERENCE,
    SERIES,
    dress,
    legend_above,
    new_figure,
    pt,
    styled,
)


@styled
def draw_assurance(
    by_size: pd.DataFrame,
    by_hr: pd.DataFrame,
    *,
    target: float = 0.8,
    null: float = 0.025,
    title: str = "",
    simulated: bool = False,
) -> Figure:
    """Chance of concluding a benefit against patients (left) and against the true ratio (right).

    Parameters
    ----------
    by_size : DataFrame
        Columns ``patients``, ``assurance``, ``closed_form``.
    by_hr : DataFrame
        Columns ``patients``, ``hr``, ``probability``; one line a size, at most six of them.
    target : float, optional
        Chance that is drawn across.
    null : float, optional
        Chance without an effect, drawn across the right side.
    title : str, optional
        Title at the top.
    simulated : bool, optional
        Whether the cohort is simulated, which the figure then says.

    Returns
    -------
    Figure
        Axes 0 is against patients, axes 1 against the true hazard ratio.

    Examples
    --------
    >>> import pandas as pd
    >>> by_size = pd.DataFrame({"patients": [100, 200], "assurance": [0.3, 0.4],
    ...                         "closed_form": [0.31, 0.41]})
    >>> by_hr = pd.DataFrame({"patients": 100, "hr": [0.5, 1.0], "probability": [0.8, 0.02]})
    >>> len(draw_assurance(by_size, by_hr).axes)
    2
    """
    figure = new_figure(3.2, title, simulated)
    left, right = figure.subplots(1, 2, sharey=True)
    above = [
        left.plot(by_size["patients"], by_size["assurance"], marker=SERIES[0].marker, ms=5,
                  color=SERIES[0].colour)[0],
        left.plot(by_size["patients"], by_size["closed_form"], color=MUTED, lw=1.2, ls=":")[0],
    ]  # fmt: skip
    names = ["Simulated trials, averaged over the design prior", "Normal approximation"]
    lines, written = [], []
    left.set_xscale("log")
    sizes = sorted(set(by_size["patients"]))
    left.set_xticks(sizes, [f"{size:,}" for size in sizes], rotation=45 if len(sizes) > 4 else 0)
    left.minorticks_off()
    left.set_xlabel("Patients")
    left.set_ylabel("Chance of concluding a benefit")
    shown = sizes if len(sizes) <= 6 else [*sizes[:5], sizes[-1]]
    styles = (SERIES[1], REFERENCE, *SERIES[2:], SERIES[0])
    for size, style in zip(shown, styles, strict=False):
        own = by_hr[by_hr["patients"] == size].sort_values("hr")
        (line,) = right.plot(own["hr"], own["probability"], color=style.colour, ls=style.dash,
                             marker=style.marker, ms=4.5)  # fmt: skip
        lines.append(line)
        written.append(f"{size:,}")
    label_ratio(right, "x", float(by_hr["hr"].min()) / 1.05, float(by_hr["hr"].max()) * 1.05)
    right.set_xlabel("True hazard ratio (log scale)")
    for axes in (left, right):
        axes.axhline(target, color=MUTED, lw=1.0, ls=(0, (4, 2)))
        axes.set_ylim(-0.02, 1.02)
        dress(axes)
    right.axhline(null, color=MUTED, lw=0.8)
    right.legend(
        lines, written, title="Patients", loc="center left", bbox_to_anchor=(1.0, 0.5),
        fontsize=pt(9), title_fontsize=pt(9), handlelength=2.2, borderaxespad=0.2,
    )  # fmt: skip
    legend_above(figure, above, names, columns=1)
    return figure

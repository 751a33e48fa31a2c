"""The interaction of numbers as they are, in the report: words and curves."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pandas as pd

from posthaz.analyses.interactions.answer import InteractionEffects
from posthaz.analyses.interactions.smooth import SmoothInteraction
from posthaz.figures import draw_interaction
from posthaz.files import file_name
from posthaz.report.blocks import Block, FigureBlock, Paragraph
from posthaz.report.missing import guarded_block
from posthaz.report.results import Results
from posthaz.report.sections.naming import column_of, lowered
from posthaz.report.sections.picture import picture
from posthaz.report.sections.wording import (
    number_text,
    p_sentence,
    percent,
    ratio,
    signed,
    with_interval,
)

STEP_COLUMNS = ("along", "panel", "start", "stop", "median", "lower", "upper")


def interaction_steps(found: InteractionEffects) -> pd.DataFrame:
    """Hazard ratios of the model of levels, between the cuts at which they hold.

    Parameters
    ----------
    found : InteractionEffects
        An answer with a continuous model.

    Returns
    -------
    DataFrame
        Columns `STEP_COLUMNS`; `along` and `panel` as in ``found.smooth.curves``, the outer
        steps without end. Along the effect itself the reference group has ratio 1.
    """
    rows = [] if found.smooth is None else [*_along_by(found), *_along_effect(found)]
    return pd.DataFrame(rows, columns=list(STEP_COLUMNS))


def _along_by(found: InteractionEffects) -> Iterator[dict[str, object]]:
    assert found.smooth is not None
    panels = _panels(found, "by")
    inside = found.levels[found.levels["by_level"] != "all"]
    arms = list(dict.fromkeys(inside["level"]))
    chosen = arms[-1:] if found.asked.effect_cut else arms
    for panel, arm in zip(panels, chosen, strict=True) if panels else ():
        rows = inside[inside["level"] == arm].to_dict("records")
        for row, (start, stop) in zip(rows, _between(found.asked.by_cut), strict=True):
            yield {"along": "by", "panel": panel, "start": start, "stop": stop, **_ratio(row)}


def _along_effect(found: InteractionEffects) -> Iterator[dict[str, object]]:
    for panel in _panels(found, "effect"):
        rows = found.levels[found.levels["by_label"] == panel].to_dict("records")
        first, *others = _between(found.asked.effect_cut)
        reference = {"median": 1.0, "lower": 1.0, "upper": 1.0}
        yield {"along": "effect", "panel": panel, "start": first[0], "stop": first[1], **reference}
        for row, (start, stop) in zip(rows, others, strict=True):
            yield {"along": "effect", "panel": panel, "start": start, "stop": stop, **_ratio(row)}


def _panels(found: InteractionEffects, along: str) -> list[str]:
    assert found.smooth is not None
    curves = found.smooth.curves
    return list(dict.fromkeys(curves.loc[curves["along"] == along, "panel"]))


def _between(cuts: tuple[float, ...]) -> list[tuple[float, float]]:
    return list(pairwise((-np.inf, *cuts, np.inf)))


def _ratio(row: dict) -> dict[str, object]:
    return {"median": row["hr"], "lower": row["lower"], "upper": row["upper"]}


def smooth_blocks(
    results: Results, one: InteractionEffects, smooth: SmoothInteraction
) -> list[Block]:
    """The continuous model in words, and hazard ratios along each of its numbers."""
    along = dict.fromkeys(smooth.curves["along"])
    figures = [_figure(results, one, smooth, which) for which in along]
    return [Paragraph(_words(results, one, smooth)), *figures]


def _words(results: Results, one: InteractionEffects, smooth: SmoothInteraction) -> str:
    text = f"Continuous model: `{smooth.formula}`. "
    if smooth.start is not None and smooth.end is not None:
        unit = column_of(results, one.asked.effect).unit
        text += (
            "Doses compared are the medians of the groups of the cut-off, "
            f"{number_text(smooth.start, 4)} "
            f"and {number_text(smooth.end, 4)} {unit}. "
            if unit == "Gy"
            else f"Values compared are the medians of the groups of the cut-off, "
            f"{number_text(smooth.start, 4)} and {number_text(smooth.end, 4)} {unit}".rstrip()
            + ". "
        )
    row = one.ratios[one.ratios["model"] == "continuous"].iloc[0]
    text += (
        f"Ratio of hazard ratios, {row['contrast']}: "
        f"{with_interval(row['ratio'], row['lower'], row['upper'])}, above 1 with "
        f"probability {percent(float(row['p_above_1']))}; {row['test']} test "
        f"{p_sentence(row['p'])}."
    )
    if one.comparison is None:
        return text
    table = one.comparison
    elpd = dict(zip(table["model"], table["elpd"].astype(float), strict=True))
    gap = elpd["levels"] - elpd["continuous"]
    error = float(table["difference_se"].max())
    return (
        f"{text} Expected log predictive density of the cut-offs minus that of the continuous "
        f"model: {signed(f'{gap:.1f}')} (standard error {error:.1f}); above 0 the cut-offs "
        "predict better. Where cut-offs were chosen on the same data, that comparison favours them."
    )


@guarded_block
def _figure(
    results: Results, one: InteractionEffects, smooth: SmoothInteraction, along: str
) -> FigureBlock:
    curves = smooth.curves[smooth.curves["along"] == along]
    steps = interaction_steps(one)
    steps = steps[steps["along"] == along]
    prefix = one.by if along == "effect" else one.effect
    curves, steps = (
        frame.assign(panel=[f"{prefix}: {panel}" for panel in frame["panel"]])
        for frame in (curves, steps)
    )
    number = column_of(results, one.asked.effect if along == "effect" else one.asked.by)
    against = (
        f" v {number_text(smooth.start, 4)} {number.unit}".rstrip()
        if along == "effect" and smooth.start is not None
        else ""
    )
    figure = draw_interaction(
        curves,
        steps,
        along=number.shown,
        ratio=f"Hazard ratio{against}",
        interval=results.analysis.estimands.interval,
        simulated=results.simulated,
    )
    ends = curves.groupby("panel", sort=False).agg(["first", "last"])
    parts = [
        f"{panel}: from {ratio(row['median', 'first'])} at {number_text(row['x', 'first'], 4)} to "
        f"{ratio(row['median', 'last'])} at {number_text(row['x', 'last'], 4)}"
        for panel, row in ends[["x", "median"]].iterrows()
    ]
    alt = f"Hazard ratio along {number.shown}, posterior median. {'; '.join(parts)}."
    name = lowered(number.label or number.name)
    subject = f"{name}{against}" if along == "effect" else f"{lowered(one.effect)} along {name}"
    caption = f"Hazard ratio of {subject}: continuous, beside the cut-off"
    name = f"interaction_{file_name(one.asked.name)}_along_{along}"
    return picture(results, figure, name, alt, caption, "interaction_curves.csv")

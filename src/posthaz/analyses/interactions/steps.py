"""What cut-offs say, in the shape of steps to be set beside smooth curves."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pandas as pd

from posthaz.analyses.interactions.answer import InteractionEffects

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

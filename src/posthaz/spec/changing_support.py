"""Whether the data tell of an effect in every interval in which it may change."""

from itertools import pairwise

import numpy as np

from posthaz.design import Design
from posthaz.errors import SpecError
from posthaz.spec.model_spec import ModelSpec
from posthaz.spec.names import changing_positions


def check_changing(
    spec: ModelSpec, design: Design, event_times: np.ndarray, rows: np.ndarray
) -> None:
    """Refuse independent intervals in which a group has no event.

    Parameters
    ----------
    spec : ModelSpec
        A resolved model.
    design : Design
        Its design.
    event_times : ndarray of float, shape (event,)
        Times of the events.
    rows : ndarray of int, shape (event,)
        Their rows in the design.

    Raises
    ------
    SpecError
        When the formula lacks the term, or an interval has no event of a group: its hazard ratio
        would be its prior's. A random walk borrows from the neighbours instead.
    """
    matrix = design.matrix(design.frame)[rows]
    for effect in spec.changing:
        positions = changing_positions(effect, design)
        if effect.smoothing != "independent":
            continue
        for j in positions:
            column = matrix[:, j]
            if not np.isin(column, (0.0, 1.0)).all():
                continue
            for start, end in pairwise((0.0, *effect.cuts, np.inf)):
                inside = column[(event_times > start) & (event_times <= end)]
                if not (inside == 1.0).any():
                    _refuse(effect.term, f"with {design.columns[j]}", start, end)
                if not (inside == 0.0).any() and len(positions) == 1:
                    _refuse(effect.term, f"without {design.columns[j]}", start, end)


def _refuse(term: str, who: str, start: float, end: float) -> None:
    """Raise that a group has no event in an interval."""
    where = f"after {start:g}" if np.isinf(end) else f"from {start:g} to {end:g}"
    raise SpecError(
        f"the changing effect of '{term}': no patient {who} has an event {where}, so "
        "that its hazard ratio there would be its prior's",
        fix=(
            'move or leave out a cut, or use smoothing = "random_walk", which borrows from '
            "the neighbouring intervals"
        ),
    )

"""A hazard in pieces of time: each piece's own while it lasts."""

from collections.abc import Sequence
from types import ModuleType
from typing import Any, cast

import numpy as np

from posthaz.hazards import Array, Hazard, survival_area


def along_path(pieces: Sequence[Hazard], starts: Array, xp: ModuleType | Any = np) -> Hazard:
    """Hazard that is one piece's after another: covariates that take a path, effects that change.

    The cumulative hazard is the sum over pieces of ``H(end) - H(start)`` of the piece's own:
    exact for every baseline under proportional hazards. The restricted mean is the sum
    of the pieces' own, each given survival to its start.

    Parameters
    ----------
    pieces : sequence of Hazard
        Hazard of each piece.
    starts : array-like of float, shape (piece,)
        When each piece begins, increasing, the first at 0.
    xp : module
        Array module of the arguments.

    Returns
    -------
    Hazard
        The hazard along the path; a piece's own at the time at which it ends.

    Examples
    --------
    >>> import numpy as np
    >>> from posthaz.hazards import Exponential
    >>> low, high = (Exponential().hazard({"log_rate": np.log(r)}, np) for r in (0.1, 0.3))
    >>> along_path([low, high], [0.0, 5.0]).cumulative_hazard(np.array([6.0])).round(6).tolist()
    [0.8]
    """
    last = len(pieces) - 1
    starts = [np.float64(s) if isinstance(s, int | float) else s for s in starts]

    def within(number: int, time: Array) -> Array:
        """Cumulative hazard that a piece adds by a time."""
        piece, start = pieces[number], starts[number]
        inside = xp.maximum(time, start)
        if number < last:
            inside = xp.minimum(inside, starts[number + 1])
        spent = piece.cumulative_hazard(inside)
        return spent - piece.cumulative_hazard(start[None]) if number else spent

    def cumulative_hazard(time: Array) -> Array:
        total = within(0, time)
        for number in range(1, len(pieces)):
            total = total + within(number, time)
        return total

    def log_hazard(time: Array) -> Array:
        found = pieces[0].log_hazard(time)
        for number in range(1, len(pieces)):
            found = xp.where(time > starts[number], pieces[number].log_hazard(time), found)
        return found

    def time_at(cumulative: Array) -> Array:
        found: Array = 0.0
        before: Array = np.zeros(1)
        for number, (piece, start) in enumerate(zip(pieces, starts, strict=True)):
            at_start = piece.cumulative_hazard(np.asarray([float(start)]))
            left = np.maximum(np.asarray(cumulative) - before, 0.0)
            time = np.maximum(piece.time_at(left + at_start), start)
            found = time if number == 0 else cast(Array, np.where(found >= start, time, found))
            if number < last:
                end = np.asarray([float(starts[number + 1])])
                before = before + piece.cumulative_hazard(end) - at_start
        return found

    def survival_integral(horizon: Array, multiplier: Array, begin: float) -> Array:
        before, total = cumulative_hazard(np.array([begin])), np.zeros(1)
        ends = [*starts[1:], np.inf]
        for piece, start, end in zip(pieces, starts, ends, strict=True):
            low = max(start, begin)
            if low < end:
                alive = np.exp(-multiplier * (cumulative_hazard(np.array([low])) - before))
                area = survival_area(piece, np.minimum(horizon, end), multiplier, low)
                total = total + alive * area
        return total

    return Hazard(log_hazard, cumulative_hazard, time_at, survival_integral)

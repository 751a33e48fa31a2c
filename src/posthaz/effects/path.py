"""Covariates that change: the hazard is each piece's own while the piece lasts."""

from collections.abc import Sequence

import numpy as np

from posthaz.hazards import Array, Hazard, survival_area


def along_path(pieces: Sequence[Hazard], starts: Sequence[float]) -> Hazard:
    """Hazard of a patient whose covariates take a stated path.

    The cumulative hazard is the sum over pieces of ``H(end) - H(start)`` at the piece's
    covariates: exact for every baseline under proportional hazards. The restricted mean is the sum
    of the pieces' own, each given survival to its start.

    Parameters
    ----------
    pieces : sequence of Hazard
        Hazard at the covariates of each piece, evaluated with NumPy.
    starts : sequence of float
        When each piece begins, increasing, the first at 0.

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
    ends = [*starts[1:], np.inf]

    def within(number: int, time: Array) -> Array:
        """Cumulative hazard that a piece adds by a time."""
        start = np.asarray(float(starts[number]))
        spent = pieces[number].cumulative_hazard(np.clip(time, starts[number], ends[number]))
        return spent - pieces[number].cumulative_hazard(start[None])

    def cumulative_hazard(time: Array) -> Array:
        grid = np.asarray(time, dtype=float)
        return sum((within(k, grid) for k in range(len(pieces))), start=np.zeros(1))

    def log_hazard(time: Array) -> Array:
        grid = np.asarray(time, dtype=float)
        found = pieces[0].log_hazard(grid)
        for piece, start in zip(pieces[1:], starts[1:], strict=True):
            found = np.where(grid > start, piece.log_hazard(grid), found)
        return found

    def time_at(cumulative: Array) -> Array:
        found: Array = None
        before: Array = np.zeros(1)
        for piece, start, end in zip(pieces, starts, ends, strict=True):
            at_start = piece.cumulative_hazard(np.asarray([float(start)]))
            left = np.maximum(np.asarray(cumulative) - before, 0.0)
            time = np.maximum(piece.time_at(left + at_start), start)
            found = time if found is None else np.where(found >= start, time, found)
            if np.isfinite(end):
                before = before + piece.cumulative_hazard(np.asarray([float(end)])) - at_start
        return found

    def survival_integral(horizon: Array, multiplier: Array, begin: float) -> Array:
        before, total = cumulative_hazard(np.array([begin])), np.zeros(1)
        for piece, start, end in zip(pieces, starts, ends, strict=True):
            low = max(start, begin)
            if low < end:
                alive = np.exp(-multiplier * (cumulative_hazard(np.array([low])) - before))
                area = survival_area(piece, np.minimum(horizon, end), multiplier, low)
                total = total + alive * area
        return total

    return Hazard(log_hazard, cumulative_hazard, time_at, survival_integral)

"""Survival given survival: the hazard of those event-free at a time."""

import numpy as np

from posthaz.hazards import Array, Hazard, survival_area


def event_free_at(hazard: Hazard, origin: float) -> Hazard:
    """Hazard that accrues from a time on, in those who are event-free then.

    Parameters
    ----------
    hazard : Hazard
        A hazard, with NumPy values.
    origin : float
        The time; with 0 the hazard itself is given.

    Returns
    -------
    Hazard
        The same hazard at every time. Its cumulative hazard is 0 up to `origin`, times still
        count from 0, and its survival integral is over `origin` to the horizon.

    Examples
    --------
    >>> from posthaz.hazards import Exponential
    >>> hazard = Exponential().hazard({"log_rate": np.log(0.1)}, np)
    >>> later = event_free_at(hazard, 5.0)
    >>> later.cumulative_hazard(np.array([2.0, 15.0])).tolist(), later.time_at(np.array([1.0]))
    ([0.0, 1.0], array([15.]))
    """
    if not origin:
        return hazard
    start = np.array([origin])

    def accrued(time: Array) -> Array:
        passed = hazard.cumulative_hazard(np.maximum(time, origin))
        return passed - hazard.cumulative_hazard(start)

    def survival_integral(horizon: Array, multiplier: Array, begin: float) -> np.ndarray:
        return survival_area(hazard, horizon, multiplier, max(begin, origin))

    return Hazard(
        log_hazard=hazard.log_hazard,
        cumulative_hazard=accrued,
        time_at=lambda cumulative: hazard.time_at(cumulative + hazard.cumulative_hazard(start)),
        survival_integral=survival_integral,
    )

"""The logarithm of time, and a hazard on its scale."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

from posthaz.hazards.hazard import Array, Hazard

TINY = 1e-300


def log_time(time: Array, xp: ModuleType | Any) -> Array:
    """Log of time, that of 1e-300 up to there.

    The logarithm is never taken at 0, where its second derivative is infinite and would make the
    curvature not a number even where nothing depends on it.
    """
    later = time > TINY
    return xp.where(later, xp.log(xp.where(later, time, 1.0)), np.log(TINY))


def location_scale_hazard(
    location: Array,
    log_scale: Array,
    standard: Callable[[Array], tuple[Array, Array]],
    score_at: Callable[[Array], Array],
    xp: ModuleType | Any,
) -> Hazard:
    """Hazard of a time whose log is a location plus a scale times a standard variable.

    Parameters
    ----------
    location, log_scale : array
        Location of log time, and the log of its scale.
    standard : callable
        Log hazard and cumulative hazard of the standard variable.
    score_at : callable
        Where that cumulative hazard is reached; NumPy only.
    xp : module
        Array module.

    Returns
    -------
    Hazard
        The hazard of time.
    """
    scale = xp.exp(log_scale)

    def score(time: Array) -> Array:
        return (log_time(time, xp) - location) / scale

    return Hazard(
        log_hazard=lambda time: standard(score(time))[0] - log_scale - log_time(time, xp),
        cumulative_hazard=lambda time: xp.where(time > TINY, standard(score(time))[1], 0.0),
        time_at=lambda cumulative: np.exp(location + scale * score_at(cumulative)),
    )

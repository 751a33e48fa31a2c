"""A hazard: log hazard and cumulative hazard as functions of time, with what follows from them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = Any
"""A NumPy array, a PyTensor variable or a JAX array; `xp` is the module that belongs to it."""


@dataclass(frozen=True)
class Hazard:
    """A hazard as a value.

    The likelihood, every estimand and the simulator are written against this value alone.

    Parameters
    ----------
    log_hazard : callable
        ``log_hazard(time)``, the log of the hazard per unit of time.
    cumulative_hazard : callable
        ``cumulative_hazard(time)``, its integral from 0.
    time_at : callable
        ``time_at(cumulative)``, the time at which the cumulative hazard is reached; infinity
        where it never is. NumPy only.
    survival_integral : callable or None
        ``survival_integral(horizon, multiplier, start)``, the integral of
        ``exp(-multiplier * (cumulative_hazard(u) - cumulative_hazard(start)))`` over `start` ...
        `horizon`, where a closed form exists; `None` leaves it to quadrature. NumPy only.

    Notes
    -----
    Arguments broadcast against the hazard's own parameters.
    """

    log_hazard: Callable[[Array], Array]
    cumulative_hazard: Callable[[Array], Array]
    time_at: Callable[[Array], Array]
    survival_integral: Callable[[Array, Array, Array], Array] | None = None


_EVEN, _EVENLY = np.polynomial.legendre.leggauss(100)
# squared, so that nodes are dense at the start, where survival may fall like a power of time
_NODES, _WEIGHTS = ((_EVEN + 1.0) / 2.0) ** 3, 0.75 * _EVENLY * (_EVEN + 1.0) ** 2 / 2.0
_SPENT = 40.0


def survival_area(
    hazard: Hazard, horizon: Array, multiplier: Array = 1.0, start: float = 0.0
) -> np.ndarray:
    """Integral of survival given survival to `start`, from then to each horizon.

    Exact where the hazard has a closed form, Gauss-Legendre quadrature with 100 nodes otherwise,
    which ends where nobody is left: survival of ``exp(-40)`` adds nothing.

    Parameters
    ----------
    hazard : Hazard
        A hazard, with NumPy values.
    horizon : array-like of float, shape (time,)
        Ends of the integral; those before `start` give 0.
    multiplier : array-like of float
        Factor of the cumulative hazard; broadcasts against the hazard's own parameters.
    start : float
        Where the integral begins.

    Returns
    -------
    ndarray
        In the unit of time, the horizons along the last axis.

    Examples
    --------
    >>> from posthaz.hazards import Exponential
    >>> hazard = Exponential().hazard({"log_rate": np.log(0.1)}, np)
    >>> survival_area(hazard, np.array([5.0, 15.0]), start=5.0).round(4).tolist()
    [0.0, 6.3212]
    """
    ends = np.maximum(np.atleast_1d(np.asarray(horizon, dtype=float)), start)
    factor = np.asarray(multiplier, dtype=float)
    if hazard.survival_integral is not None:
        return np.asarray(hazard.survival_integral(ends, factor, start))
    before = hazard.cumulative_hazard(np.array([start]))
    with np.errstate(divide="ignore"):
        gone = hazard.time_at(before + _SPENT / factor)
    parts = []
    for end in ends:
        length = np.minimum(gone, end) - start
        passed = hazard.cumulative_hazard(start + length * _NODES) - before
        alive = np.sum(_WEIGHTS * np.exp(-factor * passed), axis=-1, keepdims=True)
        parts.append(length * alive)
    return np.concatenate(parts, axis=-1)

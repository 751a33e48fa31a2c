"""A hazard: log hazard and cumulative hazard as functions of time, with what follows from them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

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

"""A baseline hazard of its own for each stratum."""

from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

import numpy as np

from posthaz.hazards import Array, Hazard, survival_area


def stratified(hazards: Sequence[Hazard], number: Array, xp: ModuleType | Any) -> Hazard:
    """Hazard of rows in strata, each that of its stratum.

    Parameters
    ----------
    hazards : sequence of Hazard
        One a stratum.
    number : array of int
        Stratum of each row; broadcasts against time.
    xp : module
        Array module of the arguments.

    Returns
    -------
    Hazard
        The hazard of each row's stratum.

    Examples
    --------
    >>> import numpy as np
    >>> from posthaz.hazards import Exponential
    >>> slow, fast = (Exponential().hazard({"log_rate": np.log(r)}, np) for r in (0.1, 0.3))
    >>> rows = stratified([slow, fast], np.array([[0], [1]]), np)
    >>> rows.cumulative_hazard(np.array([10.0])).round(6).tolist()
    [[1.0], [3.0]]
    """

    def chosen(answers: Callable[[Hazard], Array]) -> Array:
        found = answers(hazards[0])
        for place, hazard in enumerate(hazards[1:], start=1):
            own = abs(number - place) < 0.5  # "==" of PyTensor compares variables, not values
            found = xp.where(own, answers(hazard), found)
        return found

    return Hazard(
        log_hazard=lambda time: chosen(lambda one: one.log_hazard(time)),
        cumulative_hazard=lambda time: chosen(lambda one: one.cumulative_hazard(time)),
        time_at=lambda cumulative: chosen(lambda one: one.time_at(cumulative)),
        survival_integral=lambda horizon, multiplier, start: chosen(
            lambda one: np.asarray(survival_area(one, horizon, multiplier, start))
        ),
    )

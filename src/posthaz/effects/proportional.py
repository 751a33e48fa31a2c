"""Proportional hazards: covariates multiply the hazard."""

from types import ModuleType

import numpy as np

from posthaz.hazards import Array, Hazard


def proportional(hazard: Hazard, log_hazard_ratio: Array, xp: ModuleType) -> Hazard:
    """Hazard multiplied by ``exp(log_hazard_ratio)``.

    Parameters
    ----------
    hazard : Hazard
        Baseline hazard.
    log_hazard_ratio : array
        Linear predictor; broadcasts against time.
    xp : module
        Array module of the arguments.

    Returns
    -------
    Hazard
        The multiplied hazard.

    Examples
    --------
    >>> import numpy as np
    >>> from posthaz.hazards import Exponential
    >>> baseline = Exponential().hazard({"log_rate": 0.0}, np)
    >>> float(proportional(baseline, np.log(2.0), np).cumulative_hazard(np.array(3.0)))
    6.0
    """
    ratio = xp.exp(log_hazard_ratio)
    integral = hazard.survival_integral

    return Hazard(
        log_hazard=lambda time: hazard.log_hazard(time) + log_hazard_ratio,
        cumulative_hazard=lambda time: hazard.cumulative_hazard(time) * ratio,
        time_at=lambda cumulative: hazard.time_at(cumulative * np.exp(-log_hazard_ratio)),
        survival_integral=integral
        and (lambda horizon, multiplier, start: integral(horizon, multiplier * ratio, start)),
    )

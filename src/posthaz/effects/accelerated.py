"""Accelerated failure time: covariates stretch time."""

from types import ModuleType

from posthaz.hazards import Array, Hazard


def accelerated(hazard: Hazard, log_time_ratio: Array, xp: ModuleType) -> Hazard:
    """Hazard of a time stretched by ``exp(log_time_ratio)``; above 0 is longer survival.

    Parameters
    ----------
    hazard : Hazard
        Baseline hazard.
    log_time_ratio : array
        Linear predictor; broadcasts against time.
    xp : module
        Array module of the arguments.

    Returns
    -------
    Hazard
        Hazard with survival ``S0(t * exp(-log_time_ratio))``.

    Examples
    --------
    >>> import numpy as np
    >>> from posthaz.hazards import Exponential
    >>> baseline = Exponential().hazard({"log_rate": 0.0}, np)
    >>> float(accelerated(baseline, np.log(2.0), np).cumulative_hazard(np.array(3.0)))
    1.5
    """
    shrink = xp.exp(-log_time_ratio)
    integral = hazard.survival_integral

    return Hazard(
        log_hazard=lambda time: hazard.log_hazard(time * shrink) - log_time_ratio,
        cumulative_hazard=lambda time: hazard.cumulative_hazard(time * shrink),
        time_at=lambda cumulative: hazard.time_at(cumulative) / shrink,
        survival_integral=integral
        and (
            lambda horizon, multiplier, start: (
                integral(horizon * shrink, multiplier, start * shrink) / shrink
            )
        ),
    )

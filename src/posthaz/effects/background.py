"""Excess hazard: on top of the mortality that patients would have without the disease."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any

from posthaz.hazards import Array, Hazard


@dataclass(frozen=True)
class Background:
    """That the model is of the hazard in excess of a known one.

    Parameters
    ----------
    rate : str
        Column with the expected hazard of each patient at the end of follow-up, per unit of time,
        from a life table by age, sex and year.

    Notes
    -----
    What was expected up to then doesn't depend on parameters, and is left out of the likelihood
    (Estève et al. 1990). Survival under the model is net survival: as if nobody died of anything
    else.
    """

    rate: str


def with_background(hazard: Hazard, log_rate: Array, xp: ModuleType | Any) -> Hazard:
    """Hazard whose log is that of all deaths, for the likelihood of events of unknown cause.

    Parameters
    ----------
    hazard : Hazard
        The excess hazard.
    log_rate : array
        Log of the expected hazard at each row's exit; minus infinity for none.
    xp : module
        Array module of the arguments.

    Returns
    -------
    Hazard
        Its cumulative hazard is still the excess one alone.
    """
    return Hazard(
        log_hazard=lambda time: xp.logaddexp(hazard.log_hazard(time), log_rate),
        cumulative_hazard=hazard.cumulative_hazard,
        time_at=hazard.time_at,
    )

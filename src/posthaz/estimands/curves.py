"""Survival, cumulative hazard and hazard as functions of time."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from posthaz.cohort.argument import asked_numbers, checks_arguments
from posthaz.estimands.engine import averaged, named, posterior_answers
from posthaz.estimands.population import Population, arm_populations
from posthaz.estimands.recurrent import refuse_recurrent
from posthaz.hazards import Hazard
from posthaz.inference import Fit


@checks_arguments
def survival(
    fit: Fit,
    times: float | Sequence[float] | np.ndarray,
    populations: Sequence[Population] | None = None,
    group: str = "posterior",
) -> xr.DataArray:
    """Probability of being event-free, for every draw.

    With delayed entry on a late time scale it is conditional on being event-free at
    ``fit.origin``, each member of a population by itself, and NaN before: the data don't say how
    many come to be event-free then.

    Parameters
    ----------
    fit : Fit
        A fit.
    times : float or array-like of float, shape (time,)
        Times, in the fit's unit.
    populations : sequence of Population, optional
        Whom it is about; the cohort given each arm by default.
    group : {"posterior", "prior"}
        Which draws.

    Returns
    -------
    DataArray
        Dimensions ``chain, draw, profile, time``.

    Examples
    --------
    >>> import posthaz as ph
    >>> spec = ph.ModelSpec("exponential", ph.Exponential(), "arm")
    >>> fit = ph.fit(spec, ph.simulated_example(), draws=200, tune=200, chains=2)
    >>> ph.survival(fit, [0.0, 12.0]).dims
    ('chain', 'draw', 'profile', 'time')
    """
    refuse_recurrent(fit, "survival")
    grid = asked_numbers(times)

    def answer(hazard: Hazard, weight: np.ndarray) -> np.ndarray:
        curve = averaged(np.exp(-hazard.cumulative_hazard(grid)), weight)
        return np.where(grid >= fit.origin, curve, np.nan)

    draws = posterior_answers(fit, populations or arm_populations(fit), grid, answer, group)
    return named(draws, "survival", "probability of being event-free", "1")


@checks_arguments
def cumulative_hazard(
    fit: Fit,
    times: float | Sequence[float] | np.ndarray,
    populations: Sequence[Population] | None = None,
) -> xr.DataArray:
    """Minus the log of (standardised) survival, for every draw.

    Parameters
    ----------
    fit : Fit
        A fit.
    times : float or array-like of float, shape (time,)
        Times, in the fit's unit.
    populations : sequence of Population, optional
        Whom it is about; the cohort given each arm by default.

    Returns
    -------
    DataArray
        Dimensions ``chain, draw, profile, time``.
    """
    curves = survival(fit, times, populations)
    draws = curves.copy(data=-np.log(curves.to_numpy()))
    return named(draws, "cumulative_hazard", "cumulative hazard", "1")


@checks_arguments
def hazard(
    fit: Fit,
    times: float | Sequence[float] | np.ndarray,
    populations: Sequence[Population] | None = None,
    group: str = "posterior",
) -> xr.DataArray:
    """Hazard of those still at risk, for every draw.

    Over a population it is the hazard weighted by survival, ``sum S h / sum S``: those who
    failed no longer count. NaN before ``fit.origin``. Of recurrent events it is the mean intensity:
    nobody leaves by an event.

    Parameters
    ----------
    fit : Fit
        A fit.
    times : float or array-like of float, shape (time,)
        Times above 0, in the fit's unit.
    populations : sequence of Population, optional
        Whom it is about; the cohort given each arm by default.
    group : {"posterior", "prior"}
        Which draws.

    Returns
    -------
    DataArray
        Events per unit of time; dimensions ``chain, draw, profile, time``.
    """
    grid = asked_numbers(times)

    def answer(own: Hazard, weight: np.ndarray) -> np.ndarray:
        alive = np.exp(-own.cumulative_hazard(grid) * (not fit.recurrent))
        with np.errstate(invalid="ignore"):  # nobody alive has no mean
            mean = averaged(alive * np.exp(own.log_hazard(grid)), weight) / averaged(alive, weight)
        return np.where(grid >= fit.origin, mean, np.nan)

    draws = posterior_answers(fit, populations or arm_populations(fit), grid, answer, group)
    return named(draws, "hazard", "hazard", f"1/{fit.unit.removesuffix('s')}")

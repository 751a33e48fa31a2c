"""Restricted mean survival time: mean time event-free up to a horizon."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from posthaz.cohort.argument import asked_numbers, checks_arguments
from posthaz.estimands.engine import averaged, named, posterior_answers
from posthaz.estimands.population import Population, arm_populations
from posthaz.estimands.recurrent import refuse_recurrent
from posthaz.hazards import Hazard, survival_area
from posthaz.inference import Fit


@checks_arguments
def restricted_mean(
    fit: Fit,
    horizons: float | Sequence[float] | np.ndarray,
    populations: Sequence[Population] | None = None,
) -> xr.DataArray:
    """Mean time event-free within each horizon, for every draw.

    Exact where the hazard has a closed form (exponential, Weibull, piecewise exponential),
    Gauss-Legendre quadrature with 100 nodes otherwise. Time counts from ``fit.origin``, in those
    event-free then; NaN for horizons that don't lie after it.

    Parameters
    ----------
    fit : Fit
        A fit.
    horizons : float or array-like of float, shape (time,)
        Horizons, in the fit's unit.
    populations : sequence of Population, optional
        Whom it is about; the cohort given each arm by default.

    Returns
    -------
    DataArray
        In the fit's unit; dimensions ``chain, draw, profile, time``.
    """
    refuse_recurrent(fit, "restricted mean survival time")
    grid = asked_numbers(horizons, "horizons")

    def answer(hazard: Hazard, weight: np.ndarray) -> np.ndarray:
        area = averaged(survival_area(hazard, grid), weight)
        return np.where(grid > fit.origin, area, np.nan)

    draws = posterior_answers(fit, populations or arm_populations(fit), grid, answer)
    return named(draws, "rmst", "restricted mean survival time", fit.unit)

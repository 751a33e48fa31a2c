"""Times by which a fraction has failed: medians and other quantiles."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from posthaz.cohort.argument import asked_numbers, checks_arguments
from posthaz.estimands.engine import averaged, named, posterior_answers
from posthaz.estimands.population import Population, arm_populations
from posthaz.estimands.recurrent import refuse_recurrent
from posthaz.hazards import Hazard
from posthaz.inference import Fit

_HALVINGS = 60
_FAR = 1e6


@checks_arguments
def survival_quantile(
    fit: Fit,
    fractions: float | Sequence[float] = (0.5,),
    populations: Sequence[Population] | None = None,
) -> xr.DataArray:
    """Time by which a fraction of the population has failed, for every draw.

    Fractions are of those event-free at ``fit.origin``; times count from 0 all the same.

    Parameters
    ----------
    fit : Fit
        A fit.
    fractions : sequence of float, shape (time,)
        Fractions failed; 0.5 is the median.
    populations : sequence of Population, optional
        Whom it is about; the cohort given each arm by default.

    Returns
    -------
    DataArray
        Times in the fit's unit, infinite where the fraction never fails; dimensions ``chain,
        draw, profile, time``, the last one holding the fractions.
    """
    refuse_recurrent(fit, "quantile of survival")
    failed = asked_numbers(fractions, "fractions", 1.0)

    def answer(hazard: Hazard, weight: np.ndarray) -> np.ndarray:
        target = -np.log1p(-failed)
        own = np.asarray(hazard.time_at(target + 0.0))
        if len(weight) == 1:
            return own[:, 0, :]
        return _solved(hazard, weight, 1.0 - failed, own)

    chosen = populations or arm_populations(fit)
    draws = posterior_answers(fit, chosen, failed, answer)
    return named(draws, "quantile", "time by which a fraction has failed", fit.unit)


def _solved(hazard: Hazard, weight: np.ndarray, alive: np.ndarray, own: np.ndarray) -> np.ndarray:
    """Bisect for the time at which mean survival is `alive`, between the rows' own times."""
    low = np.min(own, axis=1, keepdims=True)
    finite = np.where(np.isfinite(own), own, -np.inf)
    most = np.max(finite, axis=1, keepdims=True)
    never = ~np.isfinite(own).all(axis=1, keepdims=True)
    high = np.where(never, np.maximum(most, 1.0) * _FAR, most)
    low = np.minimum(np.where(np.isfinite(low), low, 0.0), high)

    def mean_survival(time: np.ndarray) -> np.ndarray:
        return averaged(np.exp(-hazard.cumulative_hazard(time)), weight)[:, None, :]

    reached = mean_survival(high) <= alive + 1e-12
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        later = mean_survival(middle) > alive
        low = np.where(later, middle, low)
        high = np.where(later, high, middle)
    return np.where(reached | ~never, (low + high) / 2.0, np.inf)[:, 0, :]

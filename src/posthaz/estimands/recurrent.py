"""Recurrent events: the expected number of events by a time, and what has no meaning there."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from posthaz.cohort.argument import asked_numbers, checks_arguments
from posthaz.errors import PosthazError
from posthaz.estimands.engine import averaged, named, posterior_answers
from posthaz.estimands.population import Population, arm_populations
from posthaz.hazards import Hazard
from posthaz.inference import Fit


@checks_arguments
def expected_events(
    fit: Fit,
    times: float | Sequence[float] | np.ndarray,
    populations: Sequence[Population] | None = None,
    group: str = "posterior",
) -> xr.DataArray:
    """Expected number of events a patient by each time, for every draw.

    The integrated intensity from ``fit.origin``, averaged over a population. A patient who never
    leaves observation would have so many events on average.

    Parameters
    ----------
    fit : Fit
        A fit to a cohort of recurrent events, read with ``recurrent="all"``.
    times : float or array-like of float, shape (time,)
        Times, in the fit's unit.
    populations : sequence of Population, optional
        Whom it is about; the cohort given each arm by default.
    group : {"posterior", "prior"}
        Which draws.

    Returns
    -------
    DataArray
        Dimensions ``chain, draw, profile, time``; NaN before ``fit.origin``.

    Raises
    ------
    PosthazError
        When the fit is about the time to one event.

    Examples
    --------
    >>> import pandas as pd
    >>> import posthaz as ph
    >>> table = pd.DataFrame({"id": [1, 1, 2, 3], "start": [0, 2, 0, 0], "stop": [2, 4, 3, 5],
    ...                       "relapse": [1, 1, 0, 1]})
    >>> cohort = ph.read_cohort(table, time="stop", event="relapse", entry="start", subject="id",
    ...                         recurrent="all")
    >>> spec = ph.ModelSpec("exponential", ph.Exponential(), "1")
    >>> fit = ph.fit(spec, cohort, draws=200, tune=200, chains=2)
    >>> ph.expected_events(fit, [0.0, 4.0]).dims
    ('chain', 'draw', 'profile', 'time')
    """
    if not fit.recurrent:
        raise PosthazError(
            f"model '{fit.spec.name}' is about the time to one event, so there is no number "
            "of events to expect",
            fix='ask for survival(fit, times), or read the cohort with recurrent = "all"',
        )
    grid = asked_numbers(times)

    def answer(hazard: Hazard, weight: np.ndarray) -> np.ndarray:
        mean = averaged(hazard.cumulative_hazard(grid), weight)
        return np.where(grid >= fit.origin, mean, np.nan)

    draws = posterior_answers(fit, populations or arm_populations(fit), grid, answer, group)
    return named(draws, "expected_events", "expected number of events", "1")


def refuse_recurrent(fit: Fit, what: str) -> None:
    """Refuse an answer that has no meaning where a patient may have several events.

    Parameters
    ----------
    fit : Fit
        A fit.
    what : str
        The answer asked for.

    Raises
    ------
    PosthazError
        When the fit is to recurrent events.
    """
    if fit.recurrent:
        raise PosthazError(
            f"model '{fit.spec.name}' is about recurrent events: a patient goes on after an "
            f"event, so there is no {what}",
            fix=(
                "ask for expected_events(fit, times), or read the cohort with recurrent = "
                '"first" for the time to the first event'
            ),
        )

"""Hazard ratio of two patients as a function of time."""

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr

from posthaz.cohort.argument import asked_numbers, checks_arguments
from posthaz.errors import PosthazError
from posthaz.estimands.contrast import difference
from posthaz.estimands.engine import named, posterior_answers
from posthaz.estimands.population import Population
from posthaz.hazards import Hazard
from posthaz.inference import Fit


@checks_arguments
def hazard_ratio_over_time(
    fit: Fit,
    times: float | Sequence[float] | np.ndarray,
    values: Mapping[str, object] | None = None,
    reference: Mapping[str, object] | None = None,
    group: str = "posterior",
) -> xr.DataArray:
    """Hazard of one patient over that of another, for every draw and time.

    It is conditional: the patients differ in what is named and are alike in everything else. It
    is the same at all times where hazards are proportional, and changes under effects that change
    with time and under most accelerated models.

    Parameters
    ----------
    fit : Fit
        A fit.
    times : float or array-like of float, shape (time,)
        Times above 0, in the fit's unit. At a cut it is the ratio of the interval that ends there.
    values, reference : mapping, optional
        Covariates of the two patients where they differ from the reference patient; by default
        the second arm and the first one.
    group : {"posterior", "prior"}
        Which draws.

    Returns
    -------
    DataArray
        Hazard ratios; dimensions ``chain, draw, time``.

    Raises
    ------
    PosthazError
        When neither patient is named and the formula has no treatment.

    Examples
    --------
    >>> import posthaz as ph
    >>> spec = ph.ModelSpec("m", ph.Weibull(), "arm", "accelerated_failure_time")
    >>> fit = ph.fit(spec, ph.simulated_example(), draws=100, tune=200, chains=2)
    >>> ph.hazard_ratio_over_time(fit, [6.0, 12.0]).dims
    ('chain', 'draw', 'time')
    """
    if values is None:
        if not fit.treatment:
            raise PosthazError(
                f"model '{fit.spec.name}': its formula has no treatment, so that there are no "
                "arms to compare",
                fix="give values and reference, the covariates of two patients",
            )
        first, second = fit.design.frame[fit.treatment].cat.categories[:2]
        values, reference = {fit.treatment: second}, {fit.treatment: first, **(reference or {})}
    grid = asked_numbers(times)
    one = np.ones(1)
    pair = [
        Population("patient", fit.design.reference(values), one),
        Population("reference", fit.design.reference(reference), one),
    ]

    def log_hazard(hazard: Hazard, weight: np.ndarray) -> np.ndarray:
        value = hazard.log_hazard(grid)[:, 0, :]
        return np.broadcast_to(value, (len(value), len(grid)))

    logs = posterior_answers(fit, pair, grid, log_hazard, group)
    apart = difference(logs, "patient", "reference")
    draws = apart.copy(data=np.exp(apart.to_numpy()))
    return named(draws, "hazard_ratio", "hazard ratio", "1")

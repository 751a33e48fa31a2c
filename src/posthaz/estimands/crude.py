"""Probability of death from the disease, and from anything else, in the presence of both."""

from collections.abc import Sequence
from typing import cast

import numpy as np
import xarray as xr

from posthaz.cohort.argument import asked_numbers, checks_arguments
from posthaz.cohort.expected_mortality import ExpectedMortality, expected_hazard, patients_of
from posthaz.errors import PosthazError
from posthaz.estimands.engine import averaged, posterior_answers
from posthaz.estimands.population import Population, arm_populations
from posthaz.hazards import Hazard
from posthaz.inference import Fit

CAUSES = ("disease", "other")
_STEPS = 60


@checks_arguments
def crude_probability(
    fit: Fit,
    mortality: ExpectedMortality,
    times: float | Sequence[float] | np.ndarray,
    populations: Sequence[Population] | None = None,
) -> xr.DataArray:
    """Probability to have died of the disease, and of other causes, by times.

    Survival under a model of the excess hazard is net: nobody dies of anything else. Here the old
    do, by their age, sex and year, before the disease can kill them (Cronin and Feuer 2000).

    Parameters
    ----------
    fit : Fit
        A fit whose background is a life table.
    mortality : ExpectedMortality
        The life table.
    times : float or array-like of float, shape (time,)
        Times, in the fit's unit.
    populations : sequence of Population, optional
        Whom it is about; the cohort given each arm by default.

    Returns
    -------
    DataArray
        Dimensions ``chain, draw, profile, cause, time`` with causes ``disease`` and ``other``. Over
        each of 60 steps up to the last time deaths are shared out by what either hazard adds:
        exact where their ratio is constant within a step.

    Raises
    ------
    PosthazError
        When the model has no life table, or the life table no cell for a patient.
    """
    background = fit.spec.background
    if background is None or not background.table:
        raise PosthazError(
            f"model '{fit.spec.name}' has no life table, so that deaths from other causes aren't "
            "known over time",
            fix="name one in [models.NAME.background] table, with age, sex and year",
        )
    asked = asked_numbers(times)
    grid = np.unique(np.concatenate([np.linspace(0.0, asked.max(), _STEPS + 1), asked]))
    place = np.searchsorted(grid, asked)
    names = (background.age, background.sex, background.year)
    parts = []
    for population in populations or arm_populations(fit):
        rows = patients_of(population.frame, names)
        every = np.broadcast_to(grid, (len(rows), len(grid)))
        other = expected_hazard(mortality, rows, every, fit.unit)[1]
        if fit.origin:  # deaths count from where curves begin
            begun = np.full((len(rows), 1), fit.origin)
            other = np.maximum(other - expected_hazard(mortality, rows, begun, fit.unit)[1], 0.0)

        def answer(hazard: Hazard, weight: np.ndarray, other: np.ndarray = other) -> np.ndarray:
            own = np.broadcast_to(
                hazard.cumulative_hazard(grid), (_draws(hazard, grid), *other.shape)
            )
            both = incidence_of(np.stack([own, np.broadcast_to(other, own.shape)]))[1:]
            return np.concatenate([averaged(s, weight)[:, place] for s in both], axis=-1)

        both = np.concatenate([asked, asked])
        parts.append(posterior_answers(fit, (population,), both, answer))
    joined = cast("xr.DataArray", xr.concat(parts, "profile"))
    arrays = joined.to_numpy().reshape(*joined.shape[:-1], len(CAUSES), len(asked))
    order = [list(joined.dims).index(dim) for dim in ("chain", "draw", "profile")]
    arrays = np.transpose(arrays, (*order, 3, 4))
    return xr.DataArray(
        arrays,
        dims=("chain", "draw", "profile", "cause", "time"),
        coords={
            "chain": joined["chain"],
            "draw": joined["draw"],
            "profile": [str(label) for label in joined["profile"].to_numpy()],
            "cause": list(CAUSES),
            "time": asked,
        },
    )


def incidence_of(cumulative_hazards: np.ndarray) -> np.ndarray:
    """Survival and cumulative incidences from the cumulative hazards of all causes.

    Parameters
    ----------
    cumulative_hazards : ndarray of float, shape (cause, ..., time)
        On a grid of times that begins at 0.

    Returns
    -------
    ndarray of float, shape (1 + cause, ..., time)
        Survival, then the incidence of each cause.

    Examples
    --------
    >>> import numpy as np
    >>> time = np.array([0.0, 1.0])
    >>> incidence_of(np.stack([0.2 * time, 0.1 * time]))[:, -1].round(4).tolist()
    [0.7408, 0.1728, 0.0864]
    """
    total = cumulative_hazards.sum(axis=0)
    survival = np.exp(-total)
    step = np.diff(cumulative_hazards, axis=-1)
    whole = np.diff(total, axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(whole > 0, step / whole, 0.0)
    lost = survival[..., :-1] * -np.expm1(-whole)
    incidence = np.zeros_like(cumulative_hazards)
    incidence[..., 1:] = np.cumsum(share * lost, axis=-1)
    return np.concatenate([survival[None], incidence])


def _draws(hazard: Hazard, grid: np.ndarray) -> int:
    return len(np.asarray(hazard.cumulative_hazard(grid[:1])))

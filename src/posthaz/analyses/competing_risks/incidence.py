"""Posterior cumulative incidence of competing causes, from one fit a cause."""

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr

from posthaz.estimands import Population, arm_populations
from posthaz.inference import Fit, flat_draws, hazard_of

_STEPS = 200
_MOST_ELEMENTS = 4_000_000
EVENT_FREE = 0


def posterior_incidence(
    fits: Mapping[int, Fit],
    times: Sequence[float] | np.ndarray,
    populations: Sequence[Population] | None = None,
    most_draws: int = 1000,
) -> xr.DataArray:
    """Probability of having failed from each cause, for every draw.

    With hazards ``h_k`` of the causes, survival is ``S = exp(-sum H_k)`` and the incidence of
    cause k the integral of ``h_k S``. The likelihood of the causes is a product, one factor a
    cause, and so is the posterior when the priors are independent: draws of separate fits to
    each cause together are draws of all of them.

    Parameters
    ----------
    fits : mapping of int to Fit
        Fit of each cause, to the same rows with every other cause censored, and with equal
        chains and draws.
    times : array-like of float, shape (time,)
        Times, in the fits' unit.
    populations : sequence of Population, optional
        Whom it is about; the cohort given each arm by default.
    most_draws : int, optional
        About how many draws are used, evenly thinned.

    Returns
    -------
    DataArray
        Dimensions ``cause, chain, draw, profile, time``; cause 0 is being event-free, so that
        the causes sum to 1. Within each of at least 200 steps of time the hazards of the causes
        are taken as proportional, which is exact for piecewise exponential ones.
    """
    first = next(iter(fits.values()))
    wanted = np.asarray(times, dtype=float)
    chosen = list(populations or arm_populations(first))
    posterior = first.draws["posterior"].to_dataset()
    chains, draws = posterior.sizes["chain"], posterior.sizes["draw"]
    kept = np.unique(np.linspace(0, draws - 1, min(draws, max(most_draws // chains, 1))).round())
    kept = kept.astype(int)
    values = {
        cause: flat_draws(fit.draws["posterior"].to_dataset().isel(draw=kept))
        for cause, fit in fits.items()
    }
    grid = _grid(fits, wanted)
    place = np.searchsorted(grid, wanted)
    arrays = [_of_population(fits, values, one, grid)[..., place] for one in chosen]
    shape = (1 + len(fits), chains, len(kept), len(chosen), len(wanted))
    return xr.DataArray(
        np.stack(arrays, axis=2).reshape(shape),
        dims=("cause", "chain", "draw", "profile", "time"),
        coords={
            "cause": [EVENT_FREE, *fits],
            "chain": posterior["chain"].to_numpy(),
            "draw": posterior["draw"].to_numpy()[kept],
            "profile": [population.label for population in chosen],
            "time": wanted,
        },
    )


def _grid(fits: Mapping[int, Fit], times: np.ndarray) -> np.ndarray:
    """Steps of time: even ones, the times asked for, and the cuts of the baselines."""
    end = float(times.max(initial=0.0))
    cuts = [time for fit in fits.values() for time in fit.spec.baseline.breaks()]
    grid = np.unique(np.concatenate([np.linspace(0.0, end, _STEPS + 1), times, cuts]))
    return grid[grid <= end]


def _of_population(
    fits: Mapping[int, Fit],
    values: Mapping[int, dict[str, np.ndarray]],
    population: Population,
    grid: np.ndarray,
) -> np.ndarray:
    """Survival and incidences over a population, shape (cause, draw, time)."""
    draws = len(next(iter(next(iter(values.values())).values())))
    size = max(1, _MOST_ELEMENTS // max(len(population.frame) * len(grid) * len(fits), 1))
    pieces = []
    for start in range(0, draws, size):
        accrued = []
        for cause, fit in fits.items():
            piece = {name: array[start : start + size] for name, array in values[cause].items()}
            hazard = hazard_of(fit.spec, fit.design, piece, population.frame)
            drawn = len(next(iter(piece.values())))
            shape = (drawn, len(population.frame), len(grid))
            accrued.append(np.broadcast_to(hazard.cumulative_hazard(grid), shape))
        incidence = incidence_of(np.stack(accrued))
        pieces.append(np.einsum("kdrt,r->kdt", incidence, population.weight))
    return np.concatenate(pieces, axis=1)


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

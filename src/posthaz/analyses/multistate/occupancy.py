"""Posterior probability of each state, from one fit a transition."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from posthaz.errors import PosthazError
from posthaz.estimands import Population, arm_populations
from posthaz.hazards import Hazard
from posthaz.inference import Fit, flat_draws, hazard_of

STATES = ("event_free", "middle", "dead")
_STEPS = 200
_MOST_ELEMENTS = 2_000_000


def state_occupancy(
    fits: Sequence[Fit],
    end: float,
    populations: Sequence[Population] | None = None,
    clock: str = "forward",
    times: Sequence[float] = (),
    most_draws: int = 400,
) -> xr.DataArray:
    """Probability of being event-free, in the middle state, or dead, for every draw.

    Parameters
    ----------
    fits : sequence of Fit
        Of the transitions from event-free to the middle state, from event-free to death, and from
        the middle state to death; with equal chains and draws.
    end : float
        Last time, in the fits' unit.
    populations : sequence of Population, optional
        Whom it is about; the cohort given each arm by default.
    clock : {"forward", "reset"}
        What the third hazard runs on.
    times : sequence of float
        Further times wanted.
    most_draws : int
        About how many draws are used, evenly thinned.

    Returns
    -------
    DataArray
        Dimensions ``state, chain, draw, profile, time``; states sum to 1. Times are 201 even ones
        from 0, and with a clock that runs forward the wanted ones and the baselines' cuts too. Who
        enters the middle state within a step does so in its midst.

    Raises
    ------
    PosthazError
        When there are not three fits.
    """
    if len(fits) != 3:
        raise PosthazError(
            f"found {len(fits)} fits where illness and death have three transitions",
            fix="give the fits to the middle state, to death without it, and to death after it",
        )
    chosen = list(populations or arm_populations(fits[0]))
    posterior = fits[0].draws["posterior"].to_dataset()
    chains, draws = posterior.sizes["chain"], posterior.sizes["draw"]
    kept = np.linspace(0, draws - 1, min(draws, max(most_draws // chains, 1))).round().astype(int)
    kept = np.unique(kept)
    values = [flat_draws(one.draws["posterior"].to_dataset().isel(draw=kept)) for one in fits]
    grid = np.linspace(0.0, end, _STEPS + 1)
    if clock == "forward":  # a clock that is reset needs even steps
        grid = np.unique([*grid, *times, *(cut for one in fits for cut in _cuts(one))])
        grid = grid[grid <= end]
    arrays = [_of_population(fits, values, one, grid, clock) for one in chosen]
    shape = (len(STATES), chains, len(kept), len(chosen), len(grid))
    return xr.DataArray(
        np.stack(arrays, axis=2).reshape(shape),
        dims=("state", "chain", "draw", "profile", "time"),
        coords={
            "state": list(STATES),
            "chain": posterior["chain"].to_numpy(),
            "draw": posterior["draw"].to_numpy()[kept],
            "profile": [one.label for one in chosen],
            "time": grid,
        },
    )


def _cuts(fit: Fit) -> Sequence[float]:
    """Times at which a baseline hazard is not smooth."""
    return [0.0, *fit.spec.baseline.breaks()]


def _of_population(
    fits: Sequence[Fit],
    values: Sequence[dict[str, np.ndarray]],
    population: Population,
    grid: np.ndarray,
    clock: str,
) -> np.ndarray:
    """State probabilities averaged over a population, shape (state, draw, time)."""
    draws = len(next(iter(values[0].values())))
    size = max(1, _MOST_ELEMENTS // max(len(population.frame) * len(grid), 1))
    pieces = []
    for start in range(0, draws, size):
        hazards = [
            hazard_of(
                one.spec,
                one.design,
                {name: array[start : start + size] for name, array in own.items()},
                population.frame,
            )
            for one, own in zip(fits, values, strict=True)
        ]
        states = _states(hazards, grid, clock)
        pieces.append(np.einsum("sdrt,r->sdt", states, population.weight))
    return np.concatenate(pieces, axis=1)


def _states(hazards: Sequence[Hazard], grid: np.ndarray, clock: str) -> np.ndarray:
    """State probabilities on a grid, shape (state, draw, row, time)."""
    to_middle, to_death = (np.asarray(one.cumulative_hazard(grid)) for one in hazards[:2])
    to_middle, to_death = np.broadcast_arrays(to_middle, to_death)
    leaving = to_middle + to_death
    free = np.exp(-leaving)
    share = np.diff(to_middle, axis=-1) / np.maximum(np.diff(leaving, axis=-1), 1e-300)
    entered = free[..., :-1] * -np.expm1(-np.diff(leaving, axis=-1)) * share
    middle = np.zeros_like(free)
    half = np.diff(grid) / 2.0
    if clock == "forward":
        at, between = (
            np.asarray(hazards[2].cumulative_hazard(time)) for time in (grid, grid[:-1] + half)
        )
        for k in range(entered.shape[-1]):
            stayed = middle[..., k] * np.exp(at[..., k] - at[..., k + 1])
            arrived = entered[..., k] * np.exp(between[..., k] - at[..., k + 1])
            middle[..., k + 1] = stayed + arrived
    else:
        left = np.exp(-np.asarray(hazards[2].cumulative_hazard(grid[:-1] + half)))
        left = np.broadcast_to(left, entered.shape)
        for k in range(entered.shape[-1]):
            middle[..., k + 1 :] += entered[..., k, None] * left[..., : entered.shape[-1] - k]
    return np.stack([free, middle, 1.0 - free - middle])

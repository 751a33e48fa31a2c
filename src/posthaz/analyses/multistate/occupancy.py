"""Posterior probability of each state, from one fit a transition."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from posthaz.analyses.multistate.graph import FIRST, LAST, Graph
from posthaz.errors import PosthazError
from posthaz.estimands import Population, arm_populations
from posthaz.hazards import Hazard
from posthaz.inference import Fit, flat_draws, hazard_of

ILLNESS_DEATH = Graph((FIRST, "middle", LAST), ((0, 1), (0, 2), (1, 2)))
_STEPS = 200
_MOST_ELEMENTS = 2_000_000


def state_occupancy(
    fits: Sequence[Fit],
    end: float,
    populations: Sequence[Population] | None = None,
    clock: str = "forward",
    times: Sequence[float] = (),
    most_draws: int = 400,
    graph: Graph = ILLNESS_DEATH,
) -> xr.DataArray:
    """Probability of each state, for every draw.

    Parameters
    ----------
    fits : sequence of Fit
        Of the transitions of `graph`, with equal chains and draws.
    end : float
        Last time, in the fits' unit.
    populations : sequence of Population, optional
        Whom it is about; the cohort given each arm by default.
    clock : {"forward", "reset"}
        What hazards of states after the first run on.
    times : sequence of float
        Further times wanted.
    most_draws : int
        About how many draws are used, evenly thinned.
    graph : Graph
        States and transitions: by default from event-free to a middle state, from event-free to
        death, and from the middle state to death.

    Returns
    -------
    DataArray
        Dimensions ``state, chain, draw, profile, time``; states sum to 1. Times are 201 even ones
        from 0, and with a clock that runs forward the wanted ones and the baselines' cuts too. Who
        enters a state within a step does so in its midst.

    Raises
    ------
    PosthazError
        When there isn't a fit for each transition.
    """
    if len(fits) != len(graph.transitions):
        raise PosthazError(
            f"found {len(fits)} fits for {len(graph.transitions)} transitions",
            fix="give one a transition, in their order",
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
    arrays = [_of_population(fits, values, one, grid, clock, graph) for one in chosen]
    shape = (len(graph.states), chains, len(kept), len(chosen), len(grid))
    return xr.DataArray(
        np.stack(arrays, axis=2).reshape(shape),
        dims=("state", "chain", "draw", "profile", "time"),
        coords={
            "state": list(graph.states),
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
    graph: Graph,
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
        states = states_over_time(hazards, grid, clock, graph)
        pieces.append(np.einsum("sdrt,r->sdt", states, population.weight))
    return np.concatenate(pieces, axis=1)


def states_over_time(
    hazards: Sequence[Hazard], grid: np.ndarray, clock: str, graph: Graph
) -> np.ndarray:
    """State probabilities on a grid from the hazards of the transitions.

    Parameters
    ----------
    hazards : sequence of Hazard
        One a transition of `graph`, broadcasting as (draw, row, time).
    grid : ndarray of float, shape (time,)
        Times from 0; even ones where the clock is reset.
    clock : {"forward", "reset"}
        What the hazards of later states run on.
    graph : Graph
        States and transitions.

    Returns
    -------
    ndarray of float, shape (state, draw, row, time)
        They sum to 1. Who enters a state within a step does so in its midst.
    """
    half = np.diff(grid) / 2.0
    at = [np.asarray(one.cumulative_hazard(grid)) for one in hazards]
    between = [np.asarray(one.cumulative_hazard(grid[:-1] + half)) for one in hazards]
    shape = np.broadcast_shapes(*(one.shape for one in at))
    entered = np.zeros((len(graph.states), *shape[:-1], len(half)))
    found = np.zeros((len(graph.states), *shape))
    for state in graph.order:
        out = [k for k, _ in graph.leaving(state)]
        if not out:
            found[state, ..., 1:] = np.cumsum(entered[state], axis=-1)
            continue
        leaving = np.broadcast_to(sum(at[k] for k in out), shape)
        midst = np.broadcast_to(sum(between[k] for k in out), (*shape[:-1], len(half)))
        shares = [
            np.diff(np.broadcast_to(at[k], shape), axis=-1)
            / np.maximum(np.diff(leaving, axis=-1), 1e-300)
            for k in out
        ]
        if state == 0:
            found[0] = np.exp(-leaving)
            left = found[0, ..., :-1] * -np.expm1(-np.diff(leaving, axis=-1))
            moved = [left * share for share in shares]
        elif clock == "forward":
            found[state], left = _forward(entered[state], leaving, midst)
            moved = [left * share for share in shares]
        else:
            found[state], moved = _reset(entered[state], midst, leaving, shares)
        for own, (_, goal) in zip(moved, graph.leaving(state), strict=True):
            entered[goal] += own
    return found


def _forward(
    entered: np.ndarray, leaving: np.ndarray, midst: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Probability of a state, and of leaving it within each step, hazards on time since 0."""
    there, left = np.zeros_like(leaving), np.zeros_like(entered)
    for k in range(entered.shape[-1]):
        stayed = there[..., k] * np.exp(leaving[..., k] - leaving[..., k + 1])
        arrived = entered[..., k] * np.exp(midst[..., k] - leaving[..., k + 1])
        left[..., k] = there[..., k] + entered[..., k] - stayed - arrived
        there[..., k + 1] = stayed + arrived
    return there, left


def _reset(
    entered: np.ndarray, midst: np.ndarray, leaving: np.ndarray, shares: Sequence[np.ndarray]
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Probability of a state, and of each move out of it, hazards on time since it was entered."""
    steps = entered.shape[-1]
    there = np.zeros_like(leaving)
    survived = np.exp(-midst)
    lost = -np.diff(np.concatenate([np.ones_like(survived[..., :1]), survived], axis=-1), axis=-1)
    moved = [np.zeros_like(entered) for _ in shares]
    for k in range(steps):
        there[..., k + 1 :] += entered[..., k, None] * survived[..., : steps - k]
        for own, share in zip(moved, shares, strict=True):
            own[..., k:] += entered[..., k, None] * (lost * share)[..., : steps - k]
    return there, moved

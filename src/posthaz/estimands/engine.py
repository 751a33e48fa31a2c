"""The one engine: an answer for every draw, averaged over a population."""

from collections.abc import Callable, Sequence

import numpy as np
import xarray as xr

from posthaz.effects import along_path, event_free_at
from posthaz.errors import SpecError
from posthaz.estimands.population import Population
from posthaz.hazards import Hazard
from posthaz.inference import Fit, flat_draws, hazard_of

_MOST_ELEMENTS = 4_000_000
Answer = Callable[[Hazard, np.ndarray], np.ndarray]
"""``answer(hazard, weight)`` with the hazard of (draw, row, time) and row weights: (draw, time)."""


def posterior_answers(
    fit: Fit,
    populations: Sequence[Population],
    times: np.ndarray,
    answer: Answer,
    group: str = "posterior",
) -> xr.DataArray:
    """An answer for every draw, population and time, of those event-free at the fit's origin.

    Parameters
    ----------
    fit : Fit
        A fit.
    populations : sequence of Population
        Whom the answer is about.
    times : ndarray of float, shape (time,)
        Times (or fractions) the answer is for; a coordinate of the result.
    answer : callable
        The answer, given hazards and weights.
    group : {"posterior", "prior"}
        Which draws.

    Returns
    -------
    DataArray
        Dimensions ``chain, draw, profile, time``.

    Raises
    ------
    SpecError
        When two populations have one label, by which their answers could not be told apart.
    """
    labels = [population.label for population in populations]
    twice = [label for label in dict.fromkeys(labels) if labels.count(label) > 1]
    if twice:
        raise SpecError(
            f"two populations are called {twice[0]!r}, as arms and profiles may not be",
            fix="give one of them another label",
        )
    dataset = fit.draws[group].to_dataset()
    chains, draws = dataset.sizes["chain"], dataset.sizes["draw"]
    values = flat_draws(dataset)
    arrays = [_in_pieces(fit, values, population, len(times), answer) for population in populations]
    return xr.DataArray(
        np.stack(arrays, axis=1).reshape(chains, draws, len(populations), len(times)),
        dims=("chain", "draw", "profile", "time"),
        coords={
            "chain": dataset["chain"].to_numpy(),
            "draw": dataset["draw"].to_numpy(),
            "profile": labels,
            "time": np.asarray(times, dtype=float),
        },
    )


def named(array: xr.DataArray, name: str, long_name: str, units: str) -> xr.DataArray:
    """Draws of an answer with what plots and files of xarray show of it.

    Parameters
    ----------
    array : DataArray
        The draws.
    name, long_name : str
        The estimand, as the vocabulary of answers has it, and in words.
    units : str
        Unit; ``"1"`` for a plain number.

    Returns
    -------
    DataArray
        With ``name`` and attributes ``long_name`` and ``units``.
    """
    return array.rename(name).assign_attrs(long_name=long_name, units=units)


def _in_pieces(
    fit: Fit,
    values: dict[str, np.ndarray],
    population: Population,
    times: int,
    answer: Answer,
) -> np.ndarray:
    """Work through the draws in pieces that fit in memory."""
    total = len(next(iter(values.values())))
    width = max(len(population.frame) * times, 1)
    size = max(1, _MOST_ELEMENTS // width)
    pieces = []
    for start in range(0, total, size):
        piece = {name: array[start : start + size] for name, array in values.items()}
        frame = population.frame
        if population.starts:
            rows = (frame.iloc[[k]] for k in range(len(frame)))
            parts = [hazard_of(fit.spec, fit.design, piece, row) for row in rows]
            own = along_path(parts, population.starts)
        else:
            own = hazard_of(fit.spec, fit.design, piece, frame)
        hazard = event_free_at(own, fit.origin)
        pieces.append(answer(hazard, population.weight))
    return np.concatenate(pieces)


def averaged(array: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Weighted mean over rows: (draw, row, time) to (draw, time)."""
    full = np.broadcast_to(array, (array.shape[0], len(weight), *array.shape[2:]))
    return np.einsum("drt,r->dt", full, weight)

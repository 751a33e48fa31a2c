"""Time in pieces, and sums over them; times that cut it."""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from types import ModuleType
from typing import Any, get_args

from posthaz.hazards.baseline import is_number
from posthaz.hazards.hazard import Array
from posthaz.hazards.parameter import Structure

SMOOTHING: tuple[str, ...] = get_args(Structure)


def time_in_pieces(time: Array, start: Array, xp: ModuleType | Any) -> Array:
    """Time spent in each piece up to a time; pieces are the last axis, the last one is open.

    Examples
    --------
    >>> import numpy as np
    >>> time_in_pieces(np.array([3.0]), np.array([0.0, 2.0, 5.0]), np).tolist()
    [[2.0, 1.0, 0.0]]
    """
    spent = xp.maximum(time[..., None] - start, 0.0)
    closed = xp.minimum(spent[..., :-1], start[1:] - start[:-1])
    return xp.concatenate([closed, spent[..., -1:]], axis=-1)


def summed(shares: Array, values: Array, xp: ModuleType | Any) -> Array:
    """Sum of values over pieces, each with its share.

    A matrix product: many draws at once are then one multiplication of matrices.
    """
    column = values[:, None] if values.ndim == 1 else xp.swapaxes(values, -1, -2)
    return xp.matmul(shares, column)[..., 0]


def time_faults(name: str, number: str, times: object, most: int) -> Iterator[tuple[str, str, str]]:
    """What is wrong with times that were given as such: option, what was found, and the fix.

    Parameters
    ----------
    name, number : str
        The option, and the one that takes their number.
    times : object
        What was given.
    most : int
        Most times that are taken.

    Yields
    ------
    tuple of str
        The first fault, if any.
    """
    increasing = "give increasing times above 0"
    if is_number(times):
        yield name, f"found {times}", f"give {number}={times} for their number, or the times"
        return
    if isinstance(times, str | bytes) or not isinstance(times, Iterable):
        yield name, f"found {times!r}", increasing
        return
    values = list(times)
    if len(values) > most:
        yield name, f"gives {len(values) + 1:,} intervals", f"give at most {most + 1}"
        return
    for position, value in enumerate(values, start=1):
        if not is_number(value) or value <= 0:
            yield name, f"element {position} is {value!r}", increasing
            return
    for earlier, later in pairwise(values):
        if later <= earlier:
            yield name, f"{later:g} after {earlier:g} does not increase", increasing
            return


def smoothing_faults(smoothing: object) -> Iterator[tuple[str, str, str]]:
    """What is wrong with how pieces are said to hang together: option, what was found, the fix."""
    if smoothing not in SMOOTHING:
        yield "smoothing", f"found {smoothing!r}", f"give one of {', '.join(SMOOTHING)}"

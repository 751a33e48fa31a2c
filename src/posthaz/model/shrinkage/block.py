"""The coefficients that share one prior."""

from dataclasses import dataclass

import numpy as np

from posthaz.design import Design
from posthaz.spec import Shrinkage, shrunken_columns, shrunken_groups


@dataclass(frozen=True, eq=False)
class Block:
    """Coefficients that shrink together.

    Parameters
    ----------
    shrinkage : Shrinkage
        Their prior.
    positions : tuple of int
        Positions of their columns in the design.
    scale : ndarray of float, shape (position,)
        Standard deviation of each column.
    group : ndarray of int, shape (position,)
        Number of the term that each belongs to.
    events : float
        Number of events of the cohort.
    """

    shrinkage: Shrinkage
    positions: tuple[int, ...]
    scale: np.ndarray
    group: np.ndarray
    events: float


def shrunken_block(shrinkage: Shrinkage | None, design: Design, event: np.ndarray) -> Block | None:
    """Coefficients of a design that shrink together; None when there are none.

    Parameters
    ----------
    shrinkage : Shrinkage or None
        The shared prior.
    design : Design
        The design.
    event : ndarray of float, shape (row,)
        Whether each row had an event.

    Returns
    -------
    Block or None
        The block.
    """
    if shrinkage is None or not shrunken_columns(shrinkage, design):
        return None
    positions, group = zip(*shrunken_groups(shrinkage, design), strict=True)
    return Block(
        shrinkage, positions, design.scale[list(positions)], np.array(group), float(event.sum())
    )

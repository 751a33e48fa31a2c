"""Which function makes the coefficients of each kind of shrinkage."""

from collections.abc import Callable, Mapping

from posthaz.hazards import Array
from posthaz.model.shrinkage.block import Block
from posthaz.model.shrinkage.exchangeable import exchangeable
from posthaz.model.shrinkage.horseshoe import horseshoe
from posthaz.model.shrinkage.monotone import monotone
from posthaz.model.shrinkage.r2d2 import r2d2
from posthaz.priors import Prior

Maker = Callable[[str, Block, Mapping[str, Prior]], Array]
"""Takes the name of all coefficients, the block and the priors of scales; gives the block's
coefficients per standard deviation of their columns, in the enclosing model."""

SHRUNKEN: dict[str, Maker] = {
    "exchangeable": exchangeable,
    "horseshoe": horseshoe,
    "monotone": monotone,
    "r2d2": r2d2,
}


def shrunken_coefficients(name: str, block: Block, scales: Mapping[str, Prior]) -> Array:
    """Coefficients of a block, per standard deviation of their columns, shape (position,)."""
    return SHRUNKEN[block.shrinkage.kind](name, block, scales)

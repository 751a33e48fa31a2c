"""Exchangeable coefficients: normal around 0 with one spread a term, learnt from its own."""

from collections.abc import Mapping

from posthaz.hazards import Array
from posthaz.model.distributions import scale_variable
from posthaz.model.graph import pm
from posthaz.model.informed import informed_normal
from posthaz.model.shrinkage.block import Block
from posthaz.priors import Prior
from posthaz.spec import EXCHANGEABLE_SD, SHRUNKEN_TERM


def exchangeable(name: str, block: Block, scales: Mapping[str, Prior]) -> Array:
    """Coefficients that are normal with mean 0 and a standard deviation of their term.

    Parameters
    ----------
    name : str
        Name of the vector of all coefficients.
    block : Block
        Those that shrink.
    scales : mapping of str to Prior
        Holds the prior of each standard deviation, per unit of the columns.

    Returns
    -------
    TensorVariable
        Coefficients per standard deviation of their columns, shape (position,).
    """
    spreads = scale_variable(EXCHANGEABLE_SD, scales[EXCHANGEABLE_SD], SHRUNKEN_TERM)
    # an event tells of a coefficient in proportion to the variance of its column
    information = block.events * block.scale**2
    effects = informed_normal(f"{name}_standard_exchangeable", spreads[block.group], information)
    return effects * pm.Data("exchangeable_scale", block.scale)

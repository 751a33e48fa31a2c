"""Monotone curves: a total change of the log hazard, shared out over steps of one sign."""

from collections.abc import Mapping

import numpy as np

from posthaz.hazards import Array
from posthaz.model.distributions import scale_variable
from posthaz.model.graph import pm, pt
from posthaz.model.shrinkage.block import Block
from posthaz.priors import Prior
from posthaz.spec.shrinkage import MONOTONE_TOTAL, SHRUNKEN_TERM


def monotone(name: str, block: Block, scales: Mapping[str, Prior]) -> Array:
    """Coefficients of 0 or more: a half-normal total of each term in logistic-normal shares.

    Parameters
    ----------
    name : str
        Name of the vector of all coefficients.
    block : Block
        Those that are monotone.
    scales : mapping of str to Prior
        Holds the prior of the totals.

    Returns
    -------
    TensorVariable
        Coefficients per standard deviation of their columns, shape (position,).
    """
    total = scale_variable(MONOTONE_TOTAL, scales[MONOTONE_TOTAL], SHRUNKEN_TERM)
    uneven: Array = pm.Data("monotone_unevenness", block.shrinkage.value("unevenness"))
    size = len(block.positions)
    weight = pt.exp(uneven * pm.Normal(f"{name}_share_standard", 0.0, 1.0, shape=(size,)))
    member: Array = pm.Data("monotone_member", np.eye(int(block.group.max()) + 1)[block.group])
    share = weight / (member @ (member.T @ weight))
    return total[block.group] * share * pm.Data("monotone_scale", block.scale)

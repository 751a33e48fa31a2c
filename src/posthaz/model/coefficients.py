"""Coefficients of a design's columns, as PyMC variables."""

from collections.abc import Mapping, Sequence

import numpy as np

from posthaz.design import Design
from posthaz.hazards import Array
from posthaz.model.distributions import prior_vector
from posthaz.model.graph import pm, pt
from posthaz.model.shrinkage import Block, shrunken_coefficients
from posthaz.priors import Prior


def coefficient_vector(
    name: str,
    design: Design,
    priors: Sequence[Prior],
    block: Block | None = None,
    scales: Mapping[str, Prior] | None = None,
    data: str = "design_scale",
) -> Array:
    """Coefficients on the user's scale, sampled on the scale of one standard deviation.

    Parameters
    ----------
    name : str
        Name of the vector.
    design : Design
        Its design.
    priors : sequence of Prior
        One a column.
    block : Block, optional
        Coefficients that shrink together.
    scales : mapping of str to Prior, optional
        Priors of the standard deviations of those.
    data : str
        Name of the columns' standard deviations among the model's data.

    Returns
    -------
    TensorVariable
        Shape (covariate,).
    """
    scale: Array = pm.Data(data, design.scale)
    shrunken = block.positions if block else ()
    scaled = {
        j: prior.scaled(sd)
        for j, (prior, sd) in enumerate(zip(priors, design.scale, strict=True))
        if j not in shrunken
    }
    families = list(dict.fromkeys(prior.family for prior in scaled.values()))
    parts, order = [], []
    for family in families:
        members = [j for j, prior in scaled.items() if prior.family == family]
        suffix = "" if len(families) == 1 else f"_{family}"
        parts.append(
            prior_vector(
                f"{name}_scaled{suffix}", [scaled[j] for j in members], shape=(len(members),)
            )
        )
        order.extend(members)
    if block:
        parts.append(shrunken_coefficients(name, block, scales or {}))
        order.extend(block.positions)
    joined: Array = pt.concatenate(parts)
    joined = joined[np.argsort(order)] if len(parts) > 1 else joined
    return joined / scale

"""Covariate effects and frailties: the linear predictor."""

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from posthaz.design import Design
from posthaz.hazards import Array
from posthaz.model.distributions import prior_vector, scale_variable
from posthaz.model.informed import informed_normal
from posthaz.model.shrinkage import Block, shrunken_block, shrunken_coefficients
from posthaz.spec import ChosenPriors, ModelSpec, coefficient_name, frailty_name, frailty_sd_name


def linear_predictor(
    spec: ModelSpec, design: Design, priors: ChosenPriors, event: np.ndarray
) -> Array:
    """Linear predictor of every row, in the enclosing model.

    Parameters
    ----------
    spec : ModelSpec
        The model.
    design : Design
        Its design.
    priors : ChosenPriors
        Priors of coefficients and frailty standard deviations.
    event : ndarray of float, shape (row,)
        Whether each row had an event, which says how much is known of each cluster.

    Returns
    -------
    TensorVariable
        Shape (row,).
    """
    predictor: Array = pt.zeros(())
    if design.columns:
        matrix: Array = pm.Data(
            "design",
            design.matrix(design.frame) - design.centre,
            dims=("row", "covariate"),
        )
        block = shrunken_block(spec.shrinkage, design, event)
        predictor = matrix @ _coefficients(coefficient_name(spec), design, priors, block)
    for group in design.groups:
        spread = scale_variable(frailty_sd_name(group), priors.scales[frailty_sd_name(group)])
        name = frailty_name(group)
        cluster = design.cluster(group, design.frame)
        events = np.bincount(cluster, weights=event, minlength=len(group.levels))
        dims = (group.name,)
        effects = informed_normal(f"{name}_standard", spread, events, dims)
        frailty: Array = pm.Deterministic(name, effects, dims=dims)
        number: Array = pm.Data(f"{name}_number", cluster, dims=("row",))
        predictor = predictor + frailty[number]
    return predictor


def _coefficients(name: str, design: Design, priors: ChosenPriors, block: Block | None) -> Array:
    """Coefficients on the user's scale, sampled on the scale of one standard deviation."""
    scale: Array = pm.Data("design_scale", design.scale, dims=("covariate",))
    shrunken = block.positions if block else ()
    scaled = {
        j: prior.scaled(sd)
        for j, (prior, sd) in enumerate(zip(priors.coefficients, design.scale, strict=True))
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
        parts.append(shrunken_coefficients(name, block, priors.scales))
        order.extend(block.positions)
    joined: Array = pt.concatenate(parts)
    joined = joined[np.argsort(order)] if len(parts) > 1 else joined
    return pm.Deterministic(name, joined / scale, dims=("covariate",))

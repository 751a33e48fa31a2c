"""The hazard of every row: baseline, covariate effects and frailties as PyMC variables."""

from collections.abc import Sequence

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from posthaz.cohort import Cohort
from posthaz.design import Design
from posthaz.effects import change_starts, changing, period_labels
from posthaz.hazards import Array, Hazard
from posthaz.model.baseline import baseline_values
from posthaz.model.changing import changing_coefficients
from posthaz.model.distributions import prior_vector, scale_variable
from posthaz.model.informed import informed_normal
from posthaz.model.shrinkage import Block, shrunken_block, shrunken_coefficients
from posthaz.spec import (
    ChosenPriors,
    ModelSpec,
    changing_positions,
    coefficient_name,
    frailty_name,
    frailty_sd_name,
)


def row_coordinates(spec: ModelSpec, design: Design, rows: int) -> dict[str, Sequence[str] | range]:
    """Labels of the dimensions that `rows_hazard` uses."""
    coordinates: dict[str, Sequence[str] | range] = {
        **spec.baseline.coordinates(),
        "row": range(rows),
        **{group.name: group.levels for group in design.groups},
    }
    if design.columns:
        coordinates["covariate"] = design.columns
    if spec.changing:
        changed = [j for one in spec.changing for j in changing_positions(one, design)]
        coordinates["changing"] = [design.columns[j] for j in changed]
        coordinates["period"] = period_labels(change_starts(spec.changing))
    return coordinates


def rows_hazard(spec: ModelSpec, design: Design, priors: ChosenPriors, cohort: Cohort) -> Hazard:
    """Hazard of every row, in the enclosing model.

    Parameters
    ----------
    spec : ModelSpec
        The model.
    design : Design
        Its design.
    priors : ChosenPriors
        Priors of coefficients and frailty standard deviations.
    cohort : Cohort
        The cohort, whose events say how much is known of each cluster and interval.

    Returns
    -------
    Hazard
        Broadcasts as (row,).
    """
    event = (cohort.event | cohort.interval_censored).astype(float)
    values = baseline_values(spec.baseline, priors, cohort)
    predictor: Array = pt.zeros(())
    starts = change_starts(spec.changing)
    ratios: list[Array] = []
    if design.columns:
        matrix: Array = pm.Data(
            "design",
            design.matrix(design.frame) - design.centre,
            dims=("row", "covariate"),
        )
        block = shrunken_block(spec.shrinkage, design, event)
        coefficients = _coefficients(coefficient_name(spec), design, priors, block)
        if spec.changing:
            coefficients, change = changing_coefficients(spec, design, priors, cohort, coefficients)
            positions = [j for one in spec.changing for j in changing_positions(one, design)]
            ratios = [matrix[:, positions] @ change[:, k] for k in range(len(starts))]
        named = pm.Deterministic(coefficient_name(spec), coefficients, dims=("covariate",))
        predictor = matrix @ named
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
    hazard = spec.effect.apply(spec.baseline.hazard(values, pt), predictor, pt)
    if not ratios:
        return hazard
    began: Array = pm.Data("period_start", starts)
    return changing(hazard, ratios, [began[k] for k in range(len(starts))], pt)


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
    return joined / scale

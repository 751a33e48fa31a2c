"""The hazard of every row as PyMC variables: baseline, effects, cured share and frailties."""

from collections.abc import Mapping, Sequence

import numpy as np

from posthaz.cohort import Cohort
from posthaz.design import Design
from posthaz.effects import (
    change_starts,
    changing,
    period_labels,
    stratified,
    with_background,
    yang_prentice,
)
from posthaz.hazards import Array, Hazard
from posthaz.model.baseline import baseline_values, stratum_hazards
from posthaz.model.changing import averaged_ratio, changing_coefficients, short_and_long
from posthaz.model.clusters import cluster_predictor
from posthaz.model.distributions import prior_variable, prior_vector
from posthaz.model.graph import pm, pt
from posthaz.model.shrinkage import Block, shrunken_block, shrunken_coefficients
from posthaz.priors import Prior
from posthaz.spec import (
    CURE_EFFECT,
    CURE_INTERCEPT,
    ChosenPriors,
    ModelSpec,
    changed_positions,
    coefficient_name,
    crossing_positions,
    crossing_values,
)


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


def row_coordinates(spec: ModelSpec, design: Design, rows: int) -> dict[str, Sequence[str] | range]:
    """Labels of the dimensions that `rows_hazard` uses."""
    coordinates: dict[str, Sequence[str] | range] = {
        **spec.baseline.coordinates(),
        "row": range(rows),
        **{group.name: group.levels for group in design.groups},
    }
    if design.columns:
        coordinates["covariate"] = design.columns
    if design.cure is not None and design.cure.columns:
        coordinates["cure_covariate"] = design.cure.columns
    if design.strata is not None:
        coordinates["stratum"] = design.strata.levels
    if spec.changing:
        coordinates["changing"] = [design.columns[j] for j in changed_positions(spec, design)]
        coordinates["period"] = period_labels(change_starts(spec.changing))
    if spec.crossing:
        crossed = crossing_positions(spec, design)
        coordinates["crossing"] = [design.columns[j] for j in crossed]
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
    baseline = _baseline(spec, design, priors, cohort)
    predictor: Array = pt.zeros(())
    starts = change_starts(spec.changing)
    ratios: list[Array] = []
    ends: tuple[Array, Array] | None = None
    own = crossing_positions(spec, design)
    coefficients: Array = None
    if design.columns:
        matrix: Array = pm.Data(
            "design",
            design.own_matrix - design.centre,
            dims=("row", "covariate"),
        )
        block = shrunken_block(spec.shrinkage, design, event)
        coefficients = coefficient_vector(
            coefficient_name(spec), design, priors.coefficients, block, priors.scales
        )
        if spec.changing:
            coefficients, change = changing_coefficients(spec, design, priors, cohort, coefficients)
            columns = changed_positions(spec, design)
            ratios = [matrix[:, columns] @ change[:, k] for k in range(len(starts))]
        if own:
            ends = short_and_long(spec, design, priors, coefficients)
            predictor = matrix @ pt.set_subtensor(coefficients[own], 0.0)
        else:
            named = pm.Deterministic(coefficient_name(spec), coefficients, dims=("covariate",))
            predictor = matrix @ named
    for group in design.groups:
        predictor = predictor + cluster_predictor(spec, group, design, priors, event)
    hazard = spec.effect.apply(baseline, predictor, pt)
    if ratios:
        began: Array = pm.Data("period_start", starts)
        hazard = changing(hazard, ratios, [began[k] for k in range(len(starts))], pt)
    if ends is not None:
        averaged = averaged_ratio(hazard, *ends, cohort)
        coefficients = pt.set_subtensor(coefficients[own], averaged)
        pm.Deterministic(coefficient_name(spec), coefficients, dims=("covariate",))
        values: Array = pm.Data(
            "crossing_design",
            crossing_values(spec, design, design.frame),
            dims=("row", "crossing"),
        )
        hazard = yang_prentice(hazard, values @ ends[0], values @ ends[1], pt)
    if spec.cure is not None:
        hazard = spec.cure.apply(hazard, cure_predictor(design, priors), pt)
    if spec.background is not None:
        hazard = with_background(hazard, _log_expected_rate(spec.background.rate, cohort), pt)
    return hazard


def _log_expected_rate(column: str, cohort: Cohort) -> Array:
    """Logarithm of each row's expected rate; minus infinity where it is 0."""
    rate = cohort.covariates[column].to_numpy(dtype=float)
    with np.errstate(divide="ignore"):
        return pm.Data("log_expected_rate", np.log(rate), dims=("row",))


def _baseline(spec: ModelSpec, design: Design, priors: ChosenPriors, cohort: Cohort) -> Hazard:
    """The baseline hazard, of each row's stratum where there are strata."""
    if design.strata is None:
        return spec.baseline.hazard(baseline_values(spec.baseline, priors, cohort), pt)
    number = design.cluster(design.strata, design.frame)
    strata = len(design.strata.levels)
    hazards = stratum_hazards(spec.baseline, priors, cohort, number, strata)
    of_row: Array = pm.Data("stratum_number", number, dims=("row",))
    return stratified(hazards, of_row, pt)


def cure_predictor(design: Design, priors: ChosenPriors) -> Array:
    """Linear predictor of the cured share of every row, in the enclosing model.

    Parameters
    ----------
    design : Design
        A design with ``cure``.
    priors : ChosenPriors
        Whose ``cure`` has the prior of the intercept, then one a column.

    Returns
    -------
    TensorVariable
        Shape (row,), or a number where the share has no covariate.
    """
    own = design.cure
    assert own is not None
    intercept, *slopes = priors.cure
    predictor = prior_variable(CURE_INTERCEPT, intercept, 0.0)
    if not own.columns:
        return predictor
    vector = coefficient_vector(CURE_EFFECT, own, slopes, data="cure_scale")
    effects = pm.Deterministic(CURE_EFFECT, vector, dims=("cure_covariate",))
    matrix: Array = pm.Data(
        "cure_design", own.matrix(design.frame) - own.centre, dims=("row", "cure_covariate")
    )
    return predictor + matrix @ effects

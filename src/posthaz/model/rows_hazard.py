"""The hazard of every row as PyMC variables: baseline, effects, cured share and frailties."""

from collections.abc import Sequence

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
from posthaz.model.coefficients import coefficient_vector
from posthaz.model.distributions import prior_variable
from posthaz.model.graph import pm, pt
from posthaz.model.shrinkage import shrunken_block
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

"""The hazard of every row: baseline, covariate effects and frailties as PyMC variables."""

from collections.abc import Sequence

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from posthaz.cohort import Cohort
from posthaz.design import Design
from posthaz.effects import (
    change_starts,
    changing,
    period_labels,
    stratified,
    with_background,
)
from posthaz.hazards import Array, Hazard
from posthaz.model.baseline import baseline_values, stratum_hazards
from posthaz.model.changing import changing_coefficients
from posthaz.model.clusters import cluster_predictor
from posthaz.model.coefficients import coefficient_vector
from posthaz.model.cure import cure_predictor
from posthaz.model.shrinkage import shrunken_block
from posthaz.spec import (
    ChosenPriors,
    ModelSpec,
    changed_positions,
    coefficient_name,
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
    if design.columns:
        matrix: Array = pm.Data(
            "design",
            design.matrix(design.frame) - design.centre,
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
        named = pm.Deterministic(coefficient_name(spec), coefficients, dims=("covariate",))
        predictor = matrix @ named
    for group in design.groups:
        predictor = predictor + cluster_predictor(spec, group, design, priors, event)
    hazard = spec.effect.apply(baseline, predictor, pt)
    if ratios:
        began: Array = pm.Data("period_start", starts)
        hazard = changing(hazard, ratios, [began[k] for k in range(len(starts))], pt)
    if spec.cure is not None:
        hazard = spec.cure.apply(hazard, cure_predictor(design, priors), pt)
    if spec.background is not None:
        rate = cohort.covariates[spec.background.rate].to_numpy(dtype=float)
        with np.errstate(divide="ignore"):
            expected: Array = pm.Data("log_expected_rate", np.log(rate), dims=("row",))
        hazard = with_background(hazard, expected, pt)
    return hazard


def _baseline(spec: ModelSpec, design: Design, priors: ChosenPriors, cohort: Cohort) -> Hazard:
    """The baseline hazard, of each row's stratum where there are strata."""
    if design.strata is None:
        return spec.baseline.hazard(baseline_values(spec.baseline, priors, cohort), pt)
    number = design.cluster(design.strata, design.frame)
    strata = len(design.strata.levels)
    hazards = stratum_hazards(spec.baseline, priors, cohort, number, strata)
    of_row: Array = pm.Data("stratum_number", number, dims=("row",))
    return stratified(hazards, of_row, pt)

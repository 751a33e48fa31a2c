"""Effects that change with time: their departures from the average, as PyMC variables."""

import numpy as np

from posthaz.cohort import Cohort
from posthaz.design import Design
from posthaz.effects import ChangingEffect, change_starts, log_ratio_at
from posthaz.hazards import Array, Hazard
from posthaz.model.distributions import prior_vector, scale_variable
from posthaz.model.graph import pm, pt
from posthaz.model.informed import informed_normal
from posthaz.model.random_walk import step_matrix, told_apart
from posthaz.spec import (
    CHANGE,
    LONG,
    SHORT,
    ChosenPriors,
    ModelSpec,
    change_sd_name,
    changing_positions,
    crossing_positions,
)


def changing_coefficients(
    spec: ModelSpec, design: Design, priors: ChosenPriors, cohort: Cohort, coefficients: Array
) -> tuple[Array, Array]:
    """Average effects, and the departures from them in each period.

    Parameters
    ----------
    spec : ModelSpec
        A resolved model with effects that change.
    design : Design
        Its design.
    priors : ChosenPriors
        Its priors.
    cohort : Cohort
        The cohort, whose events say how much is known of each interval.
    coefficients : TensorVariable, shape (covariate,)
        The effects before they change: the average, or that in the first interval where
        intervals are independent.

    Returns
    -------
    average : TensorVariable, shape (covariate,)
        Log hazard ratios averaged over the events.
    change : TensorVariable, shape (changing, period)
        What each period adds to the average, a deterministic variable of the enclosing model.
    """
    starts = change_starts(spec.changing)
    seen = cohort.event | cohort.interval_censored
    times, weight = cohort.exit[seen], cohort.weight[seen]
    parts: list[Array] = []
    for effect in spec.changing:
        positions = changing_positions(effect, design)
        edges = effect.grid.constants()["interval_start"]
        events = np.bincount(
            np.searchsorted(edges[1:], times), weights=weight, minlength=len(edges)
        )
        share: Array = pm.Data(f"{CHANGE}_share_{effect.term}", events / events.sum())
        if effect.smoothing == "independent":
            levels = _independent(effect, design, priors, positions, coefficients)
            average = levels @ share
            coefficients = pt.set_subtensor(coefficients[positions], average)
            change = levels - average[:, None]
        else:
            change = _walk(effect, design, priors, positions, events)
            change = change - (change @ share)[:, None]
        period = np.searchsorted(edges, starts, side="right") - 1
        parts.append(change[:, period])
    joined = pt.concatenate(parts) if len(parts) > 1 else parts[0]
    return coefficients, pm.Deterministic(CHANGE, joined, dims=("changing", "period"))


def short_and_long(
    spec: ModelSpec, design: Design, priors: ChosenPriors, coefficients: Array
) -> tuple[Array, Array]:
    """Short-term and long-term log hazard ratios of the columns that have both.

    Parameters
    ----------
    spec : ModelSpec
        A model with such a term.
    design : Design
        Its design.
    priors : ChosenPriors
        Its priors.
    coefficients : TensorVariable, shape (covariate,)
        Coefficients under their priors, of which the term's are the short-term ones.

    Returns
    -------
    short, long : TensorVariable, shape (crossing,)
        Deterministic variables of the enclosing model.
    """
    own = crossing_positions(spec, design)
    later = [
        prior_vector(f"{LONG}_{design.columns[j]}_scaled", [prior.scaled(sd)], shape=(1,)) / sd
        for j in own
        for prior, sd in [(priors.coefficients[j], float(design.scale[j]))]
    ]
    short = pm.Deterministic(SHORT, coefficients[own], dims=("crossing",))
    return short, pm.Deterministic(LONG, pt.concatenate(later), dims=("crossing",))


def averaged_ratio(before: Hazard, short: Array, long: Array, cohort: Cohort) -> Array:
    """Log hazard ratios averaged over the events, shape (crossing,)."""
    seen = cohort.event | cohort.interval_censored
    events = cohort.weight * seen
    share: Array = pm.Data("crossing_share", events / events.sum(), dims=("row",))
    when: Array = pm.Data("crossing_exit", cohort.exit.astype(float), dims=("row",))
    alive: Array = pt.exp(-before.cumulative_hazard(when))
    return share @ log_ratio_at(alive[:, None], short[None], long[None], pt)


def _independent(
    effect: ChangingEffect,
    design: Design,
    priors: ChosenPriors,
    positions: list[int],
    coefficients: Array,
) -> Array:
    """Log hazard ratios of all intervals, each under the term's own prior."""
    rows = []
    for j in positions:
        sd = float(design.scale[j])
        later = prior_vector(
            f"{CHANGE}_{design.columns[j]}_scaled",
            [priors.coefficients[j].scaled(sd)] * (effect.intervals - 1),
            shape=(effect.intervals - 1,),
        )
        rows.append(pt.concatenate([coefficients[j : j + 1], later / sd]))
    return pt.stack(rows)


def _walk(
    effect: ChangingEffect,
    design: Design,
    priors: ChosenPriors,
    positions: list[int],
    events: np.ndarray,
) -> Array:
    """Departures of each interval by a random walk, in coordinates told apart by the data."""
    spacing = effect.grid.constants()["interval_spacing"]
    basis, information = told_apart(step_matrix(spacing, effect.order), events)
    name = change_sd_name(effect)
    sigma = scale_variable(name, priors.scales[name])
    unit = design.unit[positions]
    steps = 1.0 if effect.order == 1 else float(len(spacing))
    told = np.outer((design.scale[positions] / unit / steps) ** 2, information)
    parts = informed_normal(f"{CHANGE}_{effect.term}_step", sigma, told.ravel())
    rotated: Array = pm.Data(f"{CHANGE}_basis_{effect.term}", basis)
    walk = parts.reshape(told.shape) @ rotated.T
    if effect.order == 2:  # slopes are per whole follow-up, or many intervals would allow anything
        along = np.concatenate([[0.0], np.cumsum(spacing)]) / len(spacing)
        walk = walk / len(spacing)
        trend: Array = pm.Data(f"{CHANGE}_trend_{effect.term}", along - along.mean())
        slope = pm.Normal(f"{CHANGE}_{effect.term}_step_first", 0.0, 1.0, shape=(len(positions),))
        walk = walk + pt.outer(slope, trend)
    steps: Array = pm.Data(f"{CHANGE}_unit_{effect.term}", unit)
    return walk / steps[:, None]

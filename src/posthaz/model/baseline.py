"""Parameters of the baseline hazard, each with its structure, as PyMC variables."""

from collections.abc import Mapping

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from posthaz.hazards import Baseline, Parameter
from posthaz.model.distributions import prior_variable
from posthaz.model.informed import informed_normal
from posthaz.priors import Prior
from posthaz.spec import STEP_SD, ChosenPriors


def baseline_values(
    baseline: Baseline, priors: ChosenPriors, event_times: np.ndarray
) -> dict[str, pt.TensorVariable]:
    """Parameters and constants of a baseline hazard, in the enclosing model.

    Parameters
    ----------
    baseline : Baseline
        A resolved baseline hazard.
    priors : ChosenPriors
        Priors of its parameters.
    event_times : ndarray of float, shape (event,)
        Times of the events, which say how much is known of each interval.

    Returns
    -------
    dict of str to TensorVariable
        What ``baseline.hazard`` takes.
    """
    values = {name: pm.Data(name, array) for name, array in baseline.constants().items()}
    for parameter in baseline.parameters():
        stated = next(
            name for name in (parameter.name, parameter.positive_name) if name in priors.baseline
        )
        prior = priors.baseline[stated]
        if parameter.structure == "random_walk":
            values[parameter.name] = _random_walk(
                parameter, prior, priors.scales, values, _events(baseline, event_times)
            )
        else:
            values[parameter.name] = _independent(parameter, stated, prior)
    return values


def _independent(parameter: Parameter, stated: str, prior: Prior) -> pt.TensorVariable:
    """A parameter under its own prior, stated on it or on its exponential."""
    dims = (parameter.dim,) if parameter.dim else ()
    variable = prior_variable(stated, prior, dims=dims)
    if stated == parameter.name:
        if parameter.positive_name:
            pm.Deterministic(parameter.positive_name, pt.exp(variable), dims=dims)
        return variable
    return pm.Deterministic(parameter.name, pt.log(variable), dims=dims)


def _random_walk(
    parameter: Parameter,
    prior: Prior,
    scales: Mapping[str, Prior],
    values: Mapping[str, pt.TensorVariable],
    events: np.ndarray,
) -> pt.TensorVariable:
    """A random walk over intervals, steps weighted by spacing."""
    spacing = values["interval_spacing"]
    first = prior_variable(f"{parameter.name}_first", prior)
    step_sd = prior_variable(STEP_SD, scales[STEP_SD])
    name = f"{parameter.name}_step"
    if parameter.order == 1:
        steps = informed_normal(name, pt.sqrt(spacing) * step_sd, _contrast(events, (1, 1)))
    else:
        bends = informed_normal(name, pt.sqrt(spacing[1:]) * step_sd, _contrast(events, (1, 4, 1)))
        slope = pm.Normal(f"{parameter.name}_step_first", 0.0, 1.0)
        steps = spacing * pt.concatenate([slope[None], slope + pt.cumsum(bends)])
    walk = pt.concatenate([first[None], first + pt.cumsum(steps)])
    pm.Deterministic(parameter.positive_name, pt.exp(walk), dims=(parameter.dim,))
    return pm.Deterministic(parameter.name, walk, dims=(parameter.dim,))


def _events(baseline: Baseline, event_times: np.ndarray) -> np.ndarray:
    """Events in each interval."""
    start = baseline.constants()["interval_start"]
    return np.bincount(np.searchsorted(start[1:], event_times), minlength=len(start))


def _contrast(events: np.ndarray, weights: tuple[int, ...]) -> np.ndarray:
    """Information about a contrast of neighbouring log hazards, whose variances are 1/events."""
    variances = 1.0 / np.maximum(events, 0.5)
    return 1.0 / np.convolve(variances, weights, mode="valid")

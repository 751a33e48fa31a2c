"""Parameters of the baseline hazard, each with its structure, as PyMC variables."""

from collections.abc import Mapping

import pymc as pm
import pytensor.tensor as pt

from posthaz.hazards import Baseline, Parameter
from posthaz.model.distributions import prior_variable
from posthaz.priors import Prior
from posthaz.spec import STEP_SD, ChosenPriors


def baseline_values(baseline: Baseline, priors: ChosenPriors) -> dict[str, pt.TensorVariable]:
    """Parameters and constants of a baseline hazard, in the enclosing model.

    Parameters
    ----------
    baseline : Baseline
        A resolved baseline hazard.
    priors : ChosenPriors
        Priors of its parameters.

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
            values[parameter.name] = _random_walk(parameter, prior, priors.scales, values)
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
) -> pt.TensorVariable:
    """A random walk over intervals, steps weighted by spacing; not centred."""
    spacing = values["interval_spacing"]
    first = prior_variable(f"{parameter.name}_first", prior)
    step_sd = prior_variable(STEP_SD, scales[STEP_SD])
    standard = pm.Normal(f"{parameter.name}_step", 0.0, 1.0, shape=spacing.shape)
    steps = standard * pt.sqrt(spacing) * step_sd
    if parameter.order == 2:
        steps = spacing * pt.concatenate([standard[:1], standard[0] + pt.cumsum(steps[1:])])
    walk = pt.concatenate([first[None], first + pt.cumsum(steps)])
    pm.Deterministic(parameter.positive_name, pt.exp(walk), dims=(parameter.dim,))
    return pm.Deterministic(parameter.name, walk, dims=(parameter.dim,))

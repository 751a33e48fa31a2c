"""Parameters of the baseline hazard, each with its structure, as PyMC variables."""

import math

import numpy as np

from posthaz.cohort import Cohort
from posthaz.hazards import Array, Baseline, Hazard, Parameter
from posthaz.model.distributions import prior_variable
from posthaz.model.graph import pm, pt
from posthaz.model.likelihood import event_rate
from posthaz.model.random_walk import random_walk
from posthaz.priors import Prior
from posthaz.spec import STEP_SD, ChosenPriors

STRATUM = "stratum_"
"""Start of the names of variables that are one stratum's; answers carry them by level."""


def stratum_hazards(
    baseline: Baseline, priors: ChosenPriors, cohort: Cohort, number: np.ndarray, strata: int
) -> list[Hazard]:
    """The baseline hazard of each stratum, with parameters of its own in the enclosing model.

    Parameters
    ----------
    baseline : Baseline
        A resolved baseline hazard.
    priors : ChosenPriors
        Priors of its parameters, the same for every stratum.
    cohort : Cohort
        The cohort.
    number : ndarray of int, shape (row,)
        Stratum of each row.
    strata : int
        How many there are.

    Returns
    -------
    list of Hazard
        One a stratum; parameters are variables with a dimension ``stratum``.
    """
    found = []
    for place in range(strata):
        # variables of a stratum are its own by their prefix; what all share is stated once
        with pm.Model(name=f"{STRATUM}{place}"):
            found.append(baseline_values(baseline, priors, cohort.where(number == place)))
    for parameter in baseline.parameters():
        for name in filter(None, (parameter.name, parameter.positive_name)):
            whole = [one[parameter.name] for one in found]
            joined: Array = pt.stack(whole)
            values: Array = joined if name == parameter.name else pt.exp(joined)
            dims = ("stratum", *((parameter.dim,) if parameter.dim else ()))
            pm.Deterministic(name, values, dims=dims)
    return [baseline.hazard(values, pt) for values in found]


def baseline_values(baseline: Baseline, priors: ChosenPriors, cohort: Cohort) -> dict[str, Array]:
    """Parameters and constants of a baseline hazard, in the enclosing model.

    Parameters
    ----------
    baseline : Baseline
        A resolved baseline hazard.
    priors : ChosenPriors
        Priors of its parameters.
    cohort : Cohort
        The cohort, whose events say how much is known of each interval, and whose rate of them
        where to begin.

    Returns
    -------
    dict of str to TensorVariable
        What ``baseline.hazard`` takes.
    """
    seen = cohort.event | cohort.interval_censored
    level = math.log(event_rate(cohort))
    values = {name: pm.Data(name, array) for name, array in baseline.constants().items()}
    for parameter in baseline.parameters():
        names = (parameter.name, parameter.positive_name, parameter.default_on)
        stated = next(name for name in names if name in priors.baseline)
        prior = priors.baseline[stated]
        if stated == parameter.default_on:
            values[stated] = prior_variable(
                stated, prior, -level if parameter.level == "rate" else level
            )
        elif parameter.structure == "random_walk":
            values[parameter.name] = random_walk(
                parameter, prior, priors.scales[STEP_SD], baseline, cohort.exit[seen], level
            )
        else:
            values[parameter.name] = _independent(parameter, stated, prior, level)
    for parameter in baseline.parameters():
        if parameter.name not in values:
            values[parameter.name] = _derived(parameter, values)
    return values


def _derived(parameter: Parameter, values: dict[str, Array]) -> Array:
    """A parameter that follows from the quantity on which its default prior stands."""
    assert parameter.from_default is not None
    made = parameter.from_default(values, pt)
    pm.Deterministic(parameter.positive_name, pt.exp(made))
    return pm.Deterministic(parameter.name, made)


def _independent(parameter: Parameter, stated: str, prior: Prior, level: float) -> Array:
    """A parameter under its own prior, stated on it or on its exponential."""
    dims = (parameter.dim,) if parameter.dim else ()
    start = {"rate": level, "scale": -level, "median": -level}.get(parameter.level, 0.0)
    start = start if stated == parameter.name else math.exp(start)
    variable = prior_variable(stated, prior, start, dims=dims)
    if stated == parameter.name:
        if parameter.positive_name:
            pm.Deterministic(parameter.positive_name, pt.exp(variable), dims=dims)
        return variable
    return pm.Deterministic(parameter.name, pt.log(variable), dims=dims)

"""The one map from a prior's family to a PyMC distribution; prior numbers are model inputs."""

from collections.abc import Sequence

import numpy as np
import pymc as pm

from posthaz.hazards import Array
from posthaz.model.half_normal_scale import half_normal_scale
from posthaz.priors import Prior

_CLASSES = {
    "normal": (pm.Normal, ("mu", "sigma")),
    "student_t": (pm.StudentT, ("nu", "mu", "sigma")),
    "cauchy": (pm.Cauchy, ("alpha", "beta")),
    "laplace": (pm.Laplace, ("mu", "b")),
    "flat": (pm.Flat, ()),
    "half_normal": (pm.HalfNormal, ("sigma",)),
    "half_student_t": (pm.HalfStudentT, ("nu", "sigma")),
    "half_cauchy": (pm.HalfCauchy, ("beta",)),
    "exponential": (pm.Exponential, ("lam",)),
    "gamma": (pm.Gamma, ("alpha", "beta")),
    "lognormal": (pm.LogNormal, ("mu", "sigma")),
}


def prior_variable(name: str, prior: Prior, **shape: object) -> Array:
    """Random variable of a prior, its numbers held as data of the model.

    Parameters
    ----------
    name : str
        Name of the variable.
    prior : Prior
        Its prior; for a vector every element has it.
    **shape
        ``dims`` or ``shape`` of the variable.

    Returns
    -------
    TensorVariable
        The variable, in the model of the enclosing context.
    """
    return prior_vector(name, [prior], elementwise=False, **shape)


def prior_vector(
    name: str, priors: Sequence[Prior], *, elementwise: bool = True, **shape: object
) -> Array:
    """Random vector whose elements have priors of one family.

    Parameters
    ----------
    name : str
        Name of the variable.
    priors : sequence of Prior
        One an element, all of one family; or a single one with ``elementwise=False``.
    elementwise : bool
        Whether `priors` has one prior an element.
    **shape
        ``dims`` or ``shape`` of the variable.

    Returns
    -------
    TensorVariable
        The variable, in the model of the enclosing context.
    """
    distribution, arguments = _CLASSES[priors[0].family]
    if not arguments:
        return distribution(name, **shape)
    numbers = np.array([prior.values for prior in priors], dtype=float)
    data: Array = pm.Data(f"prior_{name}", numbers.T if elementwise else numbers[0])
    return distribution(name, **{key: data[i] for i, key in enumerate(arguments)}, **shape)


def scale_variable(name: str, prior: Prior) -> Array:
    """Random standard deviation of effects, in coordinates that suit values down to zero.

    Parameters
    ----------
    name : str
        Name of the variable.
    prior : Prior
        Its prior, of a family on the positive numbers.

    Returns
    -------
    TensorVariable
        The variable, in the model of the enclosing context.
    """
    if prior.family != "half_normal":
        return prior_variable(name, prior)
    data: Array = pm.Data(f"prior_{name}", np.array(prior.values))
    return half_normal_scale(name, data[0])

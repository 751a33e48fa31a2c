"""The one map from a prior's family to a PyMC distribution; prior numbers are model inputs."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from posthaz.hazards import Array
from posthaz.model.graph import HALF_NORMAL_SCALE, LISTENER, pm
from posthaz.priors import Prior, prior_quantile


def half_normal_scale(
    name: str, sd: Array, start: float | np.ndarray, dims: tuple[str, ...] | None = None
) -> Array:
    """Half-normal variable, sampled in coordinates that are standard normal before the data.

    Parameters
    ----------
    name : str
        Name of the variable.
    sd : array
        Standard deviation of the half-normal.
    start : float or ndarray
        Where the search for the mode begins.
    dims : tuple of str, optional
        Its dimension, where there are several.

    Returns
    -------
    TensorVariable
        The variable, in the model of the enclosing context.
    """
    transform = HALF_NORMAL_SCALE if LISTENER.get() is not None else _half_normal_scale()
    return pm.HalfNormal(name, sd, initval=start, default_transform=transform, dims=dims)


def _half_normal_scale() -> Any:
    """The transform itself, which needs PyMC."""
    from posthaz.model.half_normal_scale import HalfNormalScale

    return HalfNormalScale()


_MOST_SPREAD = 0.3  # effects on the log scale spread about this much in practice
_CLASSES = {
    "normal": ("Normal", ("mu", "sigma")),
    "student_t": ("StudentT", ("nu", "mu", "sigma")),
    "cauchy": ("Cauchy", ("alpha", "beta")),
    "laplace": ("Laplace", ("mu", "b")),
    "flat": ("Flat", ()),
    "half_normal": ("HalfNormal", ("sigma",)),
    "half_student_t": ("HalfStudentT", ("nu", "sigma")),
    "half_cauchy": ("HalfCauchy", ("beta",)),
    "exponential": ("Exponential", ("lam",)),
    "gamma": ("Gamma", ("alpha", "beta")),
    "lognormal": ("LogNormal", ("mu", "sigma")),
}


def prior_variable(name: str, prior: Prior, start: float, **shape: Any) -> Array:
    """Random variable of a prior, its numbers held as data of the model.

    Parameters
    ----------
    name : str
        Name of the variable.
    prior : Prior
        Its prior; for a vector every element has it.
    start : float
        Where the search for the mode begins: near the data, since the mean of a vague prior may
        lie where the likelihood is 0.
    **shape
        ``dims`` or ``shape`` of the variable.

    Returns
    -------
    TensorVariable
        The variable, in the model of the enclosing context.
    """
    return prior_vector(name, [prior], elementwise=False, start=start, **shape)


def prior_vector(
    name: str,
    priors: Sequence[Prior],
    *,
    elementwise: bool = True,
    start: float = 0.0,
    **shape: Any,
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
    start : float
        Where the search for the mode begins; no effect unless told otherwise.
    **shape
        ``dims`` or ``shape`` of the variable.

    Returns
    -------
    TensorVariable
        The variable, in the model of the enclosing context.
    """
    family, arguments = _CLASSES[priors[0].family]
    distribution = getattr(pm, family)
    coordinates = pm.modelcontext(None).coords
    own = (coordinates[dim] or () for dim in shape.get("dims", ()))
    lengths = shape.get("shape") or tuple(len(labels) for labels in own)
    begin = np.full(lengths, start)
    if not arguments:
        return distribution(name, initval=begin, **shape)
    numbers = np.array([prior.values for prior in priors], dtype=float)
    data: Array = pm.Data(f"prior_{name}", numbers.T if elementwise else numbers[0])
    numbered = {key: data[i] for i, key in enumerate(arguments)}
    return distribution(name, **numbered, initval=begin, **shape)


def scale_variable(name: str, prior: Prior, dim: str = "") -> Array:
    """Random standard deviations of effects, in coordinates that suit values down to zero.

    Parameters
    ----------
    name : str
        Name of the variable.
    prior : Prior
        Its prior, of a family on the positive numbers.
    dim : str, optional
        Dimension of the model, where there are several.

    Returns
    -------
    TensorVariable
        The variable, in the model of the enclosing context.
    """
    start = min(prior_quantile(prior, 0.5), _MOST_SPREAD)
    if prior.family != "half_normal":
        return prior_variable(name, prior, start, **({"dims": (dim,)} if dim else {}))
    data: Array = pm.Data(f"prior_{name}", np.array(prior.values))
    if not dim:
        return half_normal_scale(name, data[0], start)
    begin = np.full(len(pm.modelcontext(None).coords[dim] or ()), start)
    return half_normal_scale(name, data[0], begin, (dim,))

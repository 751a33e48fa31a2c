"""The one map from a prior's family to a PyMC distribution; prior numbers are model inputs."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor
from pymc.logprob.transforms import Transform

from posthaz.hazards import Array
from posthaz.priors import Prior, prior_quantile

_ROOT_TWO = math.sqrt(2.0)
pt: Any = pytensor.tensor  # its functions are typed as possibly returning nothing


class HalfNormalScale(Transform):
    """The variable as a quantile of its half-normal prior: standard normal before the data.

    Under a logarithm a standard deviation that may be zero has a long exponential tail, which
    chains explore slowly; here its prior is normal(0, 1) and the likelihood is flat near zero,
    so that the tail is normal.
    """

    name = "half_normal_scale"

    def backward(self, value: Array, *inputs: Array) -> Array:
        """Standard deviation of the coordinate."""
        scale = inputs[-1]
        return scale * _ROOT_TWO * pt.erfinv(pt.erfc(-value / _ROOT_TWO) / 2.0)

    def forward(self, value: Array, *inputs: Array) -> Array:
        """Coordinate of the standard deviation."""
        scale = inputs[-1]
        return -_ROOT_TWO * pt.erfcinv(2.0 * pt.erf(value / (scale * _ROOT_TWO)))

    def log_jac_det(self, value: Array, *inputs: Array) -> Array:
        """Log density of a standard normal minus that of the half-normal."""
        scale = inputs[-1]
        standard = -0.5 * value**2 - 0.5 * math.log(2.0 * math.pi)
        own = self.backward(value, *inputs) / scale
        return standard - (0.5 * math.log(2.0 / math.pi) - pt.log(scale) - 0.5 * own**2)


def half_normal_scale(
    name: str, sd: Array, start: float | np.ndarray, dims: tuple[str, ...] | None = None
) -> Array:
    """Half-normal variable, sampled in the coordinates of `HalfNormalScale`.

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
    return pm.HalfNormal(name, sd, initval=start, default_transform=HalfNormalScale(), dims=dims)


_MOST_SPREAD = 0.3  # effects on the log scale spread about this much in practice
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
    distribution, arguments = _CLASSES[priors[0].family]
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

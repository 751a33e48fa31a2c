"""The coordinates of a standard deviation that may be zero; needs PyMC."""

import math
from typing import Any

import pytensor.tensor
from pymc.logprob.transforms import Transform

from posthaz.hazards import Array

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

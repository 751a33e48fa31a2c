"""Log-logistic baseline: the odds of having failed are a power of time."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import ClassVar

import numpy as np

from posthaz.hazards.baseline import Baseline
from posthaz.hazards.hazard import Array, Hazard
from posthaz.hazards.log_time import location_scale_hazard
from posthaz.hazards.parameter import Parameter
from posthaz.priors import Prior


@dataclass(frozen=True)
class LogLogistic(Baseline):
    """Survival ``1 / (1 + (t / scale)^shape)``.

    The median survival is the scale. The hazard rises and then falls with a shape above 1, and
    falls throughout otherwise; stretched time multiplies the odds of having failed.

    Examples
    --------
    >>> import numpy as np
    >>> hazard = LogLogistic().hazard({"log_scale": np.log(10.0), "log_shape": np.log(2.0)}, np)
    >>> float(np.exp(-hazard.cumulative_hazard(np.array(20.0))).round(6))
    0.2
    """

    kind: ClassVar[str] = "log_logistic"
    title: ClassVar[str] = "log-logistic"

    def parameters(self) -> tuple[Parameter, ...]:
        return (
            Parameter("log_scale", Prior("normal", (0.0, 10.0)), level="median"),
            Parameter("log_shape", Prior("normal", (0.0, 1.0))),
        )

    def words(self, unit: str) -> str:
        return "log-logistic hazard (survival 1/(1 + (t/s)^k) with scale s and shape k)"

    def hazard(self, values: Mapping[str, Array], xp: ModuleType) -> Hazard:
        def standard(score: Array) -> tuple[Array, Array]:
            cumulative = _log_one_plus_exp(score, xp)
            return score - cumulative, cumulative

        return location_scale_hazard(
            values["log_scale"],
            -values["log_shape"],
            standard,
            lambda cumulative: _log_exp_minus_one(np.asarray(cumulative, dtype=float)),
            xp,
        )


def _log_one_plus_exp(value: Array, xp: ModuleType) -> Array:
    """``log(1 + exp(x))``, exact on both sides and with both derivatives at 0."""
    late = value > 0.0
    # PyTensor's softplus, in whose place this is rewritten, has no derivative below -709
    small = xp.log1p(xp.exp(xp.maximum(xp.where(late, -value, value), -600.0)))
    return xp.where(late, value + small, small)


def _log_exp_minus_one(value: np.ndarray) -> np.ndarray:
    """``log(exp(x) - 1)`` of positive numbers, however large; minus infinity at 0."""
    with np.errstate(divide="ignore"):
        return value + np.log(-np.expm1(-value))

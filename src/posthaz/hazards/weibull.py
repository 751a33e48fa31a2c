"""Weibull baseline: the log hazard is linear in log time."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import ClassVar, Literal

import numpy as np
from scipy.special import gammainc, gammaln

from posthaz.hazards.baseline import Baseline, refuse_options
from posthaz.hazards.hazard import Array, Hazard
from posthaz.hazards.parameter import Parameter
from posthaz.priors import Prior

LOCATIONS = ("log_scale", "log_rate")
_TINY = 1e-300


@dataclass(frozen=True)
class Weibull(Baseline):
    """Hazard ``lambda k t^(k-1)`` with shape ``k = exp(log_shape)``.

    Parameters
    ----------
    location : {"log_scale", "log_rate"}
        Which location parameter carries the prior: ``log_scale``, the log of the time at which
        the cumulative hazard is 1, or ``log_rate``, the log of ``lambda``. A prior on one is
        not the same prior on the other, since ``log_rate = -k log_scale``. The default prior is
        that of ``log_scale`` under both: one of fixed width on ``log_rate`` would mean another
        thing in days than in months.

    Examples
    --------
    >>> import numpy as np
    >>> hazard = Weibull().hazard({"log_scale": np.log(10.0), "log_shape": np.log(2.0)}, np)
    >>> float(hazard.cumulative_hazard(np.array(20.0)).round(6))
    4.0
    """

    kind: ClassVar[str] = "weibull"
    title: ClassVar[str] = "Weibull"
    location: Literal["log_scale", "log_rate"] = "log_scale"

    def __post_init__(self) -> None:
        if self.location not in LOCATIONS:
            mend = f"give one of {', '.join(LOCATIONS)}"
            refuse_options("Weibull", [("location", f"found {self.location!r}", mend)])

    def parameters(self) -> tuple[Parameter, ...]:
        rate = self.location == "log_rate"
        return (
            Parameter(
                self.location,
                Prior("normal", (0.0, 10.0)),
                level="rate" if rate else "scale",
                default_on="log_scale" if rate else "",
            ),
            Parameter("log_shape", Prior("normal", (0.0, 1.0))),
        )

    def from_default(self, name: str, values: Mapping[str, Array], xp: ModuleType) -> Array:
        return -xp.exp(values["log_shape"]) * values["log_scale"]

    def hazard(self, values: Mapping[str, Array], xp: ModuleType) -> Hazard:
        log_shape = values["log_shape"]
        shape = xp.exp(log_shape)
        if self.location == "log_scale":
            log_rate = -shape * values["log_scale"]
        else:
            log_rate = values["log_rate"]

        def log_time(time: Array) -> Array:
            # the logarithm is never taken at 0, where its second derivative is infinite and would
            # make the curvature not a number even where nothing depends on it
            later = time > _TINY
            return xp.where(later, xp.log(xp.where(later, time, 1.0)), np.log(_TINY))

        def cumulative_hazard(time: Array) -> Array:
            return xp.where(time > _TINY, xp.exp(log_rate + shape * log_time(time)), 0.0)

        def survival_integral(horizon: Array, multiplier: Array) -> Array:
            log_multiplied = np.log(multiplier) + log_rate
            reached = np.exp(log_multiplied + shape * np.log(np.maximum(horizon, _TINY)))
            log_full = gammaln(1.0 + 1.0 / shape) - log_multiplied / shape
            return np.exp(log_full) * gammainc(1.0 / shape, reached)

        return Hazard(
            log_hazard=lambda time: log_rate + log_shape + (shape - 1.0) * log_time(time),
            cumulative_hazard=cumulative_hazard,
            time_at=lambda cumulative: np.exp((log_time(cumulative) - log_rate) / shape),
            survival_integral=survival_integral,
        )

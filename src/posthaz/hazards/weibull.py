"""Weibull baseline: the log hazard is linear in log time."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import ClassVar, Literal

import numpy as np
from scipy.special import gammainc, gammaincc, gammaln

from posthaz.hazards.baseline import Baseline, refuse_options
from posthaz.hazards.hazard import Array, Hazard
from posthaz.hazards.log_time import TINY, log_time
from posthaz.hazards.parameter import Parameter
from posthaz.priors import Prior

LOCATIONS = ("log_scale", "log_rate")
_LATE = 5.0
_SPENT = 40.0
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(60)


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
    stretching_multiplies: ClassVar[bool] = True
    title: ClassVar[str] = "Weibull"
    location: Literal["log_scale", "log_rate"] = "log_scale"

    def __post_init__(self) -> None:
        if self.location not in LOCATIONS:
            fix = f"give one of {', '.join(LOCATIONS)}"
            refuse_options("Weibull", [("location", f"found {self.location!r}", fix)])

    def parameters(self) -> tuple[Parameter, ...]:
        rate = self.location == "log_rate"
        return (
            Parameter(
                self.location,
                Prior("normal", (0.0, 10.0)),
                level="rate" if rate else "scale",
                default_on="log_scale" if rate else "",
                from_default=_log_rate if rate else None,
            ),
            Parameter("log_shape", Prior("normal", (0.0, 1.0))),
        )

    def words(self, unit: str) -> str:
        if self.location == "log_rate":
            return "hazard λk·t^(k−1) with rate λ and shape k"
        return "hazard (k/s)(t/s)^(k−1) with scale s and shape k"

    @classmethod
    def examples(cls) -> tuple[Baseline, ...]:
        return cls(), cls(location="log_rate")

    def log_hazard_ratio(self, log_time_ratio: Array, values: Mapping[str, Array]) -> Array:
        return -log_time_ratio * values["shape"]

    def hazard(self, values: Mapping[str, Array], xp: ModuleType) -> Hazard:
        log_shape = values["log_shape"]
        shape = xp.exp(log_shape)
        if self.location == "log_scale":
            log_rate = -shape * values["log_scale"]
        else:
            log_rate = values["log_rate"]

        def cumulative_hazard(time: Array) -> Array:
            return xp.where(time > TINY, xp.exp(log_rate + shape * log_time(time, xp)), 0.0)

        def survival_integral(horizon: Array, multiplier: Array, start: Array) -> Array:
            log_multiplied = np.log(multiplier) + log_rate
            begun, reached = (
                np.exp(log_multiplied + shape * np.log(np.maximum(time, TINY)))
                for time in (start, horizon)
            )
            log_full = gammaln(1.0 + 1.0 / shape) - log_multiplied / shape
            early = np.minimum(begun, _LATE)
            area = np.exp(log_full + early) * _gamma_between(1.0 / shape, early, reached)
            if not np.any(begun > _LATE):
                return area
            return np.where(begun > _LATE, _late_area(shape, start, begun, reached), area)

        return Hazard(
            log_hazard=lambda time: log_rate + log_shape + (shape - 1.0) * log_time(time, xp),
            cumulative_hazard=cumulative_hazard,
            time_at=lambda cumulative: np.exp((log_time(cumulative, np) - log_rate) / shape),
            survival_integral=survival_integral,
        )


def _log_rate(values: Mapping[str, Array], xp: ModuleType) -> Array:
    """The log rate of a shape and a scale."""
    return -xp.exp(values["log_shape"]) * values["log_scale"]


def _gamma_between(power: Array, low: Array, high: Array) -> Array:
    """Regularised incomplete gamma function between two points, from the tail that is smaller."""
    below = gammainc(power, high) - gammainc(power, low)
    late = low > power
    if not np.any(late):
        return below
    return np.where(late, gammaincc(power, low) - gammaincc(power, high), below)


def _late_area(shape: Array, start: Array, begun: Array, reached: Array) -> Array:
    """Area where the cumulative hazard at the start is large, over what accrues after it.

    The incomplete gamma functions vanish there, and with them their difference.
    """
    begun, shape = np.maximum(begun, _LATE), np.asarray(shape)
    accrued = np.clip(reached - begun, 0.0, _SPENT)
    total: Array = 0.0
    for node, weight in zip(_NODES, _WEIGHTS, strict=True):
        passed = accrued * (node + 1.0) / 2.0
        stretched = np.exp((1.0 / shape - 1.0) * np.log1p(passed / begun) - passed)
        total = total + weight / 2.0 * stretched
    return total * accrued * start / (shape * begun)

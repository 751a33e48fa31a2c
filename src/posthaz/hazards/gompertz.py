"""Gompertz baseline: the log hazard is linear in time."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import ClassVar

import numpy as np

from posthaz.cohort import number_text, with_unit
from posthaz.hazards.baseline import LEVEL_SD, Baseline, is_number, refuse_options
from posthaz.hazards.hazard import Array, Hazard
from posthaz.hazards.option import option
from posthaz.hazards.parameter import Parameter
from posthaz.priors import Prior

_SMALL = 1e-5
_GROWTH_SD = 2.0


@dataclass(frozen=True)
class Gompertz(Baseline):
    """Hazard ``exp(log_rate + growth * t / unit_time)``; `growth` may be negative.

    With negative growth the cumulative hazard is bounded and some subjects never fail.

    Parameters
    ----------
    unit_time : float
        Time over which `growth` is stated; after `resolve` the time from the cohort's origin to
        the largest event time, so that the default prior means the same in days and in years, and
        on a time scale that begins late, such as age.

    Examples
    --------
    >>> import numpy as np
    >>> values = {"log_rate": 0.0, "growth": 1.0, "unit_time": 1.0}
    >>> hazard = Gompertz(unit_time=1.0).hazard(values, np)
    >>> float(hazard.cumulative_hazard(np.array(1.0)).round(4))
    1.7183
    """

    kind: ClassVar[str] = "gompertz"
    title: ClassVar[str] = "Gompertz"
    unit_time: float = option(0.0, above=0)

    def __post_init__(self) -> None:
        if not is_number(self.unit_time) or self.unit_time < 0:
            found = f"found {self.unit_time!r}"
            refuse_options("Gompertz", [("unit_time", found, "give a number above 0")])

    def parameters(self) -> tuple[Parameter, ...]:
        return (
            Parameter("log_rate", Prior("normal", (0.0, 10.0)), level="rate"),
            Parameter("growth", Prior("normal", (0.0, _GROWTH_SD)), tested=(-2.0, 2.0)),
        )

    def constants(self) -> dict[str, np.ndarray]:
        return {"unit_time": np.asarray(self.unit_time)}

    def resolve(self, event_times: np.ndarray, origin: float = 0.0) -> "Gompertz":
        if self.unit_time > 0:
            return self
        last = float(np.max(event_times))
        return Gompertz(unit_time=last - origin if last > origin else last)

    def level_sd(self, origin: float) -> float:
        # the log rate is that at time 0, from which the hazard at risk is the growth on the way;
        # twice as wide, so that the two priors together don't hold the growth back
        way = 2.0 * _GROWTH_SD * origin / self.unit_time if origin else 0.0
        return math.hypot(LEVEL_SD, way)

    def words(self, unit: str) -> str:
        return f"hazard λ·exp(γt/T) with T = {with_unit(number_text(self.unit_time, 3), unit)}"

    @classmethod
    def examples(cls) -> tuple[Baseline, ...]:
        return (cls(unit_time=10.0),)

    def hazard(self, values: Mapping[str, Array], xp: ModuleType) -> Hazard:
        log_rate, growth, unit_time = values["log_rate"], values["growth"], values["unit_time"]
        slope = growth / unit_time
        rate = xp.exp(log_rate)

        def cumulative_hazard(time: Array) -> Array:
            exponent = slope * time
            near_zero = xp.abs(exponent) < _SMALL
            safe = xp.where(near_zero, 1.0, exponent)
            ratio = xp.where(near_zero, 1.0 + exponent / 2.0, xp.expm1(safe) / safe)
            return rate * time * ratio

        def time_at(cumulative: Array) -> Array:
            scaled = cumulative / rate
            exponent = slope * scaled
            near_zero = np.abs(exponent) < _SMALL
            reachable = exponent > -1.0
            safe = np.where(near_zero | ~reachable, 1.0, exponent)
            ratio = np.where(near_zero, 1.0 - exponent / 2.0, np.log1p(safe) / safe)
            return np.where(reachable, scaled * ratio, np.inf)

        return Hazard(
            log_hazard=lambda time: log_rate + slope * time,
            cumulative_hazard=cumulative_hazard,
            time_at=time_at,
        )

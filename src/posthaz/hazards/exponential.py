"""Exponential baseline: the hazard is constant."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import ClassVar

import numpy as np

from posthaz.hazards.baseline import Baseline
from posthaz.hazards.hazard import Array, Hazard
from posthaz.hazards.parameter import Parameter
from posthaz.priors import Prior


@dataclass(frozen=True)
class Exponential(Baseline):
    """Constant hazard ``exp(log_rate)`` per unit of time.

    Examples
    --------
    >>> import numpy as np
    >>> hazard = Exponential().hazard({"log_rate": np.log(0.1)}, np)
    >>> float(hazard.cumulative_hazard(np.array(5.0)).round(6))
    0.5
    """

    kind: ClassVar[str] = "exponential"
    stretching_multiplies: ClassVar[bool] = True
    memoryless: ClassVar[bool] = True
    title: ClassVar[str] = "exponential"

    def parameters(self) -> tuple[Parameter, ...]:
        return (Parameter("log_rate", Prior("normal", (0.0, 10.0)), level="rate"),)

    def log_hazard_ratio(self, log_time_ratio: Array, values: Mapping[str, Array]) -> Array:
        return -log_time_ratio

    def words(self, unit: str) -> str:
        return "constant hazard"

    def hazard(self, values: Mapping[str, Array], xp: ModuleType) -> Hazard:
        log_rate = values["log_rate"]
        rate = xp.exp(log_rate)

        def survival_integral(horizon: Array, multiplier: Array, start: Array) -> Array:
            return -np.expm1(-multiplier * rate * (horizon - start)) / (multiplier * rate)

        return Hazard(
            log_hazard=lambda time: log_rate + xp.zeros_like(time),
            cumulative_hazard=lambda time: rate * time,
            time_at=lambda cumulative: cumulative / rate,
            survival_integral=survival_integral,
        )

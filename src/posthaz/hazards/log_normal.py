"""Log-normal baseline: the log of time is normal."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import ClassVar

import numpy as np
from scipy.special import ndtri_exp

from posthaz.hazards.baseline import Baseline
from posthaz.hazards.hazard import Array, Hazard
from posthaz.hazards.log_gamma_tail import normal_hazard
from posthaz.hazards.log_time import location_scale_hazard
from posthaz.hazards.parameter import Parameter
from posthaz.priors import Prior


@dataclass(frozen=True)
class LogNormal(Baseline):
    """Log time is normal with mean ``mu`` and standard deviation ``exp(log_sd)``.

    The median survival is ``exp(mu)``; the hazard rises and then falls.

    Examples
    --------
    >>> import numpy as np
    >>> hazard = LogNormal().hazard({"mu": np.log(10.0), "log_sd": 0.0}, np)
    >>> float(np.exp(-hazard.cumulative_hazard(np.array(10.0))).round(6))
    0.5
    """

    kind: ClassVar[str] = "log_normal"
    title: ClassVar[str] = "log-normal"

    def parameters(self) -> tuple[Parameter, ...]:
        return (
            Parameter("mu", Prior("normal", (0.0, 10.0)), level="median", words="mean of log time"),
            Parameter("log_sd", Prior("normal", (0.0, 1.0)), words="SD of log time"),
        )

    def words(self, unit: str) -> str:
        return "log-normal hazard (log time normal with mean μ and standard deviation σ)"

    def hazard(self, values: Mapping[str, Array], xp: ModuleType) -> Hazard:
        return location_scale_hazard(
            values["mu"],
            values["log_sd"],
            lambda score: normal_hazard(score, xp),
            lambda cumulative: -ndtri_exp(-np.asarray(cumulative, dtype=float)),
            xp,
        )

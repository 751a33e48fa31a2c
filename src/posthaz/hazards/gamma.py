"""Gamma baseline: times have a gamma distribution."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import ClassVar

from posthaz.hazards.baseline import Baseline
from posthaz.hazards.hazard import Array, Hazard
from posthaz.hazards.log_gamma_tail import log_gamma_hazard, log_gamma_score
from posthaz.hazards.log_time import location_scale_hazard
from posthaz.hazards.parameter import Parameter
from posthaz.priors import Prior


@dataclass(frozen=True)
class Gamma(Baseline):
    """Gamma density ``t^(k-1) exp(-t / scale)`` with shape ``k = exp(log_shape)``.

    The mean is shape times scale. The hazard rises with a shape above 1 and falls with one below,
    towards ``1 / scale``.

    Examples
    --------
    >>> import numpy as np
    >>> hazard = Gamma().hazard({"log_scale": np.log(10.0), "log_shape": np.log(2.0)}, np)
    >>> float(np.exp(-hazard.cumulative_hazard(np.array(10.0))).round(6))  # 2 / e
    0.735759
    """

    kind: ClassVar[str] = "gamma"
    title: ClassVar[str] = "gamma"

    def parameters(self) -> tuple[Parameter, ...]:
        return (
            Parameter("log_scale", Prior("normal", (0.0, 10.0)), level="scale"),
            Parameter("log_shape", Prior("normal", (0.0, 1.0))),
        )

    def words(self, unit: str) -> str:
        return "gamma hazard (density proportional to t^(k−1)·exp(−t/s) with scale s and shape k)"

    def hazard(self, values: Mapping[str, Array], xp: ModuleType) -> Hazard:
        log_shape = values["log_shape"]
        bend = xp.exp(-0.5 * log_shape)
        return location_scale_hazard(
            values["log_scale"] + log_shape,
            -0.5 * log_shape,
            lambda score: log_gamma_hazard(score, bend, xp),
            lambda cumulative: log_gamma_score(cumulative, bend),
            xp,
        )

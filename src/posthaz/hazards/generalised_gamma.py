"""Generalised gamma baseline: Weibull, log-normal and gamma are members of it."""

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
class GeneralisedGamma(Baseline):
    """Log time is ``mu + exp(log_sd) * W``, W standard log-gamma with shape ``Q`` (Prentice).

    ``Q = 0`` is the log-normal, ``Q = 1`` the Weibull and ``Q = exp(log_sd)`` the gamma
    distribution; negative values have heavier tails than the log-normal. The parameters are those
    of the R package flexsurv, ``exp(log_sd)`` its ``sigma``.

    Examples
    --------
    >>> import numpy as np
    >>> values = {"mu": np.log(10.0), "log_sd": np.log(0.5), "Q": np.array(1.0)}
    >>> hazard = GeneralisedGamma().hazard(values, np)  # Weibull with shape 2 and scale 10
    >>> float(hazard.cumulative_hazard(np.array(20.0)).round(6))
    4.0
    """

    kind: ClassVar[str] = "generalised_gamma"
    title: ClassVar[str] = "generalised gamma"

    def parameters(self) -> tuple[Parameter, ...]:
        return (
            Parameter(
                "mu", Prior("normal", (0.0, 10.0)), level="scale", words="location of log time"
            ),
            Parameter("log_sd", Prior("normal", (0.0, 1.0)), words="scale of log time"),
            Parameter("Q", Prior("normal", (0.0, 1.0)), words="shape Q", tested=(-2.0, 2.0)),
        )

    def words(self, unit: str) -> str:
        return (
            "generalised gamma hazard (log time with location μ, scale σ and shape Q; log-normal "
            "with Q = 0, Weibull with Q = 1)"
        )

    def hazard(self, values: Mapping[str, Array], xp: ModuleType) -> Hazard:
        bend = values["Q"]
        return location_scale_hazard(
            values["mu"],
            values["log_sd"],
            lambda score: log_gamma_hazard(score, bend, xp),
            lambda cumulative: log_gamma_score(cumulative, bend),
            xp,
        )

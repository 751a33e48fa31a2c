"""Baseline hazards, one file each."""

from posthaz.hazards.area import survival_area
from posthaz.hazards.baseline import Baseline
from posthaz.hazards.exponential import Exponential
from posthaz.hazards.gompertz import Gompertz
from posthaz.hazards.hazard import Array, Hazard
from posthaz.hazards.parameter import Parameter
from posthaz.hazards.piecewise_exponential import PiecewiseExponential
from posthaz.hazards.registry import BASELINES, baseline_class
from posthaz.hazards.weibull import Weibull

__all__ = [
    "BASELINES",
    "Array",
    "Baseline",
    "Exponential",
    "Gompertz",
    "Hazard",
    "Parameter",
    "PiecewiseExponential",
    "Weibull",
    "baseline_class",
    "survival_area",
]

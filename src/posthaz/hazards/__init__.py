"""Baseline hazards, one file each."""

from posthaz.hazards.baseline import Baseline
from posthaz.hazards.exponential import Exponential
from posthaz.hazards.gamma import Gamma
from posthaz.hazards.generalised_gamma import GeneralisedGamma
from posthaz.hazards.gompertz import Gompertz
from posthaz.hazards.hazard import Array, Hazard, survival_area
from posthaz.hazards.log_logistic import LogLogistic
from posthaz.hazards.log_normal import LogNormal
from posthaz.hazards.m_spline import MSpline
from posthaz.hazards.option import option
from posthaz.hazards.parameter import Parameter
from posthaz.hazards.piecewise_exponential import PiecewiseExponential
from posthaz.hazards.registry import BASELINES, baseline_class, register_baseline
from posthaz.hazards.weibull import Weibull

__all__ = [
    "BASELINES",
    "Array",
    "Baseline",
    "Exponential",
    "Gompertz",
    "LogNormal",
    "LogLogistic",
    "GeneralisedGamma",
    "Gamma",
    "Hazard",
    "MSpline",
    "Parameter",
    "PiecewiseExponential",
    "Weibull",
    "baseline_class",
    "option",
    "register_baseline",
    "survival_area",
]

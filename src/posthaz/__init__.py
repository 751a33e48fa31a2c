"""posthaz: Bayesian survival analysis, from a cohort table to a posterior report.

Names are loaded on first use, so that ``import posthaz`` is fast and the command line can
describe and check an analysis without starting PyMC.
"""

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from posthaz.baselines import kaplan_meier
    from posthaz.checks import convergence
    from posthaz.cohort import Cohort, CohortSpec, Column, read_cohort
    from posthaz.design import learn_design
    from posthaz.estimands import (
        Population,
        arm_populations,
        band,
        coefficient_table,
        cumulative_hazard,
        difference,
        estimand_table,
        hazard,
        probability_above,
        probability_below,
        profile,
        ratio,
        restricted_mean,
        summary,
        survival,
        survival_quantile,
    )
    from posthaz.hazards import Exponential, Gompertz, PiecewiseExponential, Weibull
    from posthaz.inference import Fit, fit, load_fit, write_fit
    from posthaz.priors import (
        Prior,
        enthusiastic,
        from_quantiles,
        hazard_ratio,
        historical,
        median_survival,
        sceptical,
    )
    from posthaz.simulate import simulated_example
    from posthaz.spec import Analysis, EstimandSpec, ModelSpec, Sampling, load_analysis

__version__ = version("posthaz")

_ROOMS = {
    "baselines": ("kaplan_meier",),
    "checks": ("convergence",),
    "cohort": ("Cohort", "CohortSpec", "Column", "read_cohort"),
    "design": ("learn_design",),
    "estimands": (
        "Population",
        "arm_populations",
        "band",
        "coefficient_table",
        "cumulative_hazard",
        "difference",
        "estimand_table",
        "hazard",
        "probability_above",
        "probability_below",
        "profile",
        "ratio",
        "restricted_mean",
        "summary",
        "survival",
        "survival_quantile",
    ),
    "hazards": ("Exponential", "Gompertz", "PiecewiseExponential", "Weibull"),
    "inference": ("Fit", "fit", "load_fit", "write_fit"),
    "priors": (
        "Prior",
        "enthusiastic",
        "from_quantiles",
        "hazard_ratio",
        "historical",
        "median_survival",
        "sceptical",
    ),
    "simulate": ("simulated_example",),
    "spec": ("Analysis", "EstimandSpec", "ModelSpec", "Sampling", "load_analysis"),
}
_HOME = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = [
    "Analysis",
    "Cohort",
    "CohortSpec",
    "Column",
    "EstimandSpec",
    "Exponential",
    "Fit",
    "Gompertz",
    "ModelSpec",
    "PiecewiseExponential",
    "Population",
    "Prior",
    "Sampling",
    "Weibull",
    "arm_populations",
    "band",
    "coefficient_table",
    "convergence",
    "cumulative_hazard",
    "difference",
    "enthusiastic",
    "estimand_table",
    "fit",
    "from_quantiles",
    "hazard",
    "hazard_ratio",
    "historical",
    "kaplan_meier",
    "learn_design",
    "load_analysis",
    "load_fit",
    "median_survival",
    "probability_above",
    "probability_below",
    "profile",
    "ratio",
    "read_cohort",
    "restricted_mean",
    "sceptical",
    "simulated_example",
    "summary",
    "survival",
    "survival_quantile",
    "write_fit",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'posthaz' has no attribute '{name}'")
    return getattr(import_module(f"posthaz.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*_HOME, "__version__"])

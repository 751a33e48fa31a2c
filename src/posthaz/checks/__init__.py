"""Is the fit to be believed?"""

from posthaz.checks.convergence import (
    LEAST_ESS_A_CHAIN,
    MOST_RHAT,
    Convergence,
    convergence,
    draws_convergence,
)
from posthaz.checks.few_events import unlimited_effects
from posthaz.checks.misfit import FitChecks, check_fit
from posthaz.checks.model_comparison import (
    compare_models,
    elpd_gain,
    leave_one_out,
    pareto_table,
    proportional_twin,
    same_patients,
)
from posthaz.checks.power_scaling import mattering, power_scaling
from posthaz.checks.predicted import predicted
from posthaz.checks.predictive import (
    contrast_agreement,
    predictive_agreement,
    replicated_kaplan_meier,
    replicated_median,
)
from posthaz.checks.prior_influence import prior_conflicts, prior_influence
from posthaz.checks.transform import residuals

__all__ = [
    "LEAST_ESS_A_CHAIN",
    "MOST_RHAT",
    "Convergence",
    "FitChecks",
    "check_fit",
    "compare_models",
    "contrast_agreement",
    "convergence",
    "draws_convergence",
    "elpd_gain",
    "leave_one_out",
    "mattering",
    "pareto_table",
    "power_scaling",
    "predicted",
    "predictive_agreement",
    "prior_conflicts",
    "prior_influence",
    "proportional_twin",
    "replicated_kaplan_meier",
    "replicated_median",
    "residuals",
    "same_patients",
    "unlimited_effects",
]

"""Is the fit to be believed?"""

from posthaz.checks.convergence import Convergence, convergence, draws_convergence
from posthaz.checks.model_comparison import compare_models, leave_one_out, pareto_table
from posthaz.checks.predictive import predictive_agreement, replicated_kaplan_meier

__all__ = [
    "Convergence",
    "compare_models",
    "convergence",
    "draws_convergence",
    "leave_one_out",
    "pareto_table",
    "predictive_agreement",
    "replicated_kaplan_meier",
]

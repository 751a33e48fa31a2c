"""The frequentist answers that a Bayesian one is set beside."""

from posthaz.baselines.answers import (
    frequentist_answers,
    grouped_answers,
    recurrent_answers,
)
from posthaz.baselines.cox_fit import CoxFit
from posthaz.baselines.cumulative_incidence import cumulative_incidence, naive_incidence
from posthaz.baselines.firth import cox_or_firth, firth_model
from posthaz.baselines.grouped_cox import (
    GroupedCoxFit,
    grouped_cox,
    grouped_cox_rows,
    univariable_grouped_cox,
)
from posthaz.baselines.grouped_likelihood import Maximum, grouped_follow_up, maximise
from posthaz.baselines.mean_cumulative import mean_count_at, mean_cumulative_count
from posthaz.baselines.observation import follow_up
from posthaz.baselines.partial_likelihood import independent_columns
from posthaz.baselines.piecewise_cox import piecewise_cox
from posthaz.baselines.product_limit import (
    at_risk_rows,
    kaplan_meier,
    nelson_aalen,
    numbers_at_risk,
    survival_curves,
)
from posthaz.baselines.proportional_hazards import cox_model
from posthaz.baselines.relative_survival import relative_survival
from posthaz.baselines.restricted_mean import rmst, survival_difference
from posthaz.baselines.schoenfeld import schoenfeld_test, smoothed_schoenfeld
from posthaz.baselines.screening import Candidate, candidate_columns, screen_candidates
from posthaz.baselines.subdistribution import gray_test, subdistribution_model
from posthaz.baselines.survival_summary import median_survival, survival_at
from posthaz.baselines.table import COLUMNS, baseline_table, cox_rows
from posthaz.baselines.turnbull import turnbull, turnbull_at
from posthaz.baselines.univariable import covariate_columns, univariable_cox
from posthaz.baselines.weighted_logrank import Crossing, curve_crossing, logrank

__all__ = [
    "at_risk_rows",
    "COLUMNS",
    "Candidate",
    "CoxFit",
    "Crossing",
    "GroupedCoxFit",
    "Maximum",
    "baseline_table",
    "candidate_columns",
    "covariate_columns",
    "cox_model",
    "cox_or_firth",
    "cox_rows",
    "cumulative_incidence",
    "curve_crossing",
    "firth_model",
    "follow_up",
    "frequentist_answers",
    "gray_test",
    "grouped_answers",
    "grouped_cox",
    "grouped_cox_rows",
    "grouped_follow_up",
    "independent_columns",
    "kaplan_meier",
    "logrank",
    "maximise",
    "mean_count_at",
    "mean_cumulative_count",
    "piecewise_cox",
    "median_survival",
    "naive_incidence",
    "nelson_aalen",
    "numbers_at_risk",
    "recurrent_answers",
    "rmst",
    "relative_survival",
    "schoenfeld_test",
    "smoothed_schoenfeld",
    "screen_candidates",
    "subdistribution_model",
    "survival_at",
    "survival_curves",
    "survival_difference",
    "turnbull",
    "turnbull_at",
    "univariable_cox",
    "univariable_grouped_cox",
]

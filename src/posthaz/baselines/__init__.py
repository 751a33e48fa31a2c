"""The frequentist answers that a Bayesian one is set beside."""

from posthaz.baselines.answers import frequentist_answers
from posthaz.baselines.cox_fit import CoxFit
from posthaz.baselines.observation import follow_up
from posthaz.baselines.product_limit import kaplan_meier, nelson_aalen, numbers_at_risk
from posthaz.baselines.proportional_hazards import cox_model
from posthaz.baselines.restricted_mean import rmst
from posthaz.baselines.schoenfeld import schoenfeld_test
from posthaz.baselines.survival_summary import median_survival, survival_at
from posthaz.baselines.table import COLUMNS, baseline_table, cox_rows
from posthaz.baselines.univariable import covariate_columns, univariable_cox
from posthaz.baselines.weighted_logrank import logrank

__all__ = [
    "COLUMNS",
    "CoxFit",
    "baseline_table",
    "covariate_columns",
    "cox_model",
    "cox_rows",
    "follow_up",
    "frequentist_answers",
    "kaplan_meier",
    "logrank",
    "median_survival",
    "nelson_aalen",
    "numbers_at_risk",
    "rmst",
    "schoenfeld_test",
    "survival_at",
    "univariable_cox",
]

"""Which model and which analysis, as frozen values; TOML in and out; the catalogue of models."""

from posthaz.spec.analysis import (
    Analysis,
    BaselineSpec,
    EstimandSpec,
    Published,
    Sampling,
    Within,
)
from posthaz.spec.analysis_cohort import (
    clinical_covariates,
    needed_covariates,
    read_analysis_cohort,
    simulate_patients,
)
from posthaz.spec.archive import model_from_dict, model_to_dict
from posthaz.spec.load import load_analysis
from posthaz.spec.model_design import learn_model_design
from posthaz.spec.model_spec import ModelSpec, resolve
from posthaz.spec.names import (
    CHANGE,
    CURE_EFFECT,
    CURE_INTERCEPT,
    STEP_SD,
    change_sd_name,
    changed_positions,
    changing_positions,
    coefficient_name,
    correlation_name,
    frailty_name,
    frailty_sd_name,
    frailty_variance_name,
    spread_names,
    varying_name,
    varying_sd_name,
)
from posthaz.spec.prior_choice import ChosenPriors, choose_priors
from posthaz.spec.sensitivity import (
    Alternative,
    Axis,
    BaselineChange,
    Change,
    FormulaChange,
    PriorChange,
    SensitivitySpec,
    SubsetChange,
)
from posthaz.spec.shrinkage import (
    EXCHANGEABLE_SD,
    GLOBAL_SCALE,
    SHRUNKEN_TERM,
    Shrinkage,
    shrunken_columns,
    shrunken_groups,
    shrunken_terms,
)
from posthaz.spec.simulate_table import SimulateSpec
from posthaz.spec.support import SHORT_FOLLOW_UP, check_parts, follow_up_for_cure

__all__ = [
    "CHANGE",
    "CURE_EFFECT",
    "CURE_INTERCEPT",
    "SHORT_FOLLOW_UP",
    "change_sd_name",
    "check_parts",
    "follow_up_for_cure",
    "changed_positions",
    "changing_positions",
    "EXCHANGEABLE_SD",
    "GLOBAL_SCALE",
    "SHRUNKEN_TERM",
    "STEP_SD",
    "ChosenPriors",
    "choose_priors",
    "coefficient_name",
    "correlation_name",
    "frailty_name",
    "frailty_sd_name",
    "frailty_variance_name",
    "spread_names",
    "varying_name",
    "varying_sd_name",
    "Alternative",
    "Analysis",
    "Axis",
    "BaselineChange",
    "BaselineSpec",
    "Change",
    "EstimandSpec",
    "FormulaChange",
    "ModelSpec",
    "PriorChange",
    "Published",
    "Within",
    "Sampling",
    "SensitivitySpec",
    "Shrinkage",
    "SimulateSpec",
    "SubsetChange",
    "learn_model_design",
    "load_analysis",
    "model_from_dict",
    "model_to_dict",
    "needed_covariates",
    "clinical_covariates",
    "read_analysis_cohort",
    "resolve",
    "shrunken_columns",
    "shrunken_groups",
    "shrunken_terms",
    "simulate_patients",
]

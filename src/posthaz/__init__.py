"""posthaz: Bayesian survival analysis, from a cohort table to a posterior report.

Names are loaded on first use, so that ``import posthaz`` is fast and the command line can
describe and check an analysis without starting PyMC.
"""

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from posthaz.adjust import (
        balance_table,
        balancing_weights,
        clone_censor_weight,
        landmark,
        match_patients,
        propensity_score,
        sequential_trials,
        split_at_treatment,
    )
    from posthaz.analyses.adjust.answer import adjusted_answers
    from posthaz.analyses.assurance.answer import assurance
    from posthaz.analyses.assurance.spec import AssuranceSpec
    from posthaz.analyses.borrowing.answer import borrowing_answers
    from posthaz.analyses.borrowing.characteristics import operating_characteristics
    from posthaz.analyses.borrowing.leap import leap_fit
    from posthaz.analyses.borrowing.rows import commensurate_fit, normalised_power_fit, power_fits
    from posthaz.analyses.borrowing.spec import BorrowingSpec, HistoricalRatio
    from posthaz.analyses.checks.spec import ChecksSpec
    from posthaz.analyses.competing_risks.answer import competing_risks
    from posthaz.analyses.competing_risks.incidence import posterior_incidence
    from posthaz.analyses.competing_risks.spec import CompetingRisksSpec
    from posthaz.analyses.curves.answer import Curve, curve
    from posthaz.analyses.curves.section import plot_curve
    from posthaz.analyses.curves.spec import CurveSpec
    from posthaz.analyses.immortal_time.answer import immortal_time
    from posthaz.analyses.immortal_time.bound import delay_to_explain
    from posthaz.analyses.immortal_time.spec import ImmortalTimeSpec
    from posthaz.analyses.interactions.answer import interaction_effects
    from posthaz.analyses.interactions.spec import InteractionSpec
    from posthaz.analyses.missing.answer import missing_answers
    from posthaz.analyses.missing.fits import fit_imputed, pooled
    from posthaz.analyses.missing.impute import impute
    from posthaz.analyses.missing.patterns import missing_patterns
    from posthaz.analyses.missing.rubin import pooled_estimate
    from posthaz.analyses.missing.spec import MissingSpec
    from posthaz.analyses.model_averaging.answer import average_models
    from posthaz.analyses.model_averaging.evidence import model_probabilities
    from posthaz.analyses.model_averaging.spec import ModelAveragingSpec
    from posthaz.analyses.multistate.answer import illness_death
    from posthaz.analyses.multistate.spec import MultistateSpec, State
    from posthaz.analyses.screening.answer import screen_covariates
    from posthaz.analyses.screening.spec import ScreeningSpec
    from posthaz.analyses.subgroups.answer import subgroup_effects
    from posthaz.analyses.subgroups.spec import SubgroupSpec
    from posthaz.analyses.subsets.answer import survival_in_subsets
    from posthaz.analyses.subsets.spec import Subset, SubsetsSpec
    from posthaz.analyses.surfaces.answer import Surface, surface
    from posthaz.analyses.surfaces.section import plot_surface
    from posthaz.analyses.surfaces.spec import SurfaceSpec
    from posthaz.analyses.tipping_points.answer import tipping_points
    from posthaz.analyses.tipping_points.confounder import Confounder, confounder_effects
    from posthaz.analyses.tipping_points.e_value import e_value
    from posthaz.analyses.toxicity.answer import compare_toxicity
    from posthaz.analyses.toxicity.spec import ToxicitySpec
    from posthaz.baselines import (
        cumulative_incidence,
        grouped_cox,
        kaplan_meier,
        relative_survival,
        turnbull,
    )
    from posthaz.checks import FitChecks, check_fit, convergence
    from posthaz.cohort import (
        Cohort,
        CohortSpec,
        Column,
        Condition,
        LifeTableSpec,
        Where,
        biologically_effective_dose,
        collapse,
        equivalent_dose_2gy,
        gap_times,
        person_time,
        read_cohort,
        read_life_table,
    )
    from posthaz.cohort.expected_mortality import expected_hazard, read_expected_mortality
    from posthaz.cohort.own_columns import OwnColumn
    from posthaz.cohort.registry import group_registry, read_registry
    from posthaz.design import learn_design
    from posthaz.effects import Background, ChangingEffect, Cure, Frailty, YangPrentice
    from posthaz.estimands import (
        Population,
        arm_populations,
        band,
        cluster_table,
        coefficient_table,
        crude_probability,
        cumulative_hazard,
        cure_fraction,
        difference,
        estimand_table,
        expected_events,
        hazard,
        hazard_ratio_over_time,
        probability_above,
        probability_below,
        profile,
        ratio,
        restricted_mean,
        summary,
        survival,
        survival_quantile,
        uncured_survival,
    )
    from posthaz.evidence import (
        PrintedRatio,
        credibility,
        evidence_table,
        printed_doubts,
        reconstructed_patients,
    )
    from posthaz.figures import p_text, use_style
    from posthaz.hazards import (
        Exponential,
        Gamma,
        GeneralisedGamma,
        Gompertz,
        LogLogistic,
        LogNormal,
        MSpline,
        PiecewiseExponential,
        Weibull,
        register_baseline,
    )
    from posthaz.inference import (
        Fit,
        build_model,
        fit,
        fit_many,
        fit_model,
        generative_model,
        load_fit,
        model_draws,
        write_fit,
    )
    from posthaz.priors import (
        Prior,
        enthusiastic,
        from_quantiles,
        hazard_ratio,
        historical,
        median_survival,
        sceptical,
    )
    from posthaz.report import Results, plot_predictive, plot_survival, run_analysis

    # fmt: off
    # isort: off
    from posthaz.report.pictures import (
        plot_forest, plot_hazard, plot_hazard_ratio, plot_prior_posterior, plot_specification_curve,
    )
    # isort: on
    # fmt: on
    from posthaz.schedule import read_scheduler
    from posthaz.sensitivity import answer_sensitivity, compare_variants, fit_variants, variants
    from posthaz.simulate import simulated_example
    from posthaz.spec import (
        Analysis,
        EstimandSpec,
        ModelSpec,
        Sampling,
        Shrinkage,
        load_analysis,
        simulate_patients,
    )
    from posthaz.spec.column_map import ColumnMap, map_columns
    from posthaz.spec.guess import Guess, GuessedAnalysis, guess_analysis

__version__ = version("posthaz")

_ROOMS = {
    "adjust": (
        "balance_table balancing_weights clone_censor_weight landmark match_patients "
        "propensity_score sequential_trials split_at_treatment"
    ),
    "analyses.adjust.answer": "adjusted_answers",
    "analyses.borrowing.answer": "borrowing_answers",
    "analyses.borrowing.characteristics": "operating_characteristics",
    "analyses.borrowing.leap": "leap_fit",
    "analyses.borrowing.rows": "commensurate_fit normalised_power_fit power_fits",
    "analyses.borrowing.spec": "BorrowingSpec HistoricalRatio",
    "analyses.checks.spec": "ChecksSpec",
    "analyses.competing_risks.answer": "competing_risks",
    "analyses.competing_risks.incidence": "posterior_incidence",
    "analyses.competing_risks.spec": "CompetingRisksSpec",
    "analyses.missing.answer": "missing_answers",
    "analyses.missing.fits": "fit_imputed pooled",
    "analyses.missing.impute": "impute",
    "analyses.missing.patterns": "missing_patterns",
    "analyses.missing.rubin": "pooled_estimate",
    "analyses.missing.spec": "MissingSpec",
    "analyses.curves.answer": "Curve curve",
    "analyses.curves.section": "plot_curve",
    "analyses.curves.spec": "CurveSpec",
    "analyses.multistate.answer": "illness_death",
    "analyses.multistate.spec": "MultistateSpec State",
    "analyses.immortal_time.answer": "immortal_time",
    "analyses.immortal_time.bound": "delay_to_explain",
    "analyses.immortal_time.spec": "ImmortalTimeSpec",
    "analyses.interactions.answer": "interaction_effects",
    "analyses.interactions.spec": "InteractionSpec",
    "analyses.screening.answer": "screen_covariates",
    "analyses.screening.spec": "ScreeningSpec",
    "analyses.subgroups.answer": "subgroup_effects",
    "analyses.subgroups.spec": "SubgroupSpec",
    "analyses.subsets.answer": "survival_in_subsets",
    "analyses.subsets.spec": "Subset SubsetsSpec",
    "analyses.tipping_points.answer": "tipping_points",
    "analyses.tipping_points.confounder": "Confounder confounder_effects",
    "analyses.tipping_points.e_value": "e_value",
    "analyses.assurance.answer": "assurance",
    "analyses.model_averaging.answer": "average_models",
    "analyses.model_averaging.evidence": "model_probabilities",
    "analyses.model_averaging.spec": "ModelAveragingSpec",
    "analyses.assurance.spec": "AssuranceSpec",
    "analyses.surfaces.answer": "Surface surface",
    "analyses.surfaces.section": "plot_surface",
    "analyses.surfaces.spec": "SurfaceSpec",
    "analyses.toxicity.answer": "compare_toxicity",
    "analyses.toxicity.spec": "ToxicitySpec",
    "baselines": "cumulative_incidence grouped_cox kaplan_meier relative_survival turnbull",
    "checks": "FitChecks check_fit convergence",
    "cohort": (
        "Cohort CohortSpec Column Condition LifeTableSpec Where biologically_effective_dose "
        "collapse equivalent_dose_2gy gap_times person_time read_cohort read_life_table"
    ),
    "cohort.expected_mortality": "expected_hazard read_expected_mortality",
    "cohort.own_columns": "OwnColumn",
    "cohort.registry": "group_registry read_registry",
    "design": "learn_design",
    "effects": "Background ChangingEffect Cure Frailty YangPrentice",
    "estimands": (
        "Population arm_populations band cluster_table coefficient_table crude_probability "
        "cumulative_hazard cure_fraction difference estimand_table expected_events hazard "
        "hazard_ratio_over_time probability_above probability_below profile ratio "
        "restricted_mean summary survival survival_quantile uncured_survival"
    ),
    "evidence": "PrintedRatio credibility evidence_table printed_doubts reconstructed_patients",
    "hazards": (
        "Exponential Gamma GeneralisedGamma Gompertz LogLogistic LogNormal MSpline "
        "PiecewiseExponential Weibull register_baseline"
    ),
    "inference": (
        "Fit build_model fit fit_many fit_model generative_model load_fit model_draws write_fit"
    ),
    "priors": "Prior enthusiastic from_quantiles hazard_ratio historical median_survival sceptical",
    "report": (
        "Results plot_forest plot_hazard plot_hazard_ratio plot_predictive plot_prior_posterior "
        "plot_specification_curve plot_survival run_analysis"
    ),
    "figures": "p_text use_style",
    "schedule": "read_scheduler",
    "sensitivity": "answer_sensitivity compare_variants fit_variants variants",
    "simulate": "simulated_example",
    "spec": "Analysis EstimandSpec ModelSpec Sampling Shrinkage load_analysis simulate_patients",
    "spec.column_map": "ColumnMap map_columns",
    "spec.guess": "Guess GuessedAnalysis guess_analysis",
}
_HOME = {name: room for room, names in _ROOMS.items() for name in names.split()}

__all__ = [
    "adjusted_answers", "Analysis", "answer_sensitivity", "arm_populations", "assurance",
    "AssuranceSpec", "average_models", "Background", "balance_table", "balancing_weights", "band",
    "biologically_effective_dose", "borrowing_answers", "BorrowingSpec", "build_model",
    "ChangingEffect", "check_fit", "ChecksSpec", "clone_censor_weight", "cluster_table",
    "coefficient_table", "Cohort", "CohortSpec", "collapse", "Column", "ColumnMap",
    "commensurate_fit", "compare_toxicity", "compare_variants", "competing_risks",
    "CompetingRisksSpec", "Condition", "Confounder", "confounder_effects", "convergence",
    "credibility", "crude_probability", "cumulative_hazard", "cumulative_incidence", "Cure",
    "cure_fraction", "Curve", "curve", "CurveSpec", "delay_to_explain", "difference", "e_value",
    "enthusiastic", "equivalent_dose_2gy", "estimand_table", "EstimandSpec", "evidence_table",
    "expected_events", "expected_hazard", "Exponential", "Fit", "fit", "fit_imputed", "fit_many",
    "fit_model", "fit_variants", "FitChecks", "Frailty", "from_quantiles", "Gamma", "gap_times",
    "GeneralisedGamma", "generative_model", "Gompertz", "group_registry", "grouped_cox", "Guess",
    "guess_analysis", "GuessedAnalysis", "hazard", "hazard_ratio", "hazard_ratio_over_time",
    "historical", "HistoricalRatio", "illness_death", "immortal_time", "ImmortalTimeSpec", "impute",
    "interaction_effects", "InteractionSpec", "kaplan_meier", "landmark", "leap_fit",
    "learn_design", "LifeTableSpec", "load_analysis", "load_fit", "LogLogistic", "LogNormal",
    "map_columns", "match_patients", "median_survival", "missing_answers", "missing_patterns",
    "MissingSpec", "model_draws", "model_probabilities", "ModelAveragingSpec", "ModelSpec",
    "MSpline", "MultistateSpec", "normalised_power_fit", "operating_characteristics", "OwnColumn",
    "p_text", "person_time", "PiecewiseExponential", "plot_curve", "plot_forest", "plot_hazard",
    "plot_hazard_ratio", "plot_predictive", "plot_prior_posterior", "plot_specification_curve",
    "plot_surface", "plot_survival", "pooled", "pooled_estimate", "Population",
    "posterior_incidence", "power_fits", "printed_doubts", "PrintedRatio", "Prior",
    "probability_above", "probability_below", "profile", "propensity_score", "ratio", "read_cohort",
    "read_expected_mortality", "read_life_table", "read_registry", "read_scheduler",
    "reconstructed_patients", "register_baseline", "relative_survival", "restricted_mean",
    "Results", "run_analysis", "Sampling", "sceptical", "screen_covariates", "ScreeningSpec",
    "sequential_trials", "Shrinkage", "simulate_patients", "simulated_example",
    "split_at_treatment", "State", "subgroup_effects", "SubgroupSpec", "Subset", "SubsetsSpec",
    "summary", "Surface", "surface", "SurfaceSpec", "survival", "survival_in_subsets",
    "survival_quantile", "tipping_points", "ToxicitySpec", "turnbull", "uncured_survival",
    "use_style", "variants", "Weibull", "Where", "write_fit", "YangPrentice",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'posthaz' has no attribute '{name}'")
    return getattr(import_module(f"posthaz.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*_HOME, "__version__"])

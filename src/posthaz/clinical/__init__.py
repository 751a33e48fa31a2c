"""Analyses that papers on treatment make, each with the Bayesian answer beside the frequentist."""

from posthaz.clinical.adjusted import AdjustedAnswers, adjusted_answers
from posthaz.clinical.competing_risks import CompetingRisks, competing_risks
from posthaz.clinical.incidence import posterior_incidence
from posthaz.clinical.interaction_effects import InteractionEffects, interaction_effects
from posthaz.clinical.relevance import candidate_relevance
from posthaz.clinical.screening import Screening, screen_covariates
from posthaz.clinical.subgroup_effects import SubgroupEffects, subgroup_effects
from posthaz.clinical.subsets import SubsetSurvival, survival_in_subsets
from posthaz.clinical.toxicity import ToxicityAnswer, compare_toxicity

__all__ = [
    "AdjustedAnswers",
    "CompetingRisks",
    "InteractionEffects",
    "Screening",
    "SubgroupEffects",
    "SubsetSurvival",
    "ToxicityAnswer",
    "adjusted_answers",
    "candidate_relevance",
    "compare_toxicity",
    "competing_risks",
    "interaction_effects",
    "posterior_incidence",
    "screen_covariates",
    "subgroup_effects",
    "survival_in_subsets",
]

"""Draws to answers: curves, quantiles, restricted means, contrasts and their tables."""

from posthaz.estimands.changing import change_table, proportionality
from posthaz.estimands.clusters import cluster_table
from posthaz.estimands.coefficients import coefficient_rows, coefficient_table
from posthaz.estimands.contrast import difference, probability_above, probability_below, ratio
from posthaz.estimands.crude import crude_probability, incidence_of
from posthaz.estimands.cured import cure_fraction, uncured_survival
from posthaz.estimands.curves import cumulative_hazard, hazard, survival
from posthaz.estimands.effect import effect_between, effect_in_patients, effect_of_values
from posthaz.estimands.hazard_ratio import hazard_ratio_over_time
from posthaz.estimands.population import (
    Population,
    arm_populations,
    marginal_fault,
    observed_population,
    of_model,
    profile,
)
from posthaz.estimands.quantiles import survival_quantile
from posthaz.estimands.recurrent import expected_events
from posthaz.estimands.rmst import restricted_mean
from posthaz.estimands.summary import band, summary
from posthaz.estimands.table import answer_draws, between_arms, estimand_table
from posthaz.estimands.time_in_states import time_in_states

__all__ = [
    "answer_draws",
    "Population",
    "arm_populations",
    "band",
    "between_arms",
    "change_table",
    "cluster_table",
    "coefficient_rows",
    "coefficient_table",
    "cumulative_hazard",
    "crude_probability",
    "cure_fraction",
    "uncured_survival",
    "difference",
    "effect_between",
    "effect_in_patients",
    "effect_of_values",
    "estimand_table",
    "expected_events",
    "hazard_ratio_over_time",
    "incidence_of",
    "hazard",
    "marginal_fault",
    "observed_population",
    "of_model",
    "probability_above",
    "probability_below",
    "proportionality",
    "profile",
    "ratio",
    "restricted_mean",
    "summary",
    "survival",
    "survival_quantile",
    "time_in_states",
]

"""A prior as a value, with elicitation."""

from posthaz.priors.distribution import (
    prior_log_density,
    prior_probability_below,
    prior_quantile,
)
from posthaz.priors.elicit import (
    enthusiastic,
    from_quantiles,
    hazard_ratio,
    historical,
    median_survival,
    sceptical,
)
from posthaz.priors.families import FAMILIES, FEWEST_DF, Family
from posthaz.priors.foreign import as_prior, is_distribution
from posthaz.priors.prior import Prior

__all__ = [
    "FAMILIES",
    "FEWEST_DF",
    "Family",
    "Prior",
    "as_prior",
    "enthusiastic",
    "from_quantiles",
    "hazard_ratio",
    "historical",
    "is_distribution",
    "median_survival",
    "prior_log_density",
    "prior_probability_below",
    "prior_quantile",
    "sceptical",
]

"""Historical and external information in the model of a small cohort."""

from posthaz.borrowing.answers import Borrowing, borrowing_answers, combined_history
from posthaz.borrowing.bridge import bridge_fits
from posthaz.borrowing.characteristics import operating_characteristics
from posthaz.borrowing.leap import Leap, leap_fit
from posthaz.borrowing.mixture import NormalMixture
from posthaz.borrowing.pooled import pooled_rows
from posthaz.borrowing.priors import (
    commensurate_prior,
    meta_analytic_prior,
    normalised_power_prior,
    power_prior,
)
from posthaz.borrowing.reweight import Reweighted, posterior_under, reference_fit
from posthaz.borrowing.rows import Mixed, commensurate_fit, normalised_power_fit, power_fits
from posthaz.borrowing.size import conflict_probability, effective_events, gained_events

__all__ = [
    "Borrowing",
    "Leap",
    "Mixed",
    "NormalMixture",
    "Reweighted",
    "borrowing_answers",
    "bridge_fits",
    "combined_history",
    "commensurate_fit",
    "commensurate_prior",
    "conflict_probability",
    "effective_events",
    "gained_events",
    "leap_fit",
    "meta_analytic_prior",
    "normalised_power_fit",
    "normalised_power_prior",
    "operating_characteristics",
    "pooled_rows",
    "posterior_under",
    "power_fits",
    "power_prior",
    "reference_fit",
]

"""Cohorts and follow-up drawn by inverting the cumulative hazard."""

from posthaz.simulate.calibrate import calibrated_hazards, expected_cohort
from posthaz.simulate.course import EndpointHazards
from posthaz.simulate.description import (
    CovariateMargins,
    Endpoint,
    Group,
    Margin,
    MatchedGroups,
    Printed,
    PrintedCohort,
)
from posthaz.simulate.draw import (
    TwinStarts,
    simulate_times,
    simulate_twin,
    times_after,
    with_starts,
)
from posthaz.simulate.example import simulated_example
from posthaz.simulate.margins import simulate_covariates
from posthaz.simulate.residuals import build_targets, rows_among

__all__ = [
    "CovariateMargins",
    "Endpoint",
    "EndpointHazards",
    "Group",
    "Margin",
    "MatchedGroups",
    "Printed",
    "PrintedCohort",
    "calibrated_hazards",
    "expected_cohort",
    "build_targets",
    "rows_among",
    "simulate_covariates",
    "simulate_times",
    "TwinStarts",
    "simulate_twin",
    "with_starts",
    "simulated_example",
    "times_after",
]

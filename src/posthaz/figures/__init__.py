"""DataFrame or draws in, matplotlib figure out; the only room that imports matplotlib."""

from posthaz.figures.along import draw_curve, draw_cut, draw_survival_along
from posthaz.figures.assurance import draw_assurance
from posthaz.figures.axis import names_survival, panel_ticks, time_ticks
from posthaz.figures.borrowing import draw_borrowing
from posthaz.figures.clusters import draw_clusters
from posthaz.figures.comparison import draw_comparison
from posthaz.figures.difference import draw_difference
from posthaz.figures.evidence import draw_evidence, draw_reconstruction
from posthaz.figures.fit_checks import (
    draw_calibration,
    draw_expected_events,
    draw_transformed,
)
from posthaz.figures.fonts import font_notice
from posthaz.figures.hazard import draw_hazard, draw_person_time
from posthaz.figures.hazard_ratio_over_time import draw_hazard_ratio_over_time
from posthaz.figures.hazard_ratios import draw_hazard_ratios
from posthaz.figures.incidence import draw_incidence, draw_mean_count
from posthaz.figures.interaction import draw_interaction
from posthaz.figures.looks import p_text
from posthaz.figures.love import draw_before_after, draw_love, draw_overlap
from posthaz.figures.missing import draw_missing_patterns
from posthaz.figures.place import pictured
from posthaz.figures.predictive_check import draw_predictive_check, draw_prior_predictive
from posthaz.figures.prior_posterior import draw_prior_posterior
from posthaz.figures.ranks import draw_energy, draw_pareto_k, draw_ranks
from posthaz.figures.relevance import draw_relevance
from posthaz.figures.sensitivity import draw_sensitivity
from posthaz.figures.specification_curve import draw_specification_curve
from posthaz.figures.style import use_style
from posthaz.figures.subgroups import draw_subgroups
from posthaz.figures.surface import draw_surface
from posthaz.figures.survival import draw_subsets, draw_survival, draw_survival_points
from posthaz.figures.tipping_points import draw_influence, draw_prior_map
from posthaz.figures.toxicity import draw_benefit_risk, draw_grades, draw_risk_differences
from posthaz.figures.write import figure_bytes, speak, write_figure

__all__ = [
    "draw_assurance",
    "draw_before_after",
    "draw_benefit_risk",
    "draw_borrowing",
    "draw_calibration",
    "draw_clusters",
    "draw_comparison",
    "draw_curve",
    "draw_cut",
    "draw_difference",
    "draw_energy",
    "draw_evidence",
    "draw_grades",
    "draw_expected_events",
    "draw_hazard",
    "draw_hazard_ratio_over_time",
    "draw_hazard_ratios",
    "draw_incidence",
    "draw_influence",
    "draw_interaction",
    "draw_love",
    "draw_mean_count",
    "draw_missing_patterns",
    "draw_overlap",
    "draw_pareto_k",
    "draw_person_time",
    "draw_predictive_check",
    "draw_prior_posterior",
    "draw_prior_predictive",
    "draw_prior_map",
    "draw_ranks",
    "draw_reconstruction",
    "draw_relevance",
    "draw_risk_differences",
    "draw_sensitivity",
    "draw_specification_curve",
    "draw_subgroups",
    "draw_subsets",
    "draw_surface",
    "draw_survival",
    "draw_survival_along",
    "draw_survival_points",
    "draw_transformed",
    "figure_bytes",
    "font_notice",
    "names_survival",
    "p_text",
    "panel_ticks",
    "pictured",
    "speak",
    "time_ticks",
    "use_style",
    "write_figure",
]

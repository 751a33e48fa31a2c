"""DataFrame or draws in, matplotlib figure out; the only room that imports matplotlib."""

from posthaz.figures.axis import time_ticks
from posthaz.figures.comparison import draw_comparison
from posthaz.figures.difference import draw_difference
from posthaz.figures.energy import draw_energy
from posthaz.figures.hazard import draw_hazard
from posthaz.figures.hazard_ratio_over_time import draw_hazard_ratio_over_time
from posthaz.figures.hazard_ratios import draw_hazard_ratios
from posthaz.figures.pareto_k import draw_pareto_k
from posthaz.figures.predictive_check import draw_predictive_check
from posthaz.figures.prior_posterior import draw_prior_posterior
from posthaz.figures.prior_predictive import draw_prior_predictive
from posthaz.figures.ranks import draw_ranks
from posthaz.figures.survival import draw_survival
from posthaz.figures.write import write_figure

__all__ = [
    "draw_comparison",
    "draw_difference",
    "draw_energy",
    "draw_hazard",
    "draw_hazard_ratio_over_time",
    "draw_hazard_ratios",
    "draw_pareto_k",
    "draw_predictive_check",
    "draw_prior_posterior",
    "draw_prior_predictive",
    "draw_ranks",
    "draw_survival",
    "time_ticks",
    "write_figure",
]

"""Cohorts and follow-up drawn by inverting the cumulative hazard."""

from posthaz.simulate.example import simulated_example
from posthaz.simulate.times import simulate_times

__all__ = ["simulate_times", "simulated_example"]

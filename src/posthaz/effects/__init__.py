"""Hazard to hazard: what covariates do."""

from posthaz.effects.accelerated import accelerated
from posthaz.effects.proportional import proportional

__all__ = ["accelerated", "proportional"]

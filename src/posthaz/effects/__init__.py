"""Hazard to hazard: what covariates do."""

from posthaz.effects.accelerated import accelerated
from posthaz.effects.conditional import event_free_at
from posthaz.effects.path import along_path
from posthaz.effects.proportional import proportional

__all__ = ["accelerated", "along_path", "event_free_at", "proportional"]

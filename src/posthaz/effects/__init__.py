"""Hazard to hazard: what covariates do."""

from posthaz.effects.accelerated import accelerated
from posthaz.effects.changing import ChangingEffect, change_starts, changing, period_labels
from posthaz.effects.conditional import event_free_at
from posthaz.effects.form import FORMS, Form
from posthaz.effects.path import along_path
from posthaz.effects.proportional import proportional

__all__ = [
    "FORMS",
    "ChangingEffect",
    "Form",
    "accelerated",
    "along_path",
    "change_starts",
    "changing",
    "event_free_at",
    "period_labels",
    "proportional",
]

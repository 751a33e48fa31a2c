"""Hazard to hazard: what covariates do."""

from posthaz.effects.accelerated import accelerated
from posthaz.effects.background import Background, with_background
from posthaz.effects.changing import (
    ChangingEffect,
    change_starts,
    changing,
    period_labels,
    span_words,
)
from posthaz.effects.conditional import event_free_at
from posthaz.effects.cure import Cure, mixture_cure, promotion_time
from posthaz.effects.form import FORMS, Form
from posthaz.effects.frailty import Frailty
from posthaz.effects.path import along_path
from posthaz.effects.proportional import proportional
from posthaz.effects.stratified import stratified
from posthaz.effects.yang_prentice import YangPrentice, log_ratio_at, yang_prentice

__all__ = [
    "FORMS",
    "Background",
    "ChangingEffect",
    "Cure",
    "Form",
    "Frailty",
    "YangPrentice",
    "accelerated",
    "along_path",
    "change_starts",
    "changing",
    "event_free_at",
    "log_ratio_at",
    "mixture_cure",
    "period_labels",
    "promotion_time",
    "proportional",
    "span_words",
    "stratified",
    "with_background",
    "yang_prentice",
]

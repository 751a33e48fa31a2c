"""One specification to labelled variants, their fits, their comparison."""

from posthaz.sensitivity.compare import (
    AXIS_COLUMNS,
    INTERACTIONS,
    VARIANCE_COLUMNS,
    choices,
    compare_variants,
    split_variance,
)
from posthaz.sensitivity.suite import COLUMNS, Sensitivity, answer_sensitivity, fit_variants
from posthaz.sensitivity.summarise import summarise_variants
from posthaz.sensitivity.variants import AS_STATED, Variant, variants

__all__ = [
    "INTERACTIONS",
    "VARIANCE_COLUMNS",
    "choices",
    "split_variance",
    "AS_STATED",
    "AXIS_COLUMNS",
    "COLUMNS",
    "Sensitivity",
    "Variant",
    "answer_sensitivity",
    "compare_variants",
    "fit_variants",
    "summarise_variants",
    "variants",
]

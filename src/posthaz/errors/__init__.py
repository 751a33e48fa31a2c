"""Every exception, and the object that collects many findings into one raise."""

from posthaz.errors.exceptions import (
    AdjustmentError,
    CohortError,
    ConvergenceError,
    FormulaError,
    OutputError,
    PosthazError,
    PriorError,
    ScheduleError,
    SpecError,
)
from posthaz.errors.findings import Finding, Findings, nearest
from posthaz.errors.plain_text import plain_line, plain_text

__all__ = [
    "AdjustmentError",
    "CohortError",
    "ConvergenceError",
    "Finding",
    "Findings",
    "FormulaError",
    "OutputError",
    "PosthazError",
    "PriorError",
    "ScheduleError",
    "SpecError",
    "nearest",
    "plain_line",
    "plain_text",
]

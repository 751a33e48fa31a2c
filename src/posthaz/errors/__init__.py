"""Every exception, and the object that collects many findings into one raise."""

from posthaz.errors.exceptions import (
    CohortError,
    ConvergenceError,
    FormulaError,
    OutputError,
    PosthazError,
    PriorError,
    SpecError,
)
from posthaz.errors.findings import Finding, Findings, nearest

__all__ = [
    "CohortError",
    "ConvergenceError",
    "Finding",
    "Findings",
    "FormulaError",
    "OutputError",
    "PosthazError",
    "PriorError",
    "SpecError",
    "nearest",
]

"""What would make a reader of the report stop, worst first."""

from posthaz.report.concerns.concern import KINDS, Concern
from posthaz.report.concerns.ordered import concerns

__all__ = ["KINDS", "Concern", "concerns"]

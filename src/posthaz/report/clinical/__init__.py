"""Clinical analyses in the report: one module each, and the registry of them."""

from posthaz.report.clinical.part import ClinicalPart, Given
from posthaz.report.clinical.registry import (
    CLINICAL_PARTS,
    answer_clinical,
    clinical_leads,
    clinical_methods,
    clinical_sections,
)

__all__ = [
    "CLINICAL_PARTS",
    "ClinicalPart",
    "Given",
    "answer_clinical",
    "clinical_leads",
    "clinical_methods",
    "clinical_sections",
]

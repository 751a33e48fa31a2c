"""Clinical analyses of an analysis file: one module a table, and the registry of them."""

from posthaz.spec.clinical.registry import CLINICAL_TABLES, read_clinical

__all__ = ["CLINICAL_TABLES", "read_clinical"]

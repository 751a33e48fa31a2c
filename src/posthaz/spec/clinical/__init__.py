"""Clinical analyses of an analysis file: one module a table, and the registry of them."""

from posthaz.spec.clinical.borrowing import BorrowingSpec, HistoricalRatio
from posthaz.spec.clinical.competing_risks import CompetingRisksSpec
from posthaz.spec.clinical.interactions import InteractionSpec
from posthaz.spec.clinical.registry import CLINICAL_TABLES, clinical_faults, read_clinical
from posthaz.spec.clinical.screening import ScreeningSpec
from posthaz.spec.clinical.subgroups import SubgroupSpec
from posthaz.spec.clinical.subsets import Subset, SubsetsSpec
from posthaz.spec.clinical.toxicity import ToxicitySpec

__all__ = [
    "CLINICAL_TABLES",
    "BorrowingSpec",
    "CompetingRisksSpec",
    "HistoricalRatio",
    "InteractionSpec",
    "ScreeningSpec",
    "SubgroupSpec",
    "Subset",
    "SubsetsSpec",
    "ToxicitySpec",
    "clinical_faults",
    "read_clinical",
]

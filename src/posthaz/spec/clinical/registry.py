"""Which tables of an analysis file state a clinical analysis, and who reads each."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from posthaz.cohort import Cohort, CohortSpec
from posthaz.errors import Finding
from posthaz.spec.clinical.adjust import adjust_faults, read_adjust
from posthaz.spec.clinical.borrowing import borrowing_faults, read_borrowing
from posthaz.spec.clinical.competing_risks import competing_faults, read_competing_risks
from posthaz.spec.clinical.interactions import interaction_faults, read_interactions
from posthaz.spec.clinical.life_table import read_life_table_rows
from posthaz.spec.clinical.sample import check_samples
from posthaz.spec.clinical.screening import read_screening, screening_faults
from posthaz.spec.clinical.subgroups import read_subgroups, subgroup_faults
from posthaz.spec.clinical.subsets import read_subsets, subset_faults
from posthaz.spec.clinical.toxicity import read_toxicity, toxicity_faults
from posthaz.spec.toml_table import TomlTable

Reader = Callable[[TomlTable, CohortSpec], Any]
"""Reads one table; problems go to the table's findings. Returns a frozen value of the spec room."""

CLINICAL_TABLES: dict[str, Reader] = {
    "adjust": read_adjust,
    "borrowing": read_borrowing,
    "competing_risks": read_competing_risks,
    "interactions": read_interactions,
    "life_table": read_life_table_rows,
    "screening": read_screening,
    "subgroups": read_subgroups,
    "subsets": read_subsets,
    "toxicity": read_toxicity,
}

Check = Callable[[Any, Cohort], Iterator[Finding]]
"""What keeps a specification from being used with a cohort."""

CLINICAL_CHECKS: dict[str, Check] = {
    "adjust": adjust_faults,
    "borrowing": borrowing_faults,
    "competing_risks": competing_faults,
    "interactions": interaction_faults,
    "screening": screening_faults,
    "subgroups": subgroup_faults,
    "subsets": subset_faults,
    "toxicity": toxicity_faults,
}


def clinical_faults(clinical: Mapping[str, Any], cohort: Cohort) -> Iterator[Finding]:
    """What keeps the clinical analyses of a file from being made, before anything is fitted.

    Parameters
    ----------
    clinical : mapping of str to object
        What `read_clinical` gave.
    cohort : Cohort
        The cohort.

    Yields
    ------
    Finding
        One a problem.
    """
    for name, check in CLINICAL_CHECKS.items():
        if name in clinical:
            yield from check(clinical[name], cohort)


def read_clinical(file: TomlTable, cohort: CohortSpec) -> Mapping[str, Any]:
    """Clinical analyses that the file asks for, by the name of their table.

    Parameters
    ----------
    file : TomlTable
        The whole file.
    cohort : CohortSpec
        How the cohort is read; names the columns an analysis may use.

    Returns
    -------
    mapping of str to object
        A frozen specification each; problems are recorded.
    """
    clinical = {
        name: reader(file.below(name), cohort)
        for name, reader in CLINICAL_TABLES.items()
        if file.has(name)
    }
    check_samples(file, clinical)
    return clinical

"""Which tables of an analysis file state a clinical analysis, and who reads each."""

from collections.abc import Callable, Mapping
from typing import Any

from posthaz.cohort import CohortSpec
from posthaz.spec.toml_table import TomlTable

Reader = Callable[[TomlTable, CohortSpec], Any]
"""Reads one table; problems go to the table's findings. Returns a frozen value of the spec room."""

CLINICAL_TABLES: dict[str, Reader] = {}


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
    return {
        name: reader(file.below(name), cohort)
        for name, reader in CLINICAL_TABLES.items()
        if file.has(name)
    }

"""What ``[crude_rates]`` may say."""

from dataclasses import dataclass

from posthaz.cohort import CohortSpec
from posthaz.spec.clinical_tables import ClinicalTable
from posthaz.spec.fields import number, table
from posthaz.spec.toml_table import TomlTable


@dataclass(frozen=True)
class CrudeRatesSpec:
    """How crude rates are given.

    Parameters
    ----------
    per : float
        Person-time by which events are divided.
    """

    per: float = 100.0


FIELDS = {"per": number(above=0)}


def read_crude_rates(toml: TomlTable, cohort: CohortSpec) -> CrudeRatesSpec:
    """The table ``[crude_rates]``."""
    return CrudeRatesSpec(**toml.read(FIELDS))


TABLE = ClinicalTable(read_crude_rates, fields=table(FIELDS, about=CrudeRatesSpec))

"""Valid time-to-event data: one representation for every kind of follow-up."""

from posthaz.cohort.causes import cause_of, causes_of
from posthaz.cohort.cohort import Cohort, Dropped, Source
from posthaz.cohort.collapse import Collapsed, collapse
from posthaz.cohort.columns import ROLES, Column
from posthaz.cohort.cut_follow_up import cut_follow_up
from posthaz.cohort.derivation import (
    Cut,
    Derivation,
    FractionatedDose,
    biologically_effective_dose,
    derived_values,
    equivalent_dose_2gy,
)
from posthaz.cohort.gap_times import gap_times
from posthaz.cohort.life_table import LifeTableSpec, read_life_table, unrounded_life_tables
from posthaz.cohort.origin import after_origin, last_believable
from posthaz.cohort.patients import changing, joined
from posthaz.cohort.person_time import person_time
from posthaz.cohort.quantities import at_time, counted, number_text, with_unit
from posthaz.cohort.read import read_cohort
from posthaz.cohort.rules.repeats import names_patients_by_word
from posthaz.cohort.spec import CohortSpec
from posthaz.cohort.table import RECONSTRUCTED, SIMULATED
from posthaz.cohort.ties import between_steps
from posthaz.cohort.where import Condition, Where, restricted, rows_where

__all__ = [
    "ROLES",
    "RECONSTRUCTED",
    "SIMULATED",
    "Cohort",
    "Collapsed",
    "CohortSpec",
    "Column",
    "Condition",
    "Cut",
    "Derivation",
    "Dropped",
    "LifeTableSpec",
    "FractionatedDose",
    "Source",
    "Where",
    "after_origin",
    "at_time",
    "between_steps",
    "biologically_effective_dose",
    "cause_of",
    "collapse",
    "cut_follow_up",
    "counted",
    "causes_of",
    "changing",
    "derived_values",
    "equivalent_dose_2gy",
    "gap_times",
    "joined",
    "last_believable",
    "names_patients_by_word",
    "number_text",
    "person_time",
    "read_cohort",
    "restricted",
    "read_life_table",
    "rows_where",
    "unrounded_life_tables",
    "with_unit",
]

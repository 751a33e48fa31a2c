"""Valid time-to-event data: one representation for every kind of follow-up."""

from posthaz.cohort.cohort import Cohort, Dropped, Source
from posthaz.cohort.columns import ROLES, Column
from posthaz.cohort.read import read_cohort
from posthaz.cohort.spec import CohortSpec

__all__ = ["ROLES", "Cohort", "CohortSpec", "Column", "Dropped", "Source", "read_cohort"]

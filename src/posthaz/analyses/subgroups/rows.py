"""Subgroups of a cohort: which rows each has, and the patients and events of each arm."""

from dataclasses import dataclass

import numpy as np

from posthaz.analyses.subgroups.spec import SubgroupSpec, subgroup_faults
from posthaz.arms.cut_groups import group_name, with_cuts
from posthaz.arms.groups import two_arms
from posthaz.cohort import Cohort
from posthaz.errors import CohortError


@dataclass(frozen=True, eq=False)
class Subgroup:
    """One level of one covariate.

    Parameters
    ----------
    column : str
        Covariate that is asked for.
    factor : str
        Covariate that holds its groups: itself, or its cut.
    level : str
        The level.
    rows : ndarray of bool, shape (row,)
        Its rows.
    """

    column: str
    factor: str
    level: str
    rows: np.ndarray


def with_groups(cohort: Cohort, asked: SubgroupSpec) -> Cohort:
    """The cohort of two arms, numbers among the subgroups' columns cut into factors.

    Parameters
    ----------
    cohort : Cohort
        A cohort.
    asked : SubgroupSpec
        Which subgroups.

    Returns
    -------
    Cohort
        Rows of the two arms compared; a cut of ``age`` is the covariate ``age_group``.

    Raises
    ------
    CohortError
        When a column, or the arm, isn't there, or a column is neither a factor nor cut.
    """
    faults = tuple(subgroup_faults(asked, cohort))
    if faults:
        raise CohortError.from_findings("The subgroups can't be made:", faults)
    return with_cuts(two_arms(cohort, asked.arm), asked.cuts)


def subgroups_of(cohort: Cohort, asked: SubgroupSpec) -> tuple[Subgroup, ...]:
    """Every level of every column, in order; rows that lack the column are in none."""
    found = []
    for name in asked.columns:
        factor = group_name(name) if name in asked.cuts else name
        values = cohort.covariates[factor]
        found += [
            Subgroup(name, factor, str(level), (values == level).to_numpy(dtype=bool))
            for level in values.cat.categories
        ]
    return tuple(found)

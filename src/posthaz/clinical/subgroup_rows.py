"""Subgroups of a cohort: which rows each has, and the patients and events of each arm."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from posthaz.clinical.cut_groups import group_name, with_cuts
from posthaz.cohort import Cohort
from posthaz.errors import CohortError
from posthaz.spec.clinical.subgroups import SubgroupSpec, subgroup_faults


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


def two_arms(cohort: Cohort, arm: str = "") -> Cohort:
    """Rows of the reference arm and of one other, the first when none is named."""
    reference, first, *_ = cohort.arms
    kept = [reference, arm or first]
    if len(cohort.arms) == 2:
        return cohort
    cohort = cohort.where(np.isin(cohort.arm.astype(str), kept))
    arms = cohort.covariates[cohort.treatment].cat.set_categories(kept, ordered=True)
    return replace(cohort, covariates=cohort.covariates.assign(**{cohort.treatment: arms}))


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


def arm_counts(cohort: Cohort) -> dict[str, tuple[float, float]]:
    """Patients and events of each arm; weighted where the weights are whole numbers."""
    weight = cohort.weight
    weight = weight if np.all(weight == np.round(weight)) else np.ones(len(cohort))
    first = ~pd.Series(cohort.subject).duplicated().to_numpy()
    return {
        arm: (
            float(weight[first & (cohort.arm == arm)].sum()),
            float(weight[cohort.event & (cohort.arm == arm)].sum()),
        )
        for arm in cohort.arms
    }


def shortcoming(cohort: Cohort) -> str:
    """What keeps the arms of a cohort from being compared; empty when nothing does."""
    counts = arm_counts(cohort)
    empty = [cohort.arm_label(arm) for arm, (patients, _) in counts.items() if not patients]
    if len(empty) == len(counts):
        return "no patients"
    if empty:
        return f"no patients in arm {empty[0]}"
    return "" if sum(events for _, events in counts.values()) else "no events"


def compared_rows(cohort: Cohort, factors: list[str]) -> np.ndarray:
    """Rows complete in all factors whose levels have patients of both arms.

    Parameters
    ----------
    cohort : Cohort
        A cohort of two arms.
    factors : list of str
        Factors.

    Returns
    -------
    ndarray of bool, shape (row,)
        Leaving one level out may empty another, so that it is repeated until nothing changes.
    """
    arm = cohort.arm
    rows = cohort.covariates[factors].notna().all(axis=1).to_numpy(dtype=bool)
    while True:
        kept = rows.copy()
        for factor in factors:
            values = cohort.covariates[factor].astype(object)
            arms = pd.Series(arm)[kept].groupby(values[kept]).nunique()
            kept &= values.isin(arms.index[arms == len(cohort.arms)]).to_numpy(dtype=bool)
        if (kept == rows).all():
            return kept
        rows = kept

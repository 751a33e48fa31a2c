"""Groups of patients in which arms are compared: their counts, and which can be compared."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from posthaz.cohort import Cohort, Column, Cut, derived_values


def group_name(name: str) -> str:
    """Covariate that holds the groups of a number."""
    return f"{name}_group"


def with_cuts(cohort: Cohort, cuts: Mapping[str, tuple[float, ...]]) -> Cohort:
    """The cohort with a factor for each number that is cut.

    Parameters
    ----------
    cohort : Cohort
        A cohort.
    cuts : mapping of str to tuple of float
        Where each new group of a covariate begins.

    Returns
    -------
    Cohort
        With the covariate ``age_group`` for a cut of ``age``, its label and unit kept.

    Examples
    --------
    >>> import posthaz as ph
    >>> cohort = with_cuts(ph.simulated_example(), {"gtv_cc": (146.0,)})
    >>> cohort.columns["gtv_cc_group"].level_labels
    ('<146 cm3', '≥146 cm3')
    """
    covariates, columns = cohort.covariates.copy(), dict(cohort.columns)
    for name, at in cuts.items():
        cut, column = Cut(name, at), columns.get(name, Column(name))
        made = group_name(name)
        covariates[made] = derived_values(cut, {name: covariates[name].to_numpy(float)})
        columns[made] = Column(
            made,
            column.label or name,
            levels=cut.levels,
            level_labels=cut.level_labels(column.unit),
            derived=cut,
        )
    return replace(cohort, covariates=covariates, columns=columns)


def two_arms(cohort: Cohort, arm: str = "") -> Cohort:
    """Rows of the reference arm and of one other, the first when none is named."""
    reference, first, *_ = cohort.arms
    kept = [reference, arm or first]
    if len(cohort.arms) == 2:
        return cohort
    cohort = cohort.where(np.isin(cohort.arm.astype(str), kept))
    arms = cohort.covariates[cohort.treatment].cat.set_categories(kept, ordered=True)
    return replace(cohort, covariates=cohort.covariates.assign(**{cohort.treatment: arms}))


def arm_counts(cohort: Cohort) -> dict[str, tuple[float, float]]:
    """Patients and events of each arm, of each row as many as it stands for."""
    each = cohort.patients_each
    return {
        arm: (
            float(each[cohort.first & (cohort.arm == arm)].sum()),
            float(each[cohort.event & (cohort.arm == arm)].sum()),
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


def covariate_label(cohort: Cohort, name: str) -> str:
    """Name to show for a covariate, without its unit."""
    column = cohort.columns.get(name)
    return (column.label or name) if column else name

"""The effect in one subgroup by itself, and by the interaction with one column."""

from collections.abc import Sequence

import numpy as np

from posthaz.analyses.adjust.matched_sample import EVERYBODY
from posthaz.analyses.subgroups.rows import Subgroup
from posthaz.analyses.subgroups.spec import SubgroupSpec
from posthaz.arms.arm_model import (
    ArmTask,
    complete_in,
    cox_of,
    cox_summary,
    joined,
    varying_terms,
)
from posthaz.arms.groups import arm_counts, compared_rows, covariate_label, shortcoming
from posthaz.arms.interaction_test import interaction_test
from posthaz.cohort import Cohort, restricted
from posthaz.design import quoted
from posthaz.errors import PosthazError

WHOLE = "all"


def separate_effect(
    cohort: Cohort, group: Subgroup, asked: SubgroupSpec, interval: float
) -> tuple[dict[str, object], ArmTask | None]:
    """Counts and Cox of one subgroup by itself, and what is to be fitted to it.

    Parameters
    ----------
    cohort : Cohort
        A cohort of two arms, with its groups as factors.
    group : Subgroup
        The subgroup.
    asked : SubgroupSpec
        Adjustment.
    interval : float
        Confidence level.

    Returns
    -------
    dict
        A row of the table of subgroups, with a note where something can't be given.
    ArmTask or None
        None where the arms can't be compared.
    """
    part = cohort.part(group.rows)
    reference, arm = cohort.arms
    counts = arm_counts(part)
    whole = group.column == WHOLE
    row: dict[str, object] = {
        "column": group.column,
        "label": EVERYBODY[asked.sample] if whole else covariate_label(cohort, group.column),
        "level": group.level,
        "level_label": EVERYBODY[asked.sample] if whole else _level(cohort, group),
        "patients_reference": counts[reference][0],
        "events_reference": counts[reference][1],
        "patients_arm": counts[arm][0],
        "events_arm": counts[arm][1],
        "note": shortcoming(part),
    }
    part = restricted(part, complete_in(part, asked.adjusted))
    if row["note"] or shortcoming(part):
        note = row["note"] or f"{shortcoming(part)} with complete covariates"
        return row | {"note": note}, None
    terms = (quoted(cohort.treatment), *varying_terms(part, asked.adjusted))
    task = ArmTask(part, joined(terms))
    try:
        cox = cox_of(part, task.formula, interval)
        numbers, note = cox_summary(cox, f"{cohort.treatment}[{arm}]")
        row |= {f"cox_{key}": value for key, value in numbers.items()}
        row["note"] = f"Cox: {note}" if note else ""
    except PosthazError as error:
        row["note"] = f"Cox: {error.reason}"
    return row, task


def interaction_with(
    cohort: Cohort, groups: Sequence[Subgroup], asked: SubgroupSpec
) -> tuple[dict[str, object], ArmTask | None, np.ndarray]:
    """Test of the interaction with one column, and what is to be fitted for it.

    Parameters
    ----------
    cohort : Cohort
        A cohort of two arms, with its groups as factors.
    groups : sequence of Subgroup
        Levels of the column.
    asked : SubgroupSpec
        Adjustment.

    Returns
    -------
    dict
        A row of the table of tests.
    ArmTask or None
        None where fewer than two levels can be compared.
    ndarray of bool, shape (row,)
        Rows of the cohort that are used.
    """
    name, factor = groups[0].column, groups[0].factor
    test: dict[str, object] = {"column": name, "label": covariate_label(cohort, name)}
    rows = complete_in(cohort, asked.adjusted) & compared_rows(cohort, [factor])
    part = restricted(cohort, rows)
    if len(part.covariates[factor].cat.categories) < 2:
        return test | {"note": "fewer than two levels have patients of both arms"}, None, rows
    terms = (quoted(cohort.treatment), quoted(factor))
    others = varying_terms(part, [term for term in asked.adjusted if term != factor])
    found = interaction_test(part, terms, others)
    test |= {"chisq": found.chisq, "df": found.df, "p": found.p, "note": found.note}
    test |= {"test": found.kind}
    return test, ArmTask(part, joined((f"{terms[0]} * {terms[1]}", *others))), rows


def _level(cohort: Cohort, group: Subgroup) -> str:
    column = cohort.columns.get(group.factor)
    return column.level_label(group.level) if column else group.level

"""The effect of the treatment in subgroups: each alone, by interaction, and partially pooled."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from posthaz.analyses.adjust.matched_sample import EVERYBODY, NO_SAMPLE, check_sample, sample_note
from posthaz.analyses.subgroups.pooled import (
    PooledSubgroups,
    Subgroup,
    pooled_subgroups,
    subgroups_of,
    with_groups,
)
from posthaz.analyses.subgroups.spec import SubgroupSpec
from posthaz.arms.arm_model import (
    ArmTask,
    Quick,
    complete_in,
    cox_of,
    cox_summary,
    joined,
    ratio_summary,
    shared_baseline,
    varying_terms,
)
from posthaz.arms.departures import departures
from posthaz.arms.groups import arm_counts, compared_rows, covariate_label, shortcoming, two_arms
from posthaz.arms.interaction_test import interaction_test
from posthaz.cohort import Cohort, restricted
from posthaz.cohort.argument import checks_arguments
from posthaz.design import quoted
from posthaz.errors import PosthazError
from posthaz.errors.lost import Lost
from posthaz.inference import Fit
from posthaz.spec import ModelSpec, Sampling
from posthaz.spec.sample import ALL, MATCHED

Row = dict[str, object]
_BAYES = ("hr", "lower", "upper", "p_below_1")
COLUMNS = (
    *("column", "label", "level", "level_label"),
    *("patients_reference", "events_reference", "patients_arm", "events_arm"),
    *("cox_hr", "cox_lower", "cox_upper", "cox_p"),
    *(f"{kind}_{name}" for kind in ("separate", "interaction", "pooled") for name in _BAYES),
    *("p_differs", "note", "sample"),
)
TEST_COLUMNS = ("column", "label", "chisq", "df", "p", "note", "test", "sample")


@dataclass(frozen=True, eq=False)
class SubgroupEffects:
    """What is known of the effect in subgroups.

    Parameters
    ----------
    table : DataFrame
        Columns `COLUMNS`; the whole cohort first (column ``all``), then one row a level. Empty
        where there is no estimate, with the reason in ``note``.
    tests : DataFrame
        Columns `TEST_COLUMNS`: test of the interaction with each column, by likelihood ratio or,
        where rows are clustered or weighted, robust Wald (``test``).
    pooled : Fit or None
        Fit of the model of all subgroups.
    arm, reference : str
        Arms compared.
    differs_by : float
        Ratio of hazard ratios behind ``p_differs``.
    notes : tuple of str
        What a reader must know.
    sample : {"all", "matched"}
        Which patients these are.
    sample_note : str
        What must be said of a matched sample; empty for all patients.
    """

    table: pd.DataFrame
    tests: pd.DataFrame
    pooled: Fit | None
    arm: str
    reference: str
    differs_by: float
    notes: tuple[str, ...]
    sample: str = ALL
    sample_note: str = ""


@checks_arguments
def subgroup_effects(
    cohort: Cohort,
    model: ModelSpec,
    asked: SubgroupSpec,
    sampling: Sampling | None = None,
    *,
    interval: float = 0.95,
    progress: Callable[[str, int, int], None] | None = None,
) -> SubgroupEffects:
    """Effect of the treatment in every subgroup, four ways.

    Parameters
    ----------
    cohort : Cohort
        A cohort with two arms or more; where ``asked.sample`` is ``"matched"``, that of
        `match_patients`, whose sets are its clusters.
    model : ModelSpec
        Its baseline hazard, with cuts from the whole cohort, and its priors are used in every
        model; hazards are proportional whatever its form.
    asked : SubgroupSpec
        Which subgroups.
    sampling : Sampling, optional
        How the partially pooled model is sampled; the others are made by Laplace with
        importance weights.
    interval : float
        Probability of the intervals.
    progress : callable, optional
        Takes a label, steps done and steps in all.

    Returns
    -------
    SubgroupEffects
        A subgroup that can't be analysed is said, and the others are given.

    Raises
    ------
    CohortError
        When a column or arm isn't there, the cohort has no event, or a matched one no sets.

    References
    ----------
    Dixon DO, Simon R (1991), Biometrics 47:871-881.
    Jones HE et al. (2011), Clinical Trials 8:129-143, doi:10.1177/1740774510396933.

    Examples
    --------
    >>> import posthaz as ph
    >>> asked = ph.SubgroupSpec(("centre",))
    >>> model = ph.ModelSpec("exponential", ph.Exponential(), "arm")
    >>> sampling = ph.Sampling(method="laplace", chains=2, draws=250)
    >>> effects = ph.subgroup_effects(ph.simulated_example(), model, asked, sampling)
    >>> effects.table["level"].tolist()
    ['all', 'east', 'north', 'south', 'west']
    """
    several = len(cohort.arms) > 2
    check_sample(asked.sample, cohort, f"{cohort.source.name}, subgroups")
    cohort = with_groups(cohort, asked)
    quick = Quick(shared_baseline(model, cohort), sampling or Sampling(), asked.sample == MATCHED)
    show = progress or (lambda label, done, total: None)
    groups = subgroups_of(cohort, asked)
    whole = Subgroup(WHOLE, "", WHOLE, np.ones(len(cohort), dtype=bool))
    alone = [separate_effect(cohort, group, asked, interval) for group in (whole, *groups)]
    within = [
        interaction_with(cohort, [group for group in groups if group.column == name], asked)
        for name in asked.columns
    ]
    show("subgroups", 1, 3)
    tasks = [task for _, task in alone] + [task for _, task, _ in within]
    ready = [task for task in tasks if task is not None]
    fits = iter(quick.fit_all(ready))
    for row, task in alone:
        if task is not None:
            _add_separate(row, task, next(fits), interval)
    by_key = {(row["column"], row["level"]): row for row, _ in alone}
    for test, task, used in within:
        if task is not None:
            _add_interaction(test, task, next(fits), used, groups, by_key, interval)
    show("subgroups", 2, 3)
    pooled, reason = _pooled(cohort, groups, asked, quick)
    if pooled:
        _add_pooled(pooled, asked, interval, by_key)
    show("subgroups", 3, 3)
    reference, arm = cohort.arms
    return SubgroupEffects(
        table=_frame([row for row, _ in alone], COLUMNS, asked),
        tests=_frame([test for test, _, _ in within], TEST_COLUMNS, asked),
        pooled=pooled.fit if pooled else None,
        arm=arm,
        reference=reference,
        differs_by=asked.differs_by,
        notes=tuple(_notes(cohort, model, pooled, reason, several)),
        sample=asked.sample,
        sample_note=sample_note(asked.sample, cohort),
    )


def no_subgroups(cohort: Cohort, asked: SubgroupSpec) -> SubgroupEffects:
    """The answer where no matched sample could be made: nothing, and why.

    Parameters
    ----------
    cohort : Cohort
        All patients.
    asked : SubgroupSpec
        Which subgroups.

    Returns
    -------
    SubgroupEffects
        Empty tables, and a note.
    """
    reference, arm = two_arms(cohort, asked.arm).arms
    table, tests = _frame([], COLUMNS, asked), _frame([], TEST_COLUMNS, asked)
    return SubgroupEffects(
        table,
        tests,
        None,
        arm,
        reference,
        asked.differs_by,
        (Lost("analysis of subgroups in the matched sample", NO_SAMPLE),),
        asked.sample,
    )


def _frame(rows: list[Row], columns: tuple[str, ...], asked: SubgroupSpec) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(columns)).assign(sample=asked.sample)


def _add_separate(row: Row, task: ArmTask, fitted: Fit | str, interval: float) -> None:
    if isinstance(fitted, str):
        row["note"] = "; ".join(filter(None, (str(row["note"]), fitted)))
        return
    numbers = ratio_summary(task.effect(fitted), interval)
    row |= {f"separate_{key}": value for key, value in numbers.items()}


def _add_interaction(
    test: Row,
    task: ArmTask,
    fitted: Fit | str,
    used: np.ndarray,
    groups: tuple[Subgroup, ...],
    by_key: dict[tuple[object, object], Row],
    interval: float,
) -> None:
    if isinstance(fitted, str):
        test["note"] = "; ".join(filter(None, (str(test["note"]), fitted)))
        return
    for group in groups:
        if group.column == test["column"] and group.rows[used].any():
            numbers = ratio_summary(task.effect(fitted, group.rows[used]), interval)
            row = by_key[group.column, group.level]
            row |= {f"interaction_{key}": value for key, value in numbers.items()}


def _pooled(
    cohort: Cohort, groups: tuple[Subgroup, ...], asked: SubgroupSpec, quick: Quick
) -> tuple[PooledSubgroups | None, str]:
    try:
        pooled = pooled_subgroups(cohort, groups, asked, quick.base, quick.sampling)
    except PosthazError as error:
        return None, error.reason
    return pooled, "" if pooled else "no column has two levels with patients of both arms"


def _add_pooled(
    pooled: PooledSubgroups,
    asked: SubgroupSpec,
    interval: float,
    by_key: dict[tuple[object, object], Row],
) -> None:
    everybody = ratio_summary(pooled.overall, interval)
    by_key[WHOLE, WHOLE] |= {f"pooled_{key}": value for key, value in everybody.items()}
    for key, effect in pooled.effects.items():
        apart = abs(effect - pooled.overall) > math.log(asked.differs_by)
        by_key[key] |= {f"pooled_{k}": v for k, v in ratio_summary(effect, interval).items()}
        by_key[key] |= {"p_differs": float(apart.mean())}


def _notes(
    cohort: Cohort, model: ModelSpec, pooled: PooledSubgroups | None, reason: str, several: bool
) -> list[str]:
    reference, arm = (cohort.arm_label(arm) for arm in cohort.arms)
    notes = []
    if several:
        notes.append(f"Of the arms, {arm} is compared with {reference}.")
    notes += departures(model)
    if pooled is None:
        notes.append(Lost("model of partially pooled estimates", reason))
    elif pooled.rows < len(cohort):
        notes.append(
            f"The partially pooled model leaves out {len(cohort) - pooled.rows:,} of "
            f"{len(cohort):,} rows: they lack a covariate of it, or stand in a subgroup with one "
            "arm only."
        )
    return notes


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

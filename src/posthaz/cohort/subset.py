"""A named subset of a table's rows, taken before any rule looks at them."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from posthaz.cohort.cohort import Dropped
from posthaz.cohort.columns import Column
from posthaz.cohort.levels import level_text, level_texts
from posthaz.cohort.numbers import read_numbers
from posthaz.cohort.quantities import counted
from posthaz.cohort.rows import shown_values
from posthaz.cohort.spec import CohortSpec
from posthaz.cohort.table import Table
from posthaz.cohort.where import Condition, between
from posthaz.errors import Finding, Findings, nearest


def subset_rows(
    table: Table, spec: CohortSpec, findings: Findings
) -> tuple[pd.DataFrame, tuple[Dropped, ...]]:
    """Rows that meet the conditions of a specification, and those left out for not meeting them.

    Parameters
    ----------
    table : Table
        The table, with derived columns.
    spec : CohortSpec
        Which column means what; its ``where`` holds the conditions.
    findings : Findings
        Where problems go.

    Returns
    -------
    DataFrame
        The rows kept, with their index.
    tuple of Dropped
        Rows that don't meet the conditions, and rows that lack a column to tell by.
    """
    frame, name = table.frame, table.name
    kept, unknown = np.ones(len(frame), dtype=bool), np.zeros(len(frame), dtype=bool)
    before = len(findings)
    for condition in spec.where.conditions:
        if condition.column not in frame.columns:
            header = [str(column) for column in frame.columns]
            what = f"there is no column '{condition.column}' ({nearest(condition.column, header)})"
            findings.add(f"{name}, where", what, "correct the name")
            continue
        values = pd.Series(frame[condition.column])
        unknown |= values.isna().to_numpy(dtype=bool)
        declared = spec.columns.get(condition.column, Column(condition.column)).levels
        kept &= _met(values, condition, declared, f"{name}, where", findings)
    if not spec.where or len(findings) > before:
        return frame, ()
    if not (kept & ~unknown).any():
        what = f"no row meets the conditions on {_listed(spec)}"
        findings.add(f"{name}, where", what, "correct the conditions")
        return frame, ()
    reasons = (
        (~kept & ~unknown, f"outside the patients asked for ({_conditions(spec)})"),
        (unknown, f"missing what tells the patients asked for ({_listed(spec)})"),
    )
    dropped = tuple(_dropped(table, out, why) for out, why in reasons if out.any())
    return frame.loc[kept & ~unknown], dropped


def cut_by_conditions(table: Table, spec: CohortSpec, kept: pd.DataFrame) -> Iterator[Finding]:
    """Patients of whom the conditions keep a part of the follow-up.

    Rows of a subject that begin together, as those of several endpoints, are no parts of one.

    Parameters
    ----------
    table : Table
        The table.
    spec : CohortSpec
        Which column means what.
    kept : DataFrame
        The rows that meet the conditions.

    Yields
    ------
    Finding
        At most one.
    """
    if not spec.where or not {spec.subject, spec.entry} <= set(table.frame.columns):
        return
    both = [spec.subject, spec.entry]
    inside = pd.MultiIndex.from_frame(kept[both])
    outside = table.frame.drop(index=kept.index)[both]
    apart = outside[~pd.MultiIndex.from_frame(outside).isin(inside)]
    cut = sorted(set(apart[spec.subject]) & set(kept[spec.subject]), key=str)
    if cut:
        yield Finding(
            f"{table.name}, where",
            f"of {counted(len(cut), 'patient')} ({shown_values(cut)}) the conditions on "
            f"{_listed(spec)} keep a part of the follow-up: they enter late, or count as censored "
            "where it ends",
            "give conditions on values at the start of follow-up, unless that period is meant",
        )


def _met(
    values: pd.Series,
    condition: Condition,
    declared: tuple[str, ...],
    where: str,
    findings: Findings,
) -> np.ndarray:
    name = condition.column
    if not condition.levels:
        numbers = read_numbers(values)
        if numbers.text.any():
            what = f"'{name}' holds text, and has no limits"
            findings.add(where, what, 'give levels, as ["..."]')
        return between(numbers.values, condition)
    texts = level_texts(values, condition.levels)
    wanted = [level_text(level) for level in condition.levels]
    known = list(dict.fromkeys((*map(level_text, declared), *map(str, texts.dropna().unique()))))
    for level in wanted:
        if level not in known:
            what = f"'{level}' is not a level of '{name}' ({nearest(level, known)})"
            findings.add(where, what, "correct the level or leave it out")
    return texts.isin(wanted).to_numpy(dtype=bool)


def _dropped(table: Table, out: np.ndarray, why: str) -> Dropped:
    if table.count is not None:
        return Dropped(why, (), int(table.count[out].sum()))
    return Dropped(why, tuple((np.flatnonzero(out) + 1).tolist()))


def _listed(spec: CohortSpec) -> str:
    return ", ".join(f"'{condition.column}'" for condition in spec.where.conditions)


_SIGNS = {"at_least": "≥", "above": ">", "below": "<", "at_most": "≤"}


def _conditions(spec: CohortSpec) -> str:
    """The conditions as a reader says them: ``stage III, age ≥ 65``."""
    parts = []
    for condition in spec.where.conditions:
        column = spec.columns.get(condition.column, Column(condition.column))
        label = column.label or condition.column
        if condition.levels:
            parts.append(f"{label} {' or '.join(map(column.level_label, condition.levels))}")
        else:
            parts += [f"{label} {_SIGNS[k]} {limit:g}" for k, limit in condition.limits.items()]
    return ", ".join(parts)

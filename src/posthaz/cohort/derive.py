"""Adding derived covariates to a table while a cohort is read."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from posthaz.cohort.columns import Column
from posthaz.cohort.derivation import Cut, Derivation, derived_values
from posthaz.cohort.numbers import read_numbers
from posthaz.cohort.quantities import counted
from posthaz.cohort.rows import shown_rows
from posthaz.cohort.spec import CohortSpec
from posthaz.errors import Finding, Findings, nearest


def derive_columns(
    frame: pd.DataFrame,
    spec: CohortSpec,
    name: str,
    findings: Findings,
    count: np.ndarray | None = None,
) -> tuple[pd.DataFrame, CohortSpec]:
    """The table with the covariates that the specification derives, and what they mean.

    Parameters
    ----------
    frame : DataFrame
        The table; it is not changed.
    spec : CohortSpec
        Which column means what.
    name : str
        Name of the table, for messages.
    findings : Findings
        Where problems go.
    count : ndarray of int, shape (row,), optional
        Rows of a registry that each row stands for.

    Returns
    -------
    DataFrame
        With one more column for each derived covariate that could be computed.
    CohortSpec
        With the levels that cuts have.

    Examples
    --------
    >>> frame = pd.DataFrame({"age": [59, 60]})
    >>> column = Column("old", derived=Cut("age", (60,)))
    >>> spec = CohortSpec(columns={"old": column})
    >>> derive_columns(frame, spec, "x.csv", Findings())[0]["old"].tolist()
    ['<60', '>=60']
    """
    pending = {key: c.derived for key, c in spec.columns.items() if c.derived is not None}
    for key in [key for key in pending if key in frame.columns]:
        what = f"column '{key}' is derived, but the table has one of that name"
        findings.add(f"{name}, column '{key}'", what, "give the derived column another name")
        del pending[key]
    made: dict[str, pd.Series] = {}
    while ready := {k: d for k, d in pending.items() if set(d.sources) <= {*frame.columns, *made}}:
        for key, derivation in ready.items():
            sources = {source: made.get(source, frame.get(source)) for source in derivation.sources}
            numbers = {s: read_numbers(pd.Series(values)) for s, values in sources.items()}
            del pending[key]
            problems = list(_unusable(key, numbers, name, count))
            findings.extend(problems)
            if not problems:
                arrays = {s: number.values for s, number in numbers.items()}
                made[key] = derived_values(derivation, arrays).set_axis(frame.index)
    findings.extend(_sourceless(pending, spec.columns, list(frame.columns), name))
    columns = {key: _with_levels(column, spec.columns) for key, column in spec.columns.items()}
    return frame.assign(**made), replace(spec, columns=columns)


def _unusable(key: str, numbers: Mapping, name: str, count: np.ndarray | None) -> Iterator[Finding]:
    for source, number in numbers.items():
        if number.text.any():
            rows = shown_rows((np.flatnonzero(number.text) + 1).tolist())
            if count is not None:
                rows = counted(int(count[number.text].sum()), "row")
            yield Finding(
                f"{name}, {rows}, column '{source}'",
                f"text where '{key}' is derived from numbers",
                "give a number, or leave the cell empty",
            )


def _sourceless(
    pending: Mapping[str, Derivation],
    columns: Mapping[str, Column],
    header: list[str],
    name: str,
) -> Iterator[Finding]:
    for key, derivation in pending.items():
        absent = [s for s in derivation.sources if s not in header and s not in columns]
        for source in absent:
            yield Finding(
                f"{name}, derived column '{key}'",
                f"there is no column '{source}' to derive it from ({nearest(source, header)})",
                "correct the name",
            )
        if not absent:
            yield Finding(
                f"{name}, derived column '{key}'",
                f"'{"', '".join(derivation.sources)}' can't be computed itself",
                "derive columns from columns of the table",
            )


def _with_levels(column: Column, columns: Mapping[str, Column]) -> Column:
    """A cut's own levels, and names for them with the unit of what was cut."""
    if not isinstance(column.derived, Cut):
        return column
    source = columns.get(column.derived.column)
    labels = column.level_labels or column.derived.level_labels(source.unit if source else "")
    return replace(column, levels=column.derived.levels, level_labels=labels)

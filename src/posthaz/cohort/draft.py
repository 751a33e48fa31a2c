"""A table on its way to a cohort: follow-up as numbers, and nothing checked yet."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

import numpy as np
import pandas as pd

from posthaz.cohort.columns import Column
from posthaz.cohort.events import Coding, code_counts, read_causes, read_coding
from posthaz.cohort.levels import level_texts
from posthaz.cohort.numbers import Numbers, median, no_numbers, read_numbers
from posthaz.cohort.quantities import counted
from posthaz.cohort.rows import shown_rows
from posthaz.cohort.spec import CohortSpec
from posthaz.cohort.table import Table
from posthaz.cohort.ties import tied

NUMBER_ROLES = ("time", "entry", "lower", "upper", "weight")
NAMING_ROLES = (*NUMBER_ROLES, "event", "cause", "subject", "cluster")
_STEP_TOLERANCE = 1e-6


@dataclass(frozen=True, eq=False)
class Draft:
    """A table while it is checked; rules take one and yield findings.

    Parameters
    ----------
    name : str
        Name of the table, for messages.
    frame : DataFrame
        The rows used, index 0 ... row-1.
    row_number : ndarray of int, shape (row,)
        Row in the table read, the first data row being 1.
    spec : CohortSpec
        Which column means what; the treatment's column is among its columns.
    needed, kept : tuple of str
        Covariates of the analysis, and all that the cohort keeps.
    numbers : mapping of str to Numbers
        Columns of `NUMBER_ROLES` as numbers; without values where there is no such column.
    coding : Coding or None
        Event codes as causes; None where there is no such column.
    entry, lower, upper : ndarray of float, shape (row,)
        Follow-up, with zero times replaced where the specification says so.
    zero : ndarray of bool, shape (row,)
        Rows without any follow-up.
    cause : ndarray of int, shape (row,)
        0 censored, 1 the event of interest, 2 and above other causes, -1 unknown.
    count : ndarray of int, shape (row,), optional
        Rows of a registry that each row stands for; None for a table that is no registry.
    emptied : mapping of str to str
        By covariate, which of its levels have no row left because rows were left out, and by what.
    """

    name: str
    frame: pd.DataFrame
    row_number: np.ndarray
    spec: CohortSpec
    needed: tuple[str, ...]
    kept: tuple[str, ...]
    numbers: Mapping[str, Numbers]
    coding: Coding | None
    entry: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    zero: np.ndarray
    cause: np.ndarray
    count: np.ndarray | None = None
    emptied: Mapping[str, str] = field(default_factory=dict)

    @property
    def exit(self) -> np.ndarray:
        """Last time under observation, shape (row,)."""
        return np.where(np.isfinite(self.upper), self.upper, self.lower)

    @property
    def between_steps(self) -> np.ndarray:
        """Rows whose event lies between the steps of the resolution asked for, shape (row,)."""
        step = self.spec.resolution
        if not (isinstance(step, int | float) and step > 0 and self.spec.time):
            return np.zeros(len(self.exit), dtype=bool)
        steps = self.exit / step
        off = np.abs(steps - np.round(steps)) > _STEP_TOLERANCE
        return off & (self.cause > 0) & ~self.zero & np.isfinite(steps)

    @property
    def resolution(self) -> float:
        """The resolution asked for; 0 where the events say that times are finer."""
        return 0.0 if self.between_steps.any() else float(self.spec.resolution)

    def has(self, column: str) -> bool:
        """Whether a column is named and in the table."""
        return bool(column) and column in self.frame.columns

    def named(self, role: str) -> str:
        """Name of the column of a role of follow-up, empty when none is named."""
        return str(getattr(self.spec, role))

    def values(self, name: str) -> pd.Series:
        """Values of a column of the table."""
        return _series(self.frame, name)

    def column(self, name: str) -> Column:
        """Meaning of a covariate."""
        return self.spec.columns.get(name, Column(name))

    def rows(self, mask: np.ndarray) -> list[int]:
        """Row numbers where `mask` is true."""
        return [int(row) for row in self.row_number[np.asarray(mask, dtype=bool)]]

    def number(self, mask: np.ndarray) -> int:
        """How many rows of the table, or of the registry, `mask` is true for."""
        mask = np.asarray(mask, dtype=bool)
        return int(mask.sum() if self.count is None else self.count[mask].sum())

    def median(self, values: np.ndarray) -> float:
        """Median over the rows of the table, or of the registry, without missing values."""
        return median(values, self.count)

    def where(self, mask: np.ndarray | None = None, column: str = "") -> str:
        """Place of a finding: table, rows (of a registry only how many) and column."""
        parts = [self.name]
        if mask is not None and self.count is None:
            parts.append(shown_rows(self.rows(mask)))
        elif mask is not None:
            parts.append(counted(self.number(mask), "row"))
        if column:
            parts.append(f"column '{column}'")
        return ", ".join(parts)


def build_draft(
    table: Table,
    frame: pd.DataFrame,
    spec: CohortSpec,
    needed: tuple[str, ...],
    kept: tuple[str, ...],
) -> Draft:
    """Read follow-up from the rows used, leaving every fault in place for the rules to find.

    Parameters
    ----------
    table : Table
        The table.
    frame : DataFrame
        Its rows that are used; the index is their position in the table, from 0.
    spec : CohortSpec
        Which column means what.
    needed, kept : tuple of str
        Covariates of the analysis, and all that the cohort keeps.

    Returns
    -------
    Draft
        The draft.

    Examples
    --------
    >>> import pandas as pd
    >>> from posthaz.cohort.table import read_table
    >>> table = read_table(pd.DataFrame({"months": [3.0, 8.0], "dead": [1, 0]}))
    >>> spec = CohortSpec(time="months", event="dead")
    >>> build_draft(table, table.frame, spec, (), ()).upper.tolist()
    [3.0, inf]
    """
    row_number = frame.index.to_numpy(dtype=int) + 1
    count = None if table.count is None else table.count[frame.index.to_numpy(dtype=int)]
    frame = frame.reset_index(drop=True)
    numbers = {role: _numbers(frame, str(getattr(spec, role))) for role in NUMBER_ROLES}
    coding = _coding(table, frame, spec, numbers, count)
    cause = np.zeros(len(frame), dtype=int) if coding is None else coding.cause
    lower, upper = _bounds(frame, spec, numbers, cause)
    # a column of entry times is told apart with the others, time 0 without one is not
    entry = numbers["entry"].values if spec.entry else np.zeros(len(frame))
    lower, upper, *entered = tied(lower, upper, *([entry] if spec.entry else []))
    entry = entered[0] if entered else entry
    zero = (upper == 0) | ((lower == 0) & np.isposinf(upper))
    if isinstance(spec.zero_time, int | float):
        lower = np.where(zero, spec.zero_time, lower)
        upper = np.where(zero & np.isfinite(upper), spec.zero_time, upper)
    return Draft(
        table.name, frame, row_number, spec, needed, kept, numbers, coding,
        entry, lower, upper, zero, cause, count,
    )  # fmt: skip


def _series(frame: pd.DataFrame, name: str) -> pd.Series:
    return cast("pd.Series", frame[name])


def _numbers(frame: pd.DataFrame, name: str) -> Numbers:
    return read_numbers(_series(frame, name)) if name in frame.columns else no_numbers(len(frame))


def _codes_of(table: Table, event: str) -> Counter[str]:
    """Rows of the whole table with each code."""
    return code_counts(level_texts(_series(table.frame, event)).dropna(), table.count)


def _coding(
    table: Table,
    frame: pd.DataFrame,
    spec: CohortSpec,
    numbers: Mapping[str, Numbers],
    count: np.ndarray | None,
) -> Coding | None:
    with_cause = spec.cause in frame.columns
    if spec.upper:
        upper = numbers["upper"]
        seen = np.isfinite(upper.values)
        if with_cause:
            return read_causes(_series(frame, spec.cause), seen)
        nowhere = np.zeros(len(frame), dtype=bool)
        sentence = (
            f"An empty '{spec.upper}' is censored; otherwise the event lies between "
            f"'{spec.lower}' and '{spec.upper}'."
        )
        return Coding(seen.astype(int), nowhere, nowhere, "", sentence)
    if spec.event in frame.columns:
        part = not spec.event_codes and len(frame) < len(table.frame)
        every = _codes_of(table, spec.event) if part else None
        coding = read_coding(_series(frame, spec.event), spec.event_codes, count, every)
        if with_cause and not (coding.missing | coding.unknown).any():
            causes = read_causes(_series(frame, spec.cause), coding.cause > 0)
            return Coding(
                causes.cause, causes.missing, causes.unknown, causes.accepted,
                f"{coding.sentence} {causes.sentence}",
            )  # fmt: skip
        return coding
    if with_cause and not spec.event:
        return _coding_by_cause(_series(frame, spec.cause), spec)
    return None


def _coding_by_cause(column: pd.Series, spec: CohortSpec) -> Coding:
    """Causes that say by themselves who is censored: 0."""
    if spec.event_codes:
        return read_coding(column, spec.event_codes)
    causes = read_causes(column, ~(read_numbers(column).values == 0))
    sentence = f"In column '{column.name}', 0 is censored and 1 is the event of interest."
    accepted = f"0 for censored, {causes.accepted}"
    return Coding(causes.cause, causes.missing, causes.unknown, accepted, sentence)


def _bounds(
    frame: pd.DataFrame, spec: CohortSpec, numbers: Mapping[str, Numbers], cause: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    if spec.lower or spec.upper:
        upper = numbers["upper"]
        return numbers["lower"].values, np.where(upper.missing, np.inf, upper.values)
    time = numbers["time"].values
    return time, np.where(cause > 0, time, np.where(np.isnan(time), np.nan, np.inf))

"""Which patients: conditions on covariates as a frozen value, and the rows that meet them."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from posthaz.cohort.cohort import Cohort
from posthaz.cohort.levels import level_text, level_texts
from posthaz.cohort.patients import changing
from posthaz.errors import CohortError, Findings, nearest


@dataclass(frozen=True)
class Condition:
    """What one covariate must be: one of some levels, or a number between limits.

    Parameters
    ----------
    column : str
        Covariate.
    levels : tuple of str
        Levels, any of which will do; empty for limits.
    at_least, above, below, at_most : float or None
        Limits of a number; all that are given must hold.

    Raises
    ------
    CohortError
        For levels that are one text, whose letters would be levels, or limits that are no numbers.
    """

    column: str
    levels: tuple[str, ...] = ()
    at_least: float | None = None
    above: float | None = None
    below: float | None = None
    at_most: float | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.levels, list | tuple):
            shown = f"Condition({self.column!r}, ...): levels is {self.levels!r}"
            raise CohortError(shown, fix=f"give several, as ({str(self.levels)!r},)")
        object.__setattr__(self, "levels", tuple(self.levels))
        for name, limit in self.limits.items():
            if isinstance(limit, bool) or not isinstance(limit, int | float | np.number):
                raise CohortError(
                    f"Condition({self.column!r}, ...): {name} is {limit!r}", fix="give a number"
                )

    @property
    def limits(self) -> dict[str, float]:
        """The limits given, by name."""
        named = {name: getattr(self, name) for name in ("at_least", "above", "below", "at_most")}
        return {name: limit for name, limit in named.items() if limit is not None}


@dataclass(frozen=True)
class Where:
    """Patients who meet every condition; all patients when there is none.

    Parameters
    ----------
    conditions : tuple of Condition
        One a covariate.
    """

    conditions: tuple[Condition, ...] = ()

    def __post_init__(self) -> None:
        given = self.conditions
        if not isinstance(given, list | tuple) or not all(isinstance(c, Condition) for c in given):
            fix = 'give Where((Condition("stage", ("III",)),))'
            raise CohortError(f"Where takes conditions, and was given {given!r}", fix=fix)
        object.__setattr__(self, "conditions", tuple(given))

    def __bool__(self) -> bool:
        return bool(self.conditions)


def rows_where(cohort: Cohort, where: Where) -> np.ndarray:
    """Rows of a cohort that meet every condition.

    Parameters
    ----------
    cohort : Cohort
        A cohort.
    where : Where
        The conditions.

    Returns
    -------
    ndarray of bool, shape (row,)
        A row that lacks a covariate doesn't meet its condition. It may be that no row does.

    Raises
    ------
    CohortError
        For a covariate or level that the cohort doesn't have, a covariate that changes during
        follow-up, or limits on a factor.

    Examples
    --------
    >>> import pandas as pd
    >>> from posthaz.cohort.read import read_cohort
    >>> table = pd.DataFrame({"time": [1, 2, 3], "event": [1, 0, 1], "stage": ["I", "II", "II"],
    ...                       "age": [50, 61, 70]})
    >>> cohort = read_cohort(table, time="time", event="event")
    >>> older = Where((Condition("stage", ("II",)), Condition("age", at_least=65)))
    >>> rows_where(cohort, older).tolist()
    [False, False, True]
    """
    findings = Findings()
    chosen = np.ones(len(cohort), dtype=bool)
    for condition in where.conditions:
        met = _met(cohort, condition, findings)
        if met is not None:
            chosen &= met
    findings.raise_if_any(CohortError, f"{cohort.source.name}: the patients can't be chosen:")
    return chosen


def _met(cohort: Cohort, condition: Condition, findings: Findings) -> np.ndarray | None:
    """Rows that meet one condition; `None` after recording why it can't be told."""
    name = condition.column
    place = f"where, {name}"
    if name not in cohort.covariates:
        known = [str(column) for column in cohort.covariates]
        findings.add(
            place,
            f"the cohort has no covariate '{name}' ({nearest(name, known)})",
            "correct the name, or describe the column in [cohort.columns]",
        )
        return None
    if changing(cohort, [name]):
        findings.add(
            place,
            f"'{name}' changes during follow-up, so that a patient is inside at one time and "
            "outside at another",
            "give a column with its value at the start of follow-up, or a landmark",
        )
        return None
    values = pd.Series(cohort.covariates[name])
    if not condition.levels:
        if not pd.api.types.is_numeric_dtype(values):
            levels = ", ".join(f"'{level}'" for level in values.astype(object).dropna().unique())
            what = f"'{name}' is a factor with levels {levels}, and has no limits"
            findings.add(place, what, 'give levels, as ["..."]')
            return None
        return between(values.to_numpy(dtype=float), condition)
    texts = level_texts(values, condition.levels)
    declared = cohort.columns[name].levels if name in cohort.columns else ()
    known = list(dict.fromkeys((*declared, *(str(text) for text in texts.dropna()))))
    if isinstance(values.dtype, pd.CategoricalDtype):
        known = list(dict.fromkeys((*known, *map(str, values.cat.categories))))
    wanted = [level_text(level) for level in condition.levels]
    unknown = [level for level in wanted if level not in known]
    for level in unknown:
        what = f"'{level}' is not a level of '{name}' ({nearest(level, known)})"
        findings.add(place, what, "correct the level or leave it out")
    return None if unknown else texts.isin(wanted).to_numpy(dtype=bool)


def between(values: np.ndarray, condition: Condition) -> np.ndarray:
    """Whether each number is known and within the limits of a condition, shape (row,)."""
    met = np.isfinite(values)
    compare = {
        "at_least": np.greater_equal,
        "above": np.greater,
        "below": np.less,
        "at_most": np.less_equal,
    }
    for name, limit in condition.limits.items():
        met &= compare[name](values, limit)
    return met


def restricted(cohort: Cohort, mask: np.ndarray) -> Cohort:
    """The rows where `mask` is true, factors without the levels that no row has left.

    The treatment keeps its arms, so that an arm without patients can be told.

    Parameters
    ----------
    cohort : Cohort
        A cohort.
    mask : ndarray of bool, shape (row,)
        Rows to keep.

    Returns
    -------
    Cohort
        A new cohort.
    """
    part = cohort.part(mask)
    covariates = part.covariates.copy()
    for name in covariates.columns:
        column = covariates[name]
        if name != cohort.treatment and isinstance(column.dtype, pd.CategoricalDtype):
            covariates[name] = column.cat.remove_unused_categories()
    return replace(part, covariates=covariates)

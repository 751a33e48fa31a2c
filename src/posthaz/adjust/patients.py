"""One row a patient, as Table 1 and the balance of the arms need them."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from posthaz.cohort import Cohort, Column

_MOST_GRADES = 6
_HIGHEST = 10
_EACH = 5


def first_rows(cohort: Cohort) -> Cohort:
    """The first row of every subject, whole-number weights written out as rows.

    Parameters
    ----------
    cohort : Cohort
        A cohort.

    Returns
    -------
    Cohort
        One row a subject. Weights that are not whole numbers are to be ignored: Table 1 describes
        the patients as they are.
    """
    patients = cohort.patients
    if np.all(patients.weight == 1) or not patients.weights_count:
        return patients
    rows = np.repeat(np.arange(len(patients)), patients.weight.astype(int))
    return _taken(patients, rows)


def written_out(cohort: Cohort) -> Cohort:
    """Rows that stand for several patients as one row each, where patients have a single row."""
    several = cohort.weights_count and np.any(cohort.weight != 1)
    return first_rows(cohort) if several and cohort.first.all() else cohort


def is_categorical(values: pd.Series) -> bool:
    """Whether a covariate is counted by level: a factor, text, or a 0/1 indicator.

    Examples
    --------
    >>> import pandas as pd
    >>> is_categorical(pd.Series([0, 1, 1])), is_categorical(pd.Series([61.0, 70.5]))
    (True, False)
    """
    if not pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
        return True
    found = set(values.dropna().unique())
    return bool(found) and found <= {0, 1}


def counted_by_grade(cohort: Cohort, names: Sequence[str]) -> Cohort:
    """The cohort with grades and scores as levels: numbers of which each value is a category.

    Parameters
    ----------
    cohort : Cohort
        A cohort.
    names : sequence of str
        Covariates looked at.

    Returns
    -------
    Cohort
        Covariates of three to six whole numbers, without a unit or a step, are ordered factors;
        where numbers are above 10 (and so may be ages) only with five patients a number.
        A median of toxicity grades says little; how many patients had each says what happened.
    """
    found: dict[str, pd.Series] = {}
    for name in names:
        values, column = cohort.covariates[name], cohort.columns.get(name, Column(name))
        if is_categorical(values) or column.unit or column.step is not None:
            continue
        known = values.dropna().to_numpy(dtype=float)
        numbers = np.unique(known)
        few = 3 <= len(numbers) <= _MOST_GRADES and np.all(numbers == np.abs(np.round(numbers)))
        if few and (numbers.max() <= _HIGHEST or len(known) >= _EACH * len(numbers)):
            levels = pd.CategoricalDtype(list(numbers), ordered=True)
            found[name] = pd.Series(values).astype(levels)
    return replace(cohort, covariates=cohort.covariates.assign(**found))


def level_codes(values: pd.Series) -> tuple[np.ndarray, tuple[str, ...]]:
    """Number of the level of each row (-1 where missing), and the levels that occur, in order."""
    kept = values if isinstance(values.dtype, pd.CategoricalDtype) else values.astype("category")
    kept = kept.cat.remove_unused_categories()
    return kept.cat.codes.to_numpy().astype(int), tuple(_shown(v) for v in kept.cat.categories)


def _shown(level: object) -> str:
    return f"{level:g}" if isinstance(level, float) else str(level)


def _taken(cohort: Cohort, rows: np.ndarray) -> Cohort:
    return replace(cohort.at(rows), subject=np.arange(len(rows)), weight=np.ones(len(rows)))

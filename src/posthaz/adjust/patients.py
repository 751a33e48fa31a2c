"""One row a patient, as Table 1 and the balance of the arms need them."""

from dataclasses import replace

import numpy as np
import pandas as pd

from posthaz.cohort import Cohort


def first_rows(cohort: Cohort) -> Cohort:
    """The first row of every subject, whole-number weights written out as rows.

    Parameters
    ----------
    cohort : Cohort
        A cohort.

    Returns
    -------
    Cohort
        One row a subject. Weights that are not whole numbers are ignored: Table 1 describes the
        patients as they are.
    """
    order = np.lexsort((cohort.entry, cohort.subject))
    first = np.append(True, cohort.subject[order][1:] != cohort.subject[order][:-1])
    keep = np.zeros(len(cohort), dtype=bool)
    keep[order[first[: len(order)]]] = True
    patients = cohort.where(keep)
    if np.all(patients.weight == 1) or np.any(patients.weight != np.round(patients.weight)):
        return patients
    rows = np.repeat(np.arange(len(patients)), patients.weight.astype(int))
    return _taken(patients, rows)


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


def level_codes(values: pd.Series) -> tuple[np.ndarray, tuple[str, ...]]:
    """Number of the level of each row (-1 where missing), and the levels that occur, in order."""
    kept = values if isinstance(values.dtype, pd.CategoricalDtype) else values.astype("category")
    kept = kept.cat.remove_unused_categories()
    return kept.cat.codes.to_numpy().astype(int), tuple(_shown(v) for v in kept.cat.categories)


def _shown(level: object) -> str:
    return f"{level:g}" if isinstance(level, float) else str(level)


def _taken(cohort: Cohort, rows: np.ndarray) -> Cohort:
    return replace(cohort.at(rows), subject=np.arange(len(rows)), weight=np.ones(len(rows)))

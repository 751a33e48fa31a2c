"""Equal rows as one weighted row: the same likelihood from a shorter table."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from posthaz.cohort.argument import checks_arguments
from posthaz.cohort.cohort import Cohort
from posthaz.errors import CohortError, Finding, nearest

_MOST_CODES = 2**62


@dataclass(frozen=True, eq=False)
class Collapsed:
    """A cohort whose equal rows are one row each.

    Parameters
    ----------
    cohort : Cohort
        The distinct rows in order of first appearance. `weight` is the summed weight of the
        rows behind each, `row_number` that of the first of them; `subject` numbers the rows,
        for a row may stand for many subjects.
    number : ndarray of int, shape (original row,)
        Position of each original row's distinct row.
    """

    cohort: Cohort
    number: np.ndarray

    @property
    def factor(self) -> float:
        """Original rows for each distinct one."""
        return len(self.number) / len(self.cohort)


@checks_arguments
def collapse(cohort: Cohort, covariates: Sequence[str] | None = None) -> Collapsed:
    """Make one weighted row of all rows that are equal.

    Rows are equal when entry, both bounds, cause, cluster and the covariates named are. The
    log-likelihood is a sum over rows, so a weight in place of repetition leaves it as it was,
    also where a subject has several rows.

    Parameters
    ----------
    cohort : Cohort
        Valid time-to-event data.
    covariates : sequence of str, optional
        Covariates to tell rows apart by, those of the model's formula; the others are left
        out. All when not given.

    Returns
    -------
    Collapsed
        The distinct rows and where each original row went.

    Raises
    ------
    CohortError
        When a covariate named is not in the cohort.

    Examples
    --------
    >>> import posthaz as ph
    >>> frame = pd.DataFrame({"months": [3, 3, 3, 8], "dead": [1, 1, 0, 0]})
    >>> collapsed = collapse(ph.read_cohort(frame, time="months", event="dead"))
    >>> collapsed.cohort.weight.tolist(), collapsed.number.tolist()
    ([2.0, 1.0, 1.0], [0, 0, 1, 2])
    """
    cohort = with_covariates(cohort, covariates)
    times = (cohort.entry, cohort.lower, cohort.upper, cohort.cause)
    number, first = numbered_groups([*map(_codes, times), *pattern_codes(cohort)])
    if len(first) == len(number):
        return Collapsed(cohort, number)
    return Collapsed(
        replace(
            cohort.at(first),
            subject=np.arange(len(first)),
            weight=np.bincount(number, weights=cohort.weight, minlength=len(first)),
        ),
        number,
    )


def with_covariates(cohort: Cohort, covariates: Sequence[str] | None) -> Cohort:
    """The cohort with the covariates named and no others; all of them for None."""
    if covariates is None:
        return cohort
    known = [str(name) for name in cohort.covariates.columns]
    unknown = tuple(
        Finding(
            f"{cohort.source.name}, covariates",
            f"there is no covariate '{name}' ({nearest(name, known)})",
            "name covariates that the cohort was read with",
        )
        for name in covariates
        if name not in known
    )
    if unknown:
        raise CohortError.from_findings("Rows can't be told apart as asked:", unknown)
    kept = list(dict.fromkeys(covariates))
    return replace(
        cohort,
        covariates=cohort.covariates.loc[:, kept],
        columns={name: column for name, column in cohort.columns.items() if name in kept},
        treatment=cohort.treatment if cohort.treatment in kept else "",
    )


def pattern_codes(cohort: Cohort) -> list[tuple[np.ndarray, int]]:
    """Covariates and cluster as codes from 0, each with the number of different ones."""
    columns = [_codes(column) for _, column in cohort.covariates.items()]
    return columns if cohort.cluster is None else [*columns, _codes(cohort.cluster)]


def numbered_groups(codes: Sequence[tuple[np.ndarray, int]]) -> tuple[np.ndarray, np.ndarray]:
    """Rows that agree in all codes, numbered by first appearance.

    Parameters
    ----------
    codes : sequence of (ndarray of int, shape (row,); int)
        Codes from 0, and how many different ones there may be.

    Returns
    -------
    number : ndarray of int, shape (row,)
        The group of each row.
    first : ndarray of int, shape (group,)
        The first row of each group.

    Examples
    --------
    >>> number, first = numbered_groups([(np.array([1, 0, 1]), 2), (np.array([0, 0, 0]), 1)])
    >>> number.tolist(), first.tolist()
    ([0, 1, 0], [0, 1])
    """
    joined, size = codes[0][0].astype(np.int64), codes[0][1]
    for column, different in codes[1:]:
        if size * different > _MOST_CODES:
            joined, size = _codes(joined)
        joined = joined * different + column
        size *= different
    number, groups = _codes(joined)
    first = np.empty(groups, dtype=np.int64)
    # of the rows of a group the one assigned last stays
    first[number[::-1]] = np.arange(len(number))[::-1]
    return number, first


def _codes(values: np.ndarray | pd.Series) -> tuple[np.ndarray, int]:
    """Values as numbers from 0 in order of appearance; missing ones are equal to each other."""
    if isinstance(values, pd.Series) and isinstance(values.dtype, pd.CategoricalDtype):
        return values.cat.codes.to_numpy(dtype=np.int64) + 1, len(values.cat.categories) + 1
    codes, different = pd.factorize(values, use_na_sentinel=False)
    return codes.astype(np.int64, copy=False), max(len(different), 1)

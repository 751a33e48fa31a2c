"""Rows and patients: which row is a patient's first, which rows say one thing, what changes."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from posthaz.cohort.cohort import Cohort, by_subject

_SAME_TIME = 1e-9


def joined(cohort: Cohort, covariates: Sequence[str] | None = None) -> Cohort:
    """The cohort with rows of a patient that follow each other and differ in nothing as one row.

    Follow-up cut into pieces says what the whole says: the log-likelihood adds up to the same,
    and whoever counts rows counts patients.

    Parameters
    ----------
    cohort : Cohort
        Valid time-to-event data.
    covariates : sequence of str, optional
        Covariates to tell rows apart by, those of a formula; all when not given. Names that the
        cohort doesn't have are passed over.

    Returns
    -------
    Cohort
        Each run of a subject's rows, of which each begins where the one before ended without an
        event, with equal covariates, weight and cluster, is one row at the place of its first,
        with the covariates of that row. The cohort itself where there is no such run.

    Examples
    --------
    >>> import posthaz as ph
    >>> frame = pd.DataFrame({"id": [1, 1, 2], "from": [0, 4, 0], "to": [4, 9, 7],
    ...                       "dead": [0, 1, 0], "size": [2, 3, 5]})
    >>> cohort = ph.read_cohort(
    ...     frame, time="to", event="dead", entry="from", subject="id", covariates=["size"]
    ... )
    >>> len(cohort), joined(cohort, []).exit.tolist()
    (3, [9.0, 7.0])
    """
    order, again = by_subject(cohort)
    if not again.any():
        return cohort
    before, after = order[:-1], order[1:]
    goes_on = again[1:] & _same_time(cohort.exit[before], cohort.entry[after])
    goes_on &= (cohort.cause[before] == 0) & np.isposinf(cohort.upper[before])
    goes_on &= cohort.weight[before] == cohort.weight[after]
    if cohort.cluster is not None:
        goes_on &= cohort.cluster[before] == cohort.cluster[after]
    known = [str(name) for name in cohort.covariates.columns]
    for name in known if covariates is None else [n for n in known if n in covariates]:
        goes_on &= _equal(cohort.covariates[name].iloc[before], cohort.covariates[name].iloc[after])
    if not goes_on.any():
        return cohort
    first = order[np.append(True, ~goes_on)]
    last = order[np.append(~goes_on, True)]
    place = np.argsort(first)
    first, last = first[place], last[place]
    return replace(
        cohort.at(first),
        lower=cohort.lower[last],
        upper=cohort.upper[last],
        cause=cohort.cause[last],
    )


def changing(cohort: Cohort, covariates: Sequence[str] | None = None) -> tuple[str, ...]:
    """Covariates that have different values in rows of one patient.

    Parameters
    ----------
    cohort : Cohort
        Valid time-to-event data.
    covariates : sequence of str, optional
        Covariates to look at; all when not given.

    Returns
    -------
    tuple of str
        Their names, in the order of the cohort's covariates.

    Examples
    --------
    >>> import posthaz as ph
    >>> frame = pd.DataFrame({"id": [1, 1, 2], "from": [0, 4, 0], "to": [4, 9, 7],
    ...                       "dead": [0, 1, 0], "size": [2, 3, 5], "sex": list("mmf")})
    >>> cohort = ph.read_cohort(
    ...     frame, time="to", event="dead", entry="from", subject="id", covariates=["size", "sex"]
    ... )
    >>> changing(cohort)
    ('size',)
    """
    order, again = by_subject(cohort)
    if not again.any():
        return ()
    before, after = order[:-1][again[1:]], order[1:][again[1:]]
    return tuple(
        str(name)
        for name, values in cohort.covariates.items()
        if (covariates is None or name in covariates)
        and not _equal(values.iloc[before], values.iloc[after]).all()
    )


def last_rows(cohort: Cohort) -> np.ndarray:
    """Position of each patient's last row.

    Parameters
    ----------
    cohort : Cohort
        Valid time-to-event data.

    Returns
    -------
    ndarray of int, shape (patient,)
        In the order of ``cohort.patients``.

    Examples
    --------
    >>> import posthaz as ph
    >>> frame = pd.DataFrame({"id": [1, 2, 1], "from": [0, 0, 4], "to": [4, 7, 9],
    ...                       "dead": [0, 0, 1]})
    >>> cohort = ph.read_cohort(frame, time="to", event="dead", entry="from", subject="id")
    >>> last_rows(cohort).tolist()
    [2, 1]
    """
    ends = np.flatnonzero(cohort.last)
    ends = ends[np.argsort(cohort.subject[ends])]
    return ends[np.searchsorted(cohort.subject[ends], cohort.subject[cohort.first])]


def _same_time(ended: np.ndarray, began: np.ndarray) -> np.ndarray:
    return np.abs(ended - began) <= _SAME_TIME * np.maximum(ended, began)


def _equal(before: pd.Series, after: pd.Series) -> np.ndarray:
    """Whether values agree, place by place; missing ones agree with each other."""
    codes = pd.factorize(pd.concat([before, after], ignore_index=True), use_na_sentinel=False)[0]
    return codes[: len(before)] == codes[len(before) :]


_BY_ROW = ("entry", "lower", "upper", "cause", "weight", "row_number")


def stacked(parts: Sequence[Cohort]) -> Cohort:
    """Rows of several cohorts as one, subjects of each told apart from those of the others.

    Parameters
    ----------
    parts : sequence of Cohort
        Cohorts with the same covariates; what isn't told row by row is taken from the first.

    Returns
    -------
    Cohort
        Rows of the first, then of the second, and so on. Clusters keep their numbers; there are
        none where a part has none.

    Examples
    --------
    >>> import posthaz as ph
    >>> cohort = ph.simulated_example(size=20)
    >>> twice = stacked([cohort, cohort])
    >>> len(twice), len(set(twice.subject)), len(twice.patients)
    (40, 40, 40)
    """
    apart = int(max(one.subject.max(initial=0) for one in parts)) + 1
    clusters = [one.cluster for one in parts if one.cluster is not None]
    return replace(
        parts[0],
        **{name: np.concatenate([getattr(one, name) for one in parts]) for name in _BY_ROW},
        subject=np.concatenate([one.subject + apart * k for k, one in enumerate(parts)]),
        cluster=np.concatenate(clusters) if len(clusters) == len(parts) else None,
        covariates=pd.concat([one.covariates for one in parts], ignore_index=True),
        standing=None
        if all(one.standing is None for one in parts)
        else np.concatenate(
            [w if (w := one.standing) is not None else one.weight for one in parts]
        ),
    )


def without(cohort: Cohort, covariate: str) -> Cohort:
    """The cohort without a covariate, such as a time that tells the future.

    Parameters
    ----------
    cohort : Cohort
        Valid time-to-event data.
    covariate : str
        Name of the covariate.

    Returns
    -------
    Cohort
        A new cohort; this one is unchanged.
    """
    return replace(
        cohort,
        covariates=cohort.covariates.drop(columns=covariate),
        columns={name: one for name, one in cohort.columns.items() if name != covariate},
    )


def patients_as_clusters(cohort: Cohort) -> Cohort:
    """Subjects numbered from 0 without gaps, and their number as the cluster.

    Parameters
    ----------
    cohort : Cohort
        Valid time-to-event data, about to be copied.

    Returns
    -------
    Cohort
        A new cohort, whose copies can be told apart by subject and stay known by cluster.
    """
    patients = np.unique(cohort.subject, return_inverse=True)[1]
    return replace(cohort, subject=patients, cluster=patients)

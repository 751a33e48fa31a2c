"""Cohorts one below another, and cohorts without what tells the future."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from posthaz.cohort.cohort import Cohort

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

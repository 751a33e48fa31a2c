"""What is missing with what, and in whom."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from posthaz.cohort import Cohort
from posthaz.cohort.argument import checks_arguments


@checks_arguments
def missing_patterns(cohort: Cohort, covariates: Sequence[str]) -> pd.DataFrame:
    """How many patients lack which covariates together, by arm.

    Parameters
    ----------
    cohort : Cohort
        The cohort.
    covariates : sequence of str
        Covariates to look at.

    Returns
    -------
    DataFrame
        A column each covariate, true where it is missing; ``patients``, ``events`` and, where
        there are arms, the patients of each as ``arm: NAME``. The commonest pattern comes first.

    Examples
    --------
    >>> import pandas as pd
    >>> import posthaz as ph
    >>> table = pd.DataFrame({"t": [1.0, 2, 3], "d": [1, 0, 1], "age": [50, None, None]})
    >>> cohort = ph.read_cohort(table, time="t", event="d", missing="drop",
    ...                         columns={"age": ph.Column("age")})
    >>> missing_patterns(cohort, ["age"])["patients"].tolist()
    [2, 1]
    """
    first = cohort.first
    lacks = cohort.covariates.loc[first, list(covariates)].isna().reset_index(drop=True)
    each = cohort.patients_each[first].astype(int)
    rows = lacks.assign(patients=each, events=each * _failed(cohort)[first])
    for arm in cohort.arms:
        rows[f"arm: {arm}"] = each * (cohort.arm[first] == arm)
    counted = rows.groupby(list(covariates), as_index=False).sum()
    order = counted["patients"].rank(method="first", ascending=False)
    return (
        counted.assign(order=order)
        .sort_values("order")
        .drop(columns="order")
        .reset_index(drop=True)
    )


def missing_by_group(cohort: Cohort, covariates: Sequence[str]) -> pd.DataFrame:
    """Share of patients who lack each covariate, in everybody, by arm and by event.

    Parameters
    ----------
    cohort : Cohort
        The cohort.
    covariates : sequence of str
        Covariates to look at.

    Returns
    -------
    DataFrame
        Columns ``covariate, group, level, patients, lacking, share``; `group` is ``all``, ``arm``
        or ``event`` (level ``yes`` or ``no``).
    """
    first = cohort.first
    each = cohort.patients_each[first].astype(int)
    failed = _failed(cohort)[first]
    groups = [("all", "", np.ones(int(first.sum()), dtype=bool))]
    groups += [("arm", arm, cohort.arm[first] == arm) for arm in cohort.arms]
    groups += [("event", "yes", failed), ("event", "no", ~failed)]
    rows = []
    for name in covariates:
        lacks = cohort.covariates.loc[first, name].isna().to_numpy(dtype=bool)
        for group, level, mask in groups:
            size, lacking = int(each[mask].sum()), int(each[mask & lacks].sum())
            rows.append(
                {
                    "covariate": name, "group": group, "level": level, "patients": size,
                    "lacking": lacking, "share": lacking / size if size else np.nan,
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def _failed(cohort: Cohort) -> np.ndarray:
    """Whether a row's patient had the event at any time, shape (row,)."""
    return pd.Series(cohort.event).groupby(cohort.subject).transform("any").to_numpy(dtype=bool)

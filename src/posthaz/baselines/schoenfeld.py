"""The test of proportional hazards on scaled Schoenfeld residuals."""

import numpy as np
import pandas as pd

from posthaz.baselines.partial_likelihood import maximise_partial_likelihood
from posthaz.cohort import Cohort


def schoenfeld_test(
    cohort: Cohort,
    columns: pd.DataFrame,
    *,
    ties: str = "efron",
    transform: str = "km",
    strata: pd.Series | np.ndarray | None = None,
) -> pd.DataFrame:
    """Score test that each log hazard ratio does not change with time (Grambsch-Therneau).

    Parameters
    ----------
    cohort : Cohort
        A cohort.
    columns : DataFrame, shape (row, term)
        Numeric columns of the Cox model, as in `cox_model`.
    ties : {"efron", "breslow"}
        How tied events are handled.
    transform : {"km", "identity", "rank", "log"}
        Scale of time on which the change is linear.
    strata : array-like, shape (row,), optional
        Stratum of each row.

    Returns
    -------
    DataFrame
        Columns ``term, chisq, df, p``, one row a column and a last one ``GLOBAL``; NaN where the
        model has no finite estimate.

    Raises
    ------
    CohortError
        When rows are interval-censored.

    Examples
    --------
    >>> import pandas as pd
    >>> from posthaz.cohort import read_cohort
    >>> table = pd.DataFrame({"time": [1, 2, 3, 4], "event": [1, 0, 1, 1], "arm": list("abab"),
    ...                       "age": [50, 61, 70, 55]})
    >>> cohort = read_cohort(table, time="time", event="event", treatment="arm")
    >>> schoenfeld_test(cohort, cohort.covariates[["age"]])["chisq"].round(3).tolist()
    [2.506, 2.506]
    """
    labels = None if strata is None else np.asarray(strata, dtype=object)
    fit = maximise_partial_likelihood(cohort, columns, ties, labels)
    terms = [str(name) for name in columns.columns]
    rows: dict[str, tuple[float, int, float]] = dict.fromkeys(terms, (np.nan, 1, np.nan))
    rows["GLOBAL"] = (np.nan, int(fit.kept.sum()), np.nan)
    if fit.model is not None and fit.settled.all() and fit.cohort.event.sum() > 1:
        try:
            found = fit.model.cox_zph(transform=transform)
        except np.linalg.LinAlgError:
            found = None
        if found is not None:
            kept = [term for term, keep in zip(terms, fit.kept, strict=True) if keep]
            tests = [*found.per_term.values(), found.global_test]
            for term, test in zip([*kept, "GLOBAL"], tests, strict=True):
                rows[term] = (test["chisq"], int(test["df"]), test["p_value"])
    return pd.DataFrame(
        [(term, *values) for term, values in rows.items()], columns=["term", "chisq", "df", "p"]
    )

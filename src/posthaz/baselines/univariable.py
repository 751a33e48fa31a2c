"""One Cox model for each candidate covariate."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from posthaz.baselines.cox_fit import CoxFit
from posthaz.baselines.proportional_hazards import cox_model
from posthaz.cohort import Cohort


def univariable_cox(
    cohort: Cohort,
    covariates: Sequence[str],
    *,
    ties: str = "efron",
    robust: bool | None = None,
    level: float = 0.95,
) -> dict[str, CoxFit]:
    """One Cox model for each covariate, on the rows complete in it.

    Parameters
    ----------
    cohort : Cohort
        A cohort.
    covariates : sequence of str
        Names of covariates.
    ties : {"efron", "breslow"}
        How tied events are handled.
    robust : bool, optional
        Whether to use the sandwich variance; see `cox_model`.
    level : float
        Confidence level.

    Returns
    -------
    dict of str to CoxFit
        The fits by covariate; see `covariate_columns` for the names of their terms.

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
    >>> fits = univariable_cox(cohort, ["arm", "age"])
    >>> [term for fit in fits.values() for term in fit.table["term"]]
    ['arm[b]', 'age']
    """
    return {
        name: cox_model(
            cohort,
            covariate_columns(pd.Series(cohort.covariates[name])),
            ties=ties,
            robust=robust,
            level=level,
        )
        for name in covariates
    }


def covariate_columns(values: pd.Series) -> pd.DataFrame:
    """A covariate as numeric columns: itself, or an indicator of each level but the first.

    Parameters
    ----------
    values : Series
        A covariate; factors are ordered by their levels, reference first.

    Returns
    -------
    DataFrame
        Columns ``name`` or ``name[level]``; NaN where the covariate is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> grade = pd.Series(pd.Categorical(["I", "II", "I"]), name="grade")
    >>> covariate_columns(grade)["grade[II]"].tolist()
    [0.0, 1.0, 0.0]
    """
    name = str(values.name)
    if not isinstance(values.dtype, pd.CategoricalDtype):
        if pd.api.types.is_numeric_dtype(values):
            return pd.DataFrame({name: values.astype(float)})
        values = values.astype("category")
    levels = [level for level in values.cat.categories if (values == level).any()]
    return pd.DataFrame(
        {
            f"{name}[{level}]": np.where(values.isna(), np.nan, (values == level).astype(float))
            for level in levels[1:]
        },
        index=values.index,
    )

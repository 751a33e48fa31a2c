"""The patient at whom the baseline hazard stands."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from posthaz.cohort.levels import level_text


def reference_row(
    frame: pd.DataFrame,
    values: Mapping[str, object] | None = None,
    weight: np.ndarray | None = None,
) -> pd.DataFrame:
    """One row of covariates: those given, the rest at their reference.

    The reference is the first level of a factor, 0 of a 0/1 column, the mean of any other
    number, and the first value of text.

    Parameters
    ----------
    frame : DataFrame
        The covariates that a design was learned from.
    values : mapping, optional
        Covariate values to set.
    weight : ndarray of float, shape (row,), optional
        How much each row counts in a mean; once each when not given.

    Returns
    -------
    DataFrame
        One row with the columns of `frame`.
    """
    row: dict[str, object] = {}
    for name in frame.columns:
        learned = frame[name]
        if isinstance(learned.dtype, pd.CategoricalDtype):
            given = (values or {}).get(name)
            wanted = str(learned.cat.categories[0]) if given is None else level_text(given)
            row[str(name)] = pd.Categorical(
                [wanted], categories=list(learned.cat.categories), ordered=True
            )
        else:
            row[str(name)] = [(values or {}).get(name, _typical(learned, weight))]
    return pd.DataFrame(row, index=[0])


def _typical(learned: pd.Series, weight: np.ndarray | None) -> object:
    if not pd.api.types.is_numeric_dtype(learned):
        return str(learned.iloc[0])
    if learned.isin((0, 1)).all():
        return 0.0
    return float(np.average(learned.to_numpy(dtype=float), weights=weight))

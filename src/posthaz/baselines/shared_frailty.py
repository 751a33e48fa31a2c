"""The Cox model with a normal frailty shared by the rows of a cluster, through greenwood."""

import warnings
from dataclasses import dataclass
from typing import Any

import greenwood as gw
import numpy as np
import pandas as pd
from scipy.stats import norm

from posthaz.baselines.response import response
from posthaz.cohort import Cohort
from posthaz.cohort.argument import checks_arguments

_ROUNDS = 200


@dataclass(frozen=True, eq=False)
class SharedFrailty:
    """What a Cox model with a normal frailty says.

    Parameters
    ----------
    table : DataFrame
        Columns ``term, log_hr, se, hr, hr_lower, hr_upper``, one row a column of the design.
    variance : float
        Variance of the log frailty.
    p : float
        Of the likelihood-ratio test that there is none, half of a chi-squared with 1 df.
    log_frailty : Series
        Predicted log frailty of each cluster, by its label.
    """

    table: pd.DataFrame
    variance: float
    p: float
    log_frailty: pd.Series


@checks_arguments
def shared_frailty_model(
    cohort: Cohort,
    columns: pd.DataFrame,
    cluster: np.ndarray | pd.Series,
    level: float = 0.95,
) -> SharedFrailty | str:
    """Fit a Cox model with a frailty shared by the rows of a cluster, ties by Breslow's method.

    Parameters
    ----------
    cohort : Cohort
        A cohort of right-censored rows.
    columns : DataFrame, shape (row, term)
        Numeric columns of the design, without intercept.
    cluster : array-like, shape (row,)
        Cluster of each row.
    level : float
        Confidence level.

    Returns
    -------
    SharedFrailty or str
        The fit; why there is none where rows are weighted, enter late or are interval-censored, or
        the search fails.

    Notes
    -----
    The logarithms of the frailties are normal; their variance is found by REML on the penalised
    partial likelihood, as in R's coxme. greenwood's gamma frailty is not offered: its standard
    errors leave out the frailty, and its variance comes from a grid with steps of 38 %.

    Examples
    --------
    >>> import pandas as pd
    >>> from posthaz.cohort import read_cohort
    >>> table = pd.DataFrame({"t": range(1, 9), "d": 1, "x": [0.0, 0, 1, 0, 1, 1, 0, 1]})
    >>> cohort = read_cohort(table, time="t", event="d")
    >>> fit = shared_frailty_model(cohort, table[["x"]], list("aabbccdd"))
    >>> sorted(fit.log_frailty.index)
    ['a', 'b', 'c', 'd']
    """
    if cohort.interval_censored.any() or (cohort.entry > 0).any():
        return "greenwood fits Cox frailties to right-censored rows that begin at time 0"
    if not np.all(cohort.weight == 1.0):
        return "greenwood fits Cox frailties without weights"
    matrix = columns.to_numpy(dtype=float)
    scale = matrix.std(axis=0)
    if not len(scale) or (scale == 0).any():
        return "greenwood fits Cox frailties beside at least one covariate that varies"
    labels = np.asarray(cluster).astype(str)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model: Any = gw.CoxPH(ties="breslow").fit(
                response(cohort),
                (matrix - matrix.mean(axis=0)) / scale,
                frailty="lognormal",
                frailty_cluster=labels,
                frailty_max_iter=_ROUNDS,
            )
    except (ValueError, ArithmeticError, np.linalg.LinAlgError) as error:
        return f"the search for its maximum failed ({error})"
    log_hr, se = np.asarray(model.coef_) / scale, np.asarray(model.std_error_) / scale
    half = norm.ppf(0.5 + level / 2) * se
    table = pd.DataFrame(
        {
            "term": [str(name) for name in columns.columns],
            "log_hr": log_hr,
            "se": se,
            "hr": np.exp(log_hr),
            "hr_lower": np.exp(log_hr - half),
            "hr_upper": np.exp(log_hr + half),
        }
    )
    found = np.asarray(model.frailty_effect_, dtype=float)
    return SharedFrailty(
        table=table,
        variance=float(model.frailty_theta_),
        p=float(model.frailty_lrt_p_value_),
        log_frailty=pd.Series(found, index=[str(name) for name in model.frailty_levels_]),
    )

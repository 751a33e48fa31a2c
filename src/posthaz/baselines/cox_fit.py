"""A fitted Cox model as a frozen value."""

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True, eq=False)
class CoxFit:
    """What a Cox model says.

    Parameters
    ----------
    table : DataFrame
        Columns ``term, log_hr, se, robust_se, z, p, hr, hr_lower, hr_upper, note``, one row a
        column of the design; `z`, `p` and the limits use `robust_se` where there is one. A
        coefficient without a finite estimate is infinite, its hazard ratio infinite or 0, with
        NaN for errors, `z`, `p` and limits; a column that was left out has NaN throughout.
    tests : DataFrame
        Columns ``test, chisq, df, p`` for ``likelihood_ratio``, ``wald`` and ``score``.
    loglik, loglik_null : float
        Log partial likelihood at the estimate and with all coefficients 0.
    concordance, concordance_se : float
        Harrell's concordance and its infinitesimal-jackknife standard error.
    n : float
        Subjects used.
    rows : int
        Rows used; more than `n` when subjects have several.
    events : int
        Events among them.
    ties : str
        How tied events were handled.
    robust : bool
        Whether the sandwich variance was used.
    converged : bool
        False when a coefficient has no finite estimate, or there is no fit at all.
    notes : tuple of str
        What a reader must know.
    covariance : ndarray of float, shape (term, term), or None
        Covariance of the log hazard ratios, the sandwich where `robust`; NaN for columns left
        out. None where there is no fit, and for penalised models.
    """

    table: pd.DataFrame
    tests: pd.DataFrame
    loglik: float
    loglik_null: float
    concordance: float
    concordance_se: float
    n: float
    rows: int
    events: int
    ties: str
    robust: bool
    converged: bool
    notes: tuple[str, ...] = ()
    covariance: np.ndarray | None = None

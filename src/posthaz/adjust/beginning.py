"""When treatment begins: Cox's model of it, and its baseline hazard."""

from warnings import catch_warnings, simplefilter

import numpy as np

from posthaz.errors import AdjustmentError

ENDLESS = 15.0
"""A coefficient of standardised covariates this large is on its way to infinity."""


def hazard_of_beginning(
    entry: np.ndarray, end: np.ndarray, own: np.ndarray, matrix: np.ndarray, weight: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Cox's model of beginning treatment, with its baseline hazard and that without covariates.

    Parameters
    ----------
    entry, end : ndarray of float, shape (patient,)
        First and last time under observation.
    own : ndarray of float, shape (patient,)
        Time at which treatment began; infinite where it didn't.
    matrix : ndarray of float, shape (patient, column)
        Covariates.
    weight : ndarray of float, shape (patient,)
        Case weights.

    Returns
    -------
    times : ndarray of float, shape (time,)
        Distinct times at which treatment began.
    base, common : ndarray of float, shape (time,)
        Breslow's jumps of the baseline hazard, and those without covariates.
    predictor : ndarray of float, shape (patient,)
        Log hazard ratio of each patient.

    Raises
    ------
    AdjustmentError
        When the coefficients have no finite estimate.
    """
    event = np.isfinite(own)
    last = np.where(event, own, end)
    # who begins at the very start is at risk of it
    first = np.where(event & (own <= entry), np.nextafter(own, -np.inf), entry)
    first = np.where(entry <= 0, -1.0, first)
    predictor = matrix @ _coefficients(first, last, event, matrix, weight)
    times = np.unique(own[event])
    base, common = np.zeros(len(times)), np.zeros(len(times))
    for place, time in enumerate(times):
        at_risk = (first < time) & (last >= time)
        begins = float(weight[event & (own == time)].sum())
        base[place] = begins / float(weight[at_risk] @ np.exp(predictor[at_risk]))
        common[place] = begins / float(weight[at_risk].sum())
    return times, base, common, predictor


def _coefficients(
    first: np.ndarray, last: np.ndarray, event: np.ndarray, matrix: np.ndarray, weight: np.ndarray
) -> np.ndarray:
    """Log hazard ratios of beginning treatment, of Cox's model."""
    import greenwood as gw  # loads SciPy's statistics, which reading a file does without

    scale = matrix.std(axis=0)
    standardised = (matrix - matrix.mean(axis=0)) / scale
    try:
        with np.errstate(all="ignore"), catch_warnings():
            simplefilter("ignore")
            fitted = gw.CoxPH(ties="breslow").fit(
                gw.Surv(first + 1.0, last + 1.0, event), standardised, weights=weight
            )
        found = np.asarray(fitted.coef_, dtype=float)
    except np.linalg.LinAlgError:
        found = np.full(matrix.shape[1], np.inf)
    if not (np.isfinite(found).all() and np.abs(found).max() < ENDLESS):
        raise AdjustmentError(
            "The weights can't be estimated: a covariate tells (nearly) exactly who begins "
            "treatment, or copies another",
            fix="give fewer covariates of the weights",
        )
    return found / scale

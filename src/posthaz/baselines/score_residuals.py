"""Score residuals of a Cox model, from which the sandwich variance is made.

greenwood's are Breslow's also for Efron's handling of ties; these follow the ties.
"""

import numpy as np

from posthaz.cohort import Cohort


def score_residuals(
    cohort: Cohort,
    matrix: np.ndarray,
    coefficients: np.ndarray,
    ties: str,
    strata: np.ndarray | None,
) -> np.ndarray:
    """What each row adds to the score (the gradient of the log partial likelihood).

    Parameters
    ----------
    cohort : Cohort
        The rows.
    matrix : ndarray of float, shape (row, term)
        Columns of the model.
    coefficients : ndarray of float, shape (term,)
        Where the score is taken.
    ties : {"efron", "breslow"}
        How tied events are handled.
    strata : ndarray, shape (row,), or None
        Stratum of each row.

    Returns
    -------
    ndarray of float, shape (row, term)
        Weighted residuals; they sum to the score.
    """
    labels = np.zeros(len(matrix)) if strata is None else np.asarray(strata)
    residuals = np.zeros(matrix.shape)
    for label in np.unique(labels):
        inside = labels == label
        if (inside & cohort.event).any():
            residuals[inside] = _stratum(
                matrix[inside],
                matrix[inside] @ coefficients,
                (cohort.entry[inside], cohort.exit[inside], cohort.event[inside]),
                cohort.weight[inside] / cohort.weight.mean(),
                ties,
            )
    return residuals


def _stratum(
    x: np.ndarray,
    predictor: np.ndarray,
    follow_up: tuple[np.ndarray, np.ndarray, np.ndarray],
    weight: np.ndarray,
    ties: str,
) -> np.ndarray:
    entry, exit_, event = follow_up
    risk = np.exp(predictor - predictor.max()) * weight
    times, place = np.unique(exit_[event], return_inverse=True)
    tied = np.bincount(place)
    step = np.repeat(np.arange(len(times)), tied)
    order = np.arange(len(step)) - np.repeat(np.cumsum(tied) - tied, tied)
    share = order / tied[step] if ties == "efron" else np.zeros(len(step))

    columns = np.column_stack([risk, x * risk[:, None]])
    at_risk = _from(exit_, columns, times) - _from(entry, columns, times)
    dying = _summed(place, columns[event], len(times))
    left = at_risk[step] - share[:, None] * dying[step]
    mean = left[:, 1:] / left[:, :1]
    jump = (np.bincount(place, weights=weight[event]) / tied)[step] / left[:, 0]

    hazard = _summed(step, np.column_stack([jump, mean * jump[:, None]]), len(times))
    spared = _summed(
        step, np.column_stack([share * jump, mean * (share * jump)[:, None]]), len(times)
    )
    accrued = np.vstack([np.zeros(hazard.shape[1]), np.cumsum(hazard, axis=0)])
    seen = (
        accrued[np.searchsorted(times, exit_, side="right")]
        - accrued[np.searchsorted(times, entry, side="right")]
    )
    seen[event] -= spared[place]
    residuals = -risk[:, None] * (x * seen[:, :1] - seen[:, 1:])
    average = _summed(step, mean, len(times)) / tied[:, None]
    residuals[event] += weight[event, None] * (x[event] - average[place])
    return residuals


def _from(when: np.ndarray, columns: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Column sums over the rows whose `when` is at or after each time."""
    order = np.argsort(when, kind="stable")
    tail = np.cumsum(columns[order][::-1], axis=0)[::-1]
    tail = np.vstack([tail, np.zeros(columns.shape[1])])
    return tail[np.searchsorted(when[order], times, side="left")]


def _summed(place: np.ndarray, columns: np.ndarray, length: int) -> np.ndarray:
    total = np.zeros((length, columns.shape[1]))
    np.add.at(total, place, columns)
    return total

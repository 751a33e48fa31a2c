"""The maximum of the Cox partial likelihood, as the Cox answers need it."""

import warnings
from dataclasses import dataclass, replace

import greenwood as gw
import numpy as np
import pandas as pd

from posthaz.baselines.response import response, subjects, whole_weights
from posthaz.cohort import Cohort, joined

_RANK_TOLERANCE = 1e-9
_COPY = 1e-6
_MOST_ROWS = 20_000_000
# What R's coxph calls toler.inf: a next Newton step larger than this share of the coefficient
# means that the likelihood still rises, so that the estimate is on its way to infinity.
_STEP_TOLERANCE = 3e-5
_ATTEMPTS = ((1e-12, 30), (1e-9, 30), (1e-6, 8))


@dataclass(frozen=True, eq=False)
class PartialLikelihood:
    """A fitted Cox model on standardised columns.

    Parameters
    ----------
    cohort : Cohort
        The rows used, whole-number weights written out as rows.
    n : float
        Subjects among them.
    kept : ndarray of bool, shape (term,)
        Columns that are neither constant nor determined by earlier ones.
    scale : ndarray of float, shape (kept term,)
        Standard deviation by which each kept column was divided.
    model : greenwood.CoxPH or None
        The fit; None when there is none.
    scores : ndarray of float, shape (row, kept term)
        Score residuals at the estimate.
    settled : ndarray of bool, shape (kept term,)
        Whether each coefficient is at a maximum, and not on its way to infinity.
    ties : str
        How tied events were handled.
    strata : ndarray or None
        Stratum of each row used.
    notes : tuple of str
        What a reader must know.
    """

    cohort: Cohort
    n: float
    kept: np.ndarray
    scale: np.ndarray
    model: gw.CoxPH | None
    scores: np.ndarray
    settled: np.ndarray
    ties: str
    strata: np.ndarray | None
    notes: tuple[str, ...]


def told_apart(cohort: Cohort, columns: pd.DataFrame) -> tuple[Cohort, pd.DataFrame]:
    """The cohort with rows of a patient that agree in all columns joined, and the columns of each.

    Pieces of one patient's follow-up that are alike are no reason for a robust variance.
    """
    if cohort.first.all():
        return cohort, columns
    whole = joined(replace(cohort, covariates=columns.reset_index(drop=True)))
    kept = whole.covariates
    return replace(whole, covariates=kept, treatment=""), kept


def maximise_partial_likelihood(
    cohort: Cohort, columns: pd.DataFrame, ties: str, strata: np.ndarray | None
) -> PartialLikelihood:
    """Fit a Cox model to the rows that are complete in its columns.

    Parameters
    ----------
    cohort : Cohort
        A cohort.
    columns : DataFrame, shape (row, term)
        Numeric columns.
    ties : {"efron", "breslow"}
        How tied events are handled.
    strata : ndarray, shape (row,), or None
        Stratum of each row.

    Returns
    -------
    PartialLikelihood
        The fit, or the reasons why there is none.
    """
    matrix = columns.to_numpy(dtype=float)
    complete = np.isfinite(matrix).all(axis=1)
    if strata is not None:
        complete &= ~pd.isna(strata)
    rows, notes = np.flatnonzero(complete), []
    n = subjects(cohort.where(complete))
    if whole_weights(cohort) and cohort.weight[rows].sum() <= _MOST_ROWS:
        # greenwood 0.8 leaves the weights out of the Efron denominators
        rows = np.repeat(rows, cohort.weight[rows].astype(int))
    elif ties == "efron":
        ties = "breslow"
        notes.append("weights that are not written out as rows: Breslow's handling of ties")
    used, matrix = _rows(cohort, rows), matrix[rows]
    labels = None if strata is None else np.asarray(strata)[rows]
    kept = independent_columns(matrix)
    aliased = [str(name) for name, keep in zip(columns.columns, kept, strict=True) if not keep]
    if aliased:
        notes.append(
            f"left out, constant or (nearly) determined by other columns: {', '.join(aliased)}"
        )
    matrix = matrix[:, kept]
    scale = matrix.std(axis=0) if len(matrix) else np.ones(0)
    standardised = (matrix - matrix.mean(axis=0)) / scale if len(matrix) else matrix
    model, why = _fit(used, standardised, ties, labels)
    scores, settled = np.zeros(standardised.shape), np.zeros(standardised.shape[1], dtype=bool)
    if model is None:
        notes.append(why)
    else:
        scores = score_residuals(used, standardised, model.coef_, ties, labels)
        step = np.abs(model.naive_vcov_ @ scores.sum(axis=0))
        settled = (step <= 1e-6 + _STEP_TOLERANCE * np.abs(model.coef_)) & np.isfinite(step)
    return PartialLikelihood(
        used, n, kept, scale, model, scores, settled, ties, labels, tuple(notes)
    )


def _fit(
    cohort: Cohort, matrix: np.ndarray, ties: str, strata: np.ndarray | None
) -> tuple[gw.CoxPH | None, str]:
    follow_up = response(cohort)
    if not cohort.event.any():
        return None, "no event among the rows used"
    if not matrix.shape[1]:
        return None, "no column varies among the rows used"
    for tolerance, iterations in _ATTEMPTS:
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                model = gw.CoxPH(ties=ties).fit(
                    follow_up,
                    matrix,
                    strata=strata,
                    weights=cohort.weight,
                    tol=tolerance,
                    max_iter=iterations,
                )
        except np.linalg.LinAlgError:
            continue
        if np.all(np.isfinite(model.coef_)) and np.all(np.isfinite(model.naive_std_error_)):
            return model, ""
    return None, "the partial likelihood has no maximum: its information matrix is singular"


def _rows(cohort: Cohort, rows: np.ndarray) -> Cohort:
    written_out = whole_weights(cohort) and len(np.unique(rows)) < len(rows)
    weight = np.ones(len(rows)) if written_out else cohort.weight[rows]
    return replace(cohort.at(rows), weight=weight)


def independent_columns(matrix: np.ndarray) -> np.ndarray:
    """Columns that a constant and the columns before them do not determine."""
    kept = np.zeros(matrix.shape[1], dtype=bool)
    if not len(matrix):
        return kept
    basis = np.zeros((len(matrix), 0))
    for place, column in enumerate((matrix - matrix.mean(axis=0)).T):
        size = np.linalg.norm(column)
        left = column - basis @ (basis.T @ column)
        left -= basis @ (basis.T @ left)
        # near-copies have log ratios of millions that say nothing
        if size > 0 and np.linalg.norm(left) > max(
            _COPY * size, _RANK_TOLERANCE * float(np.abs(matrix[:, place]).max())
        ):
            kept[place] = True
            basis = np.column_stack([basis, left / np.linalg.norm(left)])
    return kept


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

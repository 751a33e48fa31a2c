"""What an infinitely large cohort of the same patients would show, without drawing it.

With survival and censoring known for every patient, a Kaplan-Meier curve converges to the
hazard of those still at risk, and a Cox coefficient to the root of the expected score
(Struthers and Kalbfleisch, Biometrika 1986;73:363-369), whatever the true model is.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

_STEPS = 12
_ENOUGH = 1e-8


@dataclass(frozen=True, eq=False)
class Expected:
    """Expected follow-up of every patient.

    Parameters
    ----------
    edges : ndarray, shape (cell + 1,)
        Ends of the time cells.
    at_risk : ndarray, shape (patient, cell)
        Mean probability of being under observation without event.
    failed : ndarray, shape (patient, cell)
        Probability of an event seen.
    weight : ndarray, shape (patient,)
        Number of patients a row stands for.
    """

    edges: np.ndarray
    at_risk: np.ndarray
    failed: np.ndarray
    weight: np.ndarray

    def sums(self, weights: np.ndarray) -> "list[Sums]":
        """Sums over patients, one for each row of `weights`, shape (sum, patient)."""
        at_risk, failed = weights @ self.at_risk, weights @ self.failed
        return [Sums(*both) for both in zip(at_risk, failed, strict=True)]


@dataclass(frozen=True, eq=False)
class Sums:
    """Expected numbers of some patients in every time cell.

    Parameters
    ----------
    at_risk : ndarray, shape (cell,)
        Mean number at risk.
    failed : ndarray, shape (cell,)
        Number of events.
    """

    at_risk: np.ndarray
    failed: np.ndarray


def cumulative_hazard_at(sums: Sums, edges: np.ndarray, time: float) -> float:
    """Limit of minus the log of the Kaplan-Meier curve.

    Parameters
    ----------
    sums : Sums
        The patients.
    edges : ndarray, shape (cell + 1,)
        Ends of the time cells.
    time : float
        Time.

    Returns
    -------
    float
        The cumulative hazard of those at risk.

    Examples
    --------
    >>> sums = Sums(np.array([10.0, 5.0]), np.array([1.0, 1.0]))
    >>> cumulative_hazard_at(sums, np.array([0.0, 1.0, 2.0]), 2.0)
    0.30000000000000004
    """
    hazard = sums.failed / np.maximum(sums.at_risk, 1e-12)
    return float(np.interp(time, edges, np.concatenate([[0.0], np.cumsum(hazard)])))


def mean_median(sums: Sums, edges: np.ndarray) -> float:
    """Mean of the Kaplan-Meier medians of cohorts of this size, at most the last time.

    The curve is taken as normal with Greenwood's variance at the median, and the median as later
    than a time when the curve there is above one half. Where a curve is flat beyond its
    median, this mean lies later than the median of the curve.

    Parameters
    ----------
    sums : Sums
        The patients, as many as in one cohort.
    edges : ndarray, shape (cell + 1,)
        Ends of the time cells.

    Returns
    -------
    float
        The mean.

    Examples
    --------
    >>> edges = np.linspace(0.0, 40.0, 401)
    >>> alive = 1e6 * np.exp(-0.1 * edges)
    >>> sums = Sums((alive[1:] + alive[:-1]) / 2, alive[:-1] - alive[1:])
    >>> bool(abs(mean_median(sums, edges) - np.log(2) / 0.1) < 0.05)
    True
    """
    at_risk = np.maximum(sums.at_risk, 1e-3)
    hazard = np.concatenate([[0.0], np.cumsum(sums.failed / at_risk)])
    variance = np.concatenate([[0.0], np.cumsum(sums.failed / at_risk**2)])
    error = 0.5 * np.sqrt(np.interp(np.log(2), hazard, variance)) + 1e-6
    later = ndtr((np.exp(-hazard) - 0.5) / error)
    return float(np.trapezoid(later, edges))


def two_arm_limit(reference: Sums, other: Sums, start: float) -> tuple[float, float]:
    """Limit of the Cox coefficient of one arm against another, and the expected information.

    Parameters
    ----------
    reference, other : Sums
        The arms.
    start : float
        First guess.

    Returns
    -------
    coefficient, information : float
        As in `cox_limit`.

    Examples
    --------
    >>> arms = [Sums(np.ones(1), np.array([0.1])), Sums(np.ones(1), np.array([0.05]))]
    >>> round(float(np.exp(two_arm_limit(*arms, 0.0)[0])), 4)
    0.5
    """
    failed, seen = reference.failed + other.failed, float(other.failed.sum())
    coefficient, information = start, 0.0
    for _ in range(_STEPS):
        risk = other.at_risk * np.exp(coefficient)
        share = risk / np.maximum(risk + reference.at_risk, 1e-300)
        information = float(failed @ (share * (1 - share)))
        step = (seen - float(failed @ share)) / max(information, 1e-9)
        step = float(np.clip(step, -1.0, 1.0))
        coefficient += step
        if abs(step) < _ENOUGH:
            break
    return coefficient, information


def cox_limit(
    expected: Expected, weight: np.ndarray, columns: np.ndarray, start: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Limit of the Cox coefficients, and the expected information.

    Parameters
    ----------
    expected : Expected
        The cohort.
    weight : ndarray, shape (patient,)
        Weights; 0 for those who are left out.
    columns : ndarray, shape (patient, term)
        Columns of the Cox model.
    start : ndarray, shape (term,)
        First guess.

    Returns
    -------
    coefficient : ndarray, shape (term,)
        The limit.
    information : ndarray, shape (term, term)
        Expected information in a cohort of ``weight.sum()`` patients.

    Examples
    --------
    >>> arm = np.array([[0.0], [1.0]])
    >>> at_risk = np.ones((2, 1))
    >>> expected = Expected(np.array([0.0, 1.0]), at_risk, at_risk * [[0.1], [0.05]], np.ones(2))
    >>> coefficient, _ = cox_limit(expected, np.ones(2), arm, np.zeros(1))
    >>> float(np.exp(coefficient[0]).round(4))
    0.5
    """
    used = weight > 0
    x, mass = columns[used], weight[used]
    failed, at_risk = mass @ expected.failed[used], expected.at_risk[used]
    observed = (mass[:, None] * x * expected.failed[used].sum(axis=1)[:, None]).sum(axis=0)
    products = (x[:, :, None] * x[:, None, :]).reshape(len(x), -1)
    coefficient, terms = start.copy(), x.shape[1]
    information = np.eye(terms)
    for _ in range(_STEPS):
        risk = mass * np.exp(x @ coefficient)
        total = np.maximum(risk @ at_risk, 1e-300)
        mean = (risk[:, None] * x).T @ at_risk / total
        square = (risk[:, None] * products).T @ at_risk / total
        information = (square @ failed).reshape(terms, terms) - (mean * failed) @ mean.T
        step = np.linalg.solve(information + 1e-9 * np.eye(terms), observed - mean @ failed)
        step *= min(1.0, 1.0 / float(np.abs(step).max() + 1e-300))
        coefficient = coefficient + step
        if np.abs(step).max() < _ENOUGH:
            break
    return coefficient, information

"""Logistic regression: maximum likelihood, Firth's penalty, or normal priors; by Newton steps."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

_STEPS = 200
_TOLERANCE = 1e-10
_HALVINGS = 40


@dataclass(frozen=True)
class LogisticFit:
    """A fitted logistic regression.

    Parameters
    ----------
    coefficients : ndarray of float, shape (term,)
        At the maximum, the intercept first.
    covariance : ndarray of float, shape (term, term)
        Inverse of the information there.
    loglik : float
        Log-likelihood, without penalty.
    converged : bool
        Whether the steps came to rest.
    """

    coefficients: np.ndarray
    covariance: np.ndarray
    loglik: float
    converged: bool


def logistic_fit(
    matrix: np.ndarray,
    outcome: np.ndarray,
    weight: np.ndarray,
    *,
    firth: bool = False,
    precision: np.ndarray | None = None,
) -> LogisticFit:
    """Maximise the likelihood of a logistic regression, plainly or penalised.

    Parameters
    ----------
    matrix : ndarray of float, shape (row, term)
        Columns of the model, a column of ones first.
    outcome : ndarray of bool, shape (row,)
        What is modelled.
    weight : ndarray of float, shape (row,)
        Case weights.
    firth : bool, optional
        Whether to add half the log determinant of the information (Firth 1993): the estimate
        is then finite whatever the data.
    precision : ndarray of float, shape (term,), optional
        Precision of a normal prior with mean 0 for each coefficient.

    Returns
    -------
    LogisticFit
        The maximum.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.array([[1.0, 0.0], [1.0, 0.0], [1.0, 1.0], [1.0, 1.0]])
    >>> fit = logistic_fit(x, np.array([False, True, True, True]), np.ones(4), firth=True)
    >>> round(float(fit.coefficients[1]), 3), fit.converged
    (1.609, True)
    """
    penalty = np.zeros(matrix.shape[1]) if precision is None else precision
    point = np.zeros(matrix.shape[1])
    value = _objective(matrix, outcome, weight, point, penalty, firth)
    converged = False
    for _ in range(_STEPS):
        gradient, information = _slopes(matrix, outcome, weight, point, penalty, firth)
        step = np.linalg.pinv(information, hermitian=True) @ gradient
        for _ in range(_HALVINGS):
            trial = _objective(matrix, outcome, weight, point + step, penalty, firth)
            if trial >= value - 1e-12 * (1.0 + abs(value)):
                break
            step = step / 2.0
        point, value = point + step, trial
        if np.abs(step).max(initial=0.0) < _TOLERANCE * (1.0 + np.abs(point).max(initial=0.0)):
            converged = True
            break
    _, information = _slopes(matrix, outcome, weight, point, penalty, firth)
    return LogisticFit(
        coefficients=point,
        covariance=np.linalg.pinv(information, hermitian=True),
        loglik=_loglik(matrix, outcome, weight, point),
        converged=converged,
    )


def rowwise(matrix: np.ndarray, coefficients: np.ndarray) -> np.ndarray:
    """Linear predictor, added up in one order so that equal rows have exactly equal values."""
    total = np.zeros(len(matrix))
    for column, coefficient in zip(matrix.T, coefficients, strict=True):
        total = total + column * coefficient
    return total


def _loglik(
    matrix: np.ndarray, outcome: np.ndarray, weight: np.ndarray, point: np.ndarray
) -> float:
    predictor = matrix @ point
    return float(weight @ (outcome * predictor - np.logaddexp(0.0, predictor)))


def _objective(
    matrix: np.ndarray,
    outcome: np.ndarray,
    weight: np.ndarray,
    point: np.ndarray,
    penalty: np.ndarray,
    firth: bool,
) -> float:
    value = _loglik(matrix, outcome, weight, point) - 0.5 * float(penalty @ point**2)
    if firth:
        spread = expit(matrix @ point)
        information = (matrix * (weight * spread * (1.0 - spread))[:, None]).T @ matrix
        sign, log_determinant = np.linalg.slogdet(information)
        value = value + 0.5 * float(log_determinant) if sign > 0 else -np.inf
    return value


def _slopes(
    matrix: np.ndarray,
    outcome: np.ndarray,
    weight: np.ndarray,
    point: np.ndarray,
    penalty: np.ndarray,
    firth: bool,
) -> tuple[np.ndarray, np.ndarray]:
    """Gradient and information of the objective (of the likelihood's, under Firth's penalty)."""
    mean = expit(matrix @ point)
    spread = weight * mean * (1.0 - mean)
    information = (matrix * spread[:, None]).T @ matrix + np.diag(penalty)
    residual = weight * (outcome - mean)
    if firth:
        inverse = np.linalg.pinv(information, hermitian=True)
        leverage = spread * np.einsum("ij,jk,ik->i", matrix, inverse, matrix)
        residual = residual + leverage * (0.5 - mean)
    return matrix.T @ residual - penalty * point, information

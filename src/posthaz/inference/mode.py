"""The posterior mode and its curvature, by damped Newton steps."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

_MOST_STEPS = 100
_FLOOR = 1e-6


@dataclass(frozen=True)
class Mode:
    """A posterior mode and the coordinates in which the posterior is round.

    Parameters
    ----------
    point : ndarray of float, shape (parameter,)
        The mode.
    whitening : ndarray of float, shape (parameter, parameter)
        Lower-triangular L with ``theta = point + L z``; ``L L'`` is the inverse curvature.
    converged : bool
        Whether the Newton decrement fell below its tolerance.
    steps : int
        Newton steps taken.
    """

    point: np.ndarray
    whitening: np.ndarray
    converged: bool
    steps: int


def posterior_mode(
    value: Callable[..., np.ndarray],
    gradient: Callable[..., np.ndarray],
    hessian: Callable[..., np.ndarray],
    start: np.ndarray,
    data: Sequence[np.ndarray],
) -> Mode:
    """Find the mode of a log density.

    Parameters
    ----------
    value, gradient, hessian : callable
        Log density and its derivatives, of ``(theta, *data)``.
    start : ndarray of float, shape (parameter,)
        Where to begin.
    data : sequence of ndarray
        The model's data.

    Returns
    -------
    Mode
        The mode, or the best point reached, said by `converged`.
    """
    point = np.array(start, dtype=float)
    height = float(value(point, *data))
    converged = False
    steps = 0
    while steps < _MOST_STEPS:
        steps += 1
        slope = np.asarray(gradient(point, *data))
        eigenvalues, axes = _curvature(np.asarray(hessian(point, *data)))
        direction = axes @ ((axes.T @ slope) / eigenvalues)
        decrement = float(slope @ direction)
        if decrement < 1e-8:
            converged = True
            break
        moved, new_height = _line_search(value, point, direction, height, decrement, data)
        if moved is None:
            break
        point, height = moved, new_height
    eigenvalues, axes = _curvature(np.asarray(hessian(point, *data)))
    covariance = (axes / eigenvalues) @ axes.T
    return Mode(point, np.linalg.cholesky(covariance), converged, steps)


def _curvature(hessian: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Eigenvalues, made positive, and axes of the negative Hessian."""
    eigenvalues, axes = np.linalg.eigh(-(hessian + hessian.T) / 2.0)
    floor = _FLOOR * max(float(np.max(np.abs(eigenvalues))), 1.0)
    return np.maximum(np.abs(eigenvalues), floor), axes


def _line_search(
    value: Callable[..., np.ndarray],
    point: np.ndarray,
    direction: np.ndarray,
    height: float,
    decrement: float,
    data: Sequence[np.ndarray],
) -> tuple[np.ndarray | None, float]:
    length = 1.0
    for _ in range(40):
        candidate = point + length * direction
        candidate_height = float(value(candidate, *data))
        if np.isfinite(candidate_height) and candidate_height > height + 1e-4 * length * decrement:
            return candidate, candidate_height
        length /= 2.0
    return None, height

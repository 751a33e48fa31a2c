"""The posterior mode and its curvature, by damped Newton steps."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

_MOST_STEPS = 100
_MOST_HALVINGS = 40
_DECREMENT = 1e-8
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


class _State(NamedTuple):
    point: Any
    height: Any
    converged: Any
    stuck: Any
    steps: Any


def mode_finder(log_density: Callable[..., Any]) -> Callable[..., Any]:
    """A function that finds the mode of a log density, to be compiled and mapped by JAX.

    Parameters
    ----------
    log_density : callable
        ``log_density(theta, *data)``.

    Returns
    -------
    callable
        ``find(start, *data)`` gives point, whitening, converged and steps as in `Mode`.
    """
    import jax
    import jax.numpy as jnp

    def curvature(point: Any, data: tuple[Any, ...]) -> tuple[Any, Any]:
        """Eigenvalues, made positive, and axes of the negative Hessian."""
        hessian = jax.hessian(log_density)(point, *data)
        eigenvalues, axes = jnp.linalg.eigh(-(hessian + hessian.T) / 2.0)
        floor = _FLOOR * jnp.maximum(jnp.max(jnp.abs(eigenvalues)), 1.0)
        return jnp.maximum(jnp.abs(eigenvalues), floor), axes

    def step(state: _State, data: tuple[Any, ...]) -> _State:
        slope = jax.grad(log_density)(state.point, *data)
        eigenvalues, axes = curvature(state.point, data)
        direction = axes @ ((axes.T @ slope) / eigenvalues)
        decrement = slope @ direction

        def too_low(search: tuple[Any, Any, Any]) -> Any:
            length, height, halvings = search
            enough = state.height + 1e-4 * length * decrement
            return ~(jnp.isfinite(height) & (height > enough)) & (halvings < _MOST_HALVINGS)

        def halved(search: tuple[Any, Any, Any]) -> tuple[Any, Any, Any]:
            length = search[0] / 2.0
            return length, log_density(state.point + length * direction, *data), search[2] + 1

        full = log_density(state.point + direction, *data)
        length, height, halvings = jax.lax.while_loop(too_low, halved, (1.0, full, 0))
        arrived = decrement < _DECREMENT
        stuck = halvings >= _MOST_HALVINGS
        moves = ~arrived & ~stuck
        return _State(
            point=jnp.where(moves, state.point + length * direction, state.point),
            height=jnp.where(moves, height, state.height),
            converged=arrived,
            stuck=stuck & ~arrived,
            steps=state.steps + 1,
        )

    def find(start: Any, *data: Any) -> tuple[Any, Any, Any, Any]:
        def goes_on(state: _State) -> Any:
            return ~state.converged & ~state.stuck & (state.steps < _MOST_STEPS)

        first = _State(start, log_density(start, *data), jnp.array(False), jnp.array(False), 0)
        last = jax.lax.while_loop(goes_on, lambda state: step(state, data), first)
        eigenvalues, axes = curvature(last.point, data)
        covariance = (axes / eigenvalues) @ axes.T
        return last.point, jnp.linalg.cholesky(covariance), last.converged, last.steps

    return find

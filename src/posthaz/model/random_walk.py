"""A random walk over intervals, in coordinates where its parts are told apart by the data."""

import numpy as np

from posthaz.hazards import Array, Baseline, Parameter
from posthaz.model.distributions import prior_variable, scale_variable
from posthaz.model.graph import pm, pt
from posthaz.model.informed import informed_normal
from posthaz.priors import Prior
from posthaz.spec import STEP_SD


def random_walk(
    parameter: Parameter,
    level: Prior,
    step_sd: Prior,
    baseline: Baseline,
    event_times: np.ndarray,
    start: float,
) -> Array:
    """A random walk of first or second order, its steps weighted by spacing.

    First order: steps between neighbouring intervals are normal with variance ``sigma^2`` times
    their distance in mean spacings. Second order: so are changes of slope, and the mean slope is
    normal(0, 1) per mean spacing. The mean over intervals has the prior `level`.

    Parameters
    ----------
    parameter : Parameter
        The vector that walks.
    level : Prior
        Prior of its mean.
    step_sd : Prior
        Prior of ``sigma``.
    baseline : Baseline
        Whose vector it is; it says how its elements are spaced, and which events tell of each.
    event_times : ndarray of float, shape (event,)
        Times of the events, which say how much is known of each interval.
    start : float
        Where the search for the mode of the mean begins.

    Returns
    -------
    TensorVariable
        Shape (interval,), a deterministic variable of the enclosing model.
    """
    spacing, events = baseline.spacing(), baseline.events_near(event_times)
    basis, information = told_apart(step_matrix(spacing, parameter.order), events)
    name = parameter.name
    walk = prior_variable(f"{name}_first", level, start)
    if parameter.order == 2:
        along = np.concatenate([[0.0], np.cumsum(spacing)])
        trend = pm.Data(f"{name}_trend", along - along.mean())
        walk = walk + pm.Normal(f"{name}_step_first", 0.0, 1.0) * trend
    sigma = scale_variable(STEP_SD, step_sd)
    parts = informed_normal(f"{name}_step", sigma, information)
    rotated: Array = pm.Data(f"{name}_basis", basis)
    walk = walk + rotated @ parts
    dims = (parameter.dim,)
    pm.Deterministic(parameter.positive_name, pt.exp(walk), dims=dims)
    return pm.Deterministic(name, walk, dims=dims)


def told_apart(steps: np.ndarray, events: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Basis of a walk in which the data tell its parts apart (Demmler and Reinsch).

    Steps in a row add up, so that each is tied to all others by the data; rotated to the axes
    of the information (log hazards have precision equal to their events) they are not, and the
    rotation leaves independent normal steps independent.

    Parameters
    ----------
    steps : ndarray of float, shape (step, interval)
        Takes log hazards to standardised steps.
    events : ndarray of float, shape (interval,)
        Events in each interval.

    Returns
    -------
    basis : ndarray of float, shape (interval, step)
        Takes independent normal parts of variance ``sigma^2`` to log hazards with mean 0.
    information : ndarray of float, shape (step,)
        Information about each part.
    """
    inverse = np.linalg.pinv(steps)
    information, axes = np.linalg.eigh(inverse.T @ (np.maximum(events, 0.5)[:, None] * inverse))
    return inverse @ axes, np.maximum(information, 0.0)


def step_matrix(spacing: np.ndarray, order: int) -> np.ndarray:
    """Matrix from log hazards to standardised steps (or changes of slope)."""
    differences = np.diff(np.eye(len(spacing) + 1), axis=0)
    if order == 1:
        return differences / np.sqrt(spacing)[:, None]
    slopes = differences / spacing[:, None]
    return np.diff(slopes, axis=0) / np.sqrt(spacing[1:])[:, None]

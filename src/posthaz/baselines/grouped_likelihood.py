"""Log-likelihood of grouped or interval-censored times under proportional hazards."""

from dataclasses import dataclass

import numpy as np
from scipy import optimize

from posthaz.cohort import Cohort

_LARGEST = 20.0
"""Largest rise of the cumulative hazard over an interval; survival is then 2e-9."""
_ENDLESS = 15.0
"""Rises beyond this are on their way to infinity: nobody is left."""
_STEEPEST = 15.0
_ZERO = 1e-9


@dataclass(frozen=True, eq=False)
class Grouped:
    """Follow-up as the intervals over which the cumulative hazard may rise.

    Parameters
    ----------
    start, end : ndarray of float, shape (interval,)
        Bounds of the intervals, which don't overlap; equal where an event was seen exactly.
    survived : ndarray of float, shape (row, interval)
        1 where the row is known to have come through the interval under observation.
    within : ndarray of float, shape (row, interval)
        1 where the row's event may lie in the interval; all 0 for a censored row.
    event : ndarray of float, shape (row,)
        1 where there was an event.
    weight : ndarray of float, shape (row,)
        Case weights.
    """

    start: np.ndarray
    end: np.ndarray
    survived: np.ndarray
    within: np.ndarray
    event: np.ndarray
    weight: np.ndarray


@dataclass(frozen=True, eq=False)
class Maximum:
    """A maximum of the likelihood.

    Parameters
    ----------
    rises : ndarray of float, shape (interval,)
        Rise of the baseline's cumulative hazard over each interval.
    coefficients : ndarray of float, shape (coefficient,)
        Log hazard ratios.
    loglik : float
        Log-likelihood there.
    covariance : ndarray of float, shape (parameter, parameter)
        Inverse of the observed information of the rises above 0 and the coefficients.
    free : ndarray of bool, shape (interval,)
        Which rises are above 0 and finite.
    """

    rises: np.ndarray
    coefficients: np.ndarray
    loglik: float
    covariance: np.ndarray
    free: np.ndarray


def grouped_follow_up(cohort: Cohort) -> Grouped:
    """Intervals on which the likelihood depends: Turnbull's innermost ones.

    Parameters
    ----------
    cohort : Cohort
        A cohort of any kind of follow-up; causes other than the first are censored.

    Returns
    -------
    Grouped
        Intervals that begin at the last time somebody was known event-free and end at the
        first time somebody was known not to be (Turnbull 1976).
    """
    event = (cohort.cause == 1) & np.isfinite(cohort.upper)
    exact = event & (cohort.lower == cohort.upper)
    lower = np.where(event | np.isinf(cohort.upper), cohort.lower, cohort.upper)
    # (time, rank): an exact event begins just before its time, an interval just after
    begins = {(float(t), -1 if x else 1) for t, x in zip(lower, exact, strict=True)}
    ends = {(float(t), 0) for t in cohort.upper[event]}
    marks = sorted([(*mark, "begin") for mark in begins] + [(*mark, "end") for mark in ends])
    pairs = [
        (marks[k][0], marks[k + 1][0])
        for k in range(len(marks) - 1)
        if (marks[k][2], marks[k + 1][2]) == ("begin", "end")
    ]
    start, end = (np.array(side, dtype=float) for side in zip(*pairs, strict=True))
    point = start == end
    known_free = np.where(exact, np.nextafter(lower, -np.inf), lower)[:, None]
    survived = (end <= known_free) & ~(end <= cohort.entry[:, None])
    reaches = np.where(event, cohort.upper, -np.inf)[:, None]
    inside = np.where(point, start > known_free, start >= known_free) & (end <= reaches)
    return Grouped(
        start, end, survived * 1.0, inside * 1.0, event * 1.0, cohort.weight.astype(float)
    )


def maximise(
    data: Grouped,
    matrix: np.ndarray,
    fixed: tuple[int, float] | None = None,
    near: "Maximum | None" = None,
) -> Maximum:
    """Maximum likelihood of rises and coefficients.

    Parameters
    ----------
    data : Grouped
        Follow-up.
    matrix : ndarray of float, shape (row, coefficient)
        Covariates.
    fixed : (int, float), optional
        A coefficient held at a value, for a profile.
    near : Maximum, optional
        Where to begin.

    Returns
    -------
    Maximum
        Coefficients on their way to infinity stop at 15 either way.
    """
    intervals, size = len(data.start), matrix.shape[1]
    bounds = [(0.0, _LARGEST)] * intervals + [(-_STEEPEST, _STEEPEST)] * size
    if fixed is not None:
        bounds[intervals + fixed[0]] = (fixed[1], fixed[1])
    start = np.append(np.full(intervals, 1.0 / max(intervals, 1)), np.zeros(size))
    if near is not None:
        start = np.append(near.rises, near.coefficients)
    start = np.clip(start, *np.array(bounds).T)
    found = optimize.minimize(
        lambda p: _negative(data, matrix, p),
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
        options={"maxiter": 2000, "maxfun": 20000, "ftol": 1e-13, "gtol": 1e-6},
    )
    point = _polished(data, matrix, found.x, np.array(bounds))
    held = np.zeros(len(point), dtype=bool)
    if fixed is not None:
        held[intervals + fixed[0]] = True
    moving = _moving(point, np.array(bounds)) & ~held
    information = -hessian(data, matrix, point)[np.ix_(moving, moving)]
    covariance = np.full((len(point), len(point)), np.nan)
    covariance[np.ix_(moving, moving)] = np.linalg.pinv(information)
    return Maximum(
        rises=point[:intervals],
        coefficients=point[intervals:],
        loglik=float(-_negative(data, matrix, point)[0]),
        covariance=covariance,
        free=moving[:intervals],
    )


def _negative(data: Grouped, matrix: np.ndarray, point: np.ndarray) -> tuple[float, np.ndarray]:
    """Negative log-likelihood and its gradient."""
    relative, before, inside = _parts(data, matrix, point)
    seen = data.event > 0
    safe = np.where(seen, np.clip(inside, 1e-300, 700.0), 1.0)
    value = np.sum(data.weight * (-before + np.where(seen, np.log(-np.expm1(-safe)), 0.0)))
    slope = np.where(seen, 1.0 / np.expm1(safe), 0.0)
    per_rise = (data.weight * relative) @ (-data.survived) + (
        data.weight * relative * slope
    ) @ data.within
    per_coefficient = (data.weight * (-before + slope * inside)) @ matrix
    return -float(value), -np.append(per_rise, per_coefficient)


def hessian(data: Grouped, matrix: np.ndarray, point: np.ndarray) -> np.ndarray:
    """Second derivatives of the log-likelihood, shape (parameter, parameter)."""
    relative, before, inside = _parts(data, matrix, point)
    seen = data.event > 0
    safe = np.where(seen, np.clip(inside, 1e-300, 700.0), 1.0)
    slope = np.where(seen, 1.0 / np.expm1(safe), 0.0)
    bend = -slope * (1.0 + slope)
    weight = data.weight
    of_rises = data.within.T @ ((weight * bend * relative**2)[:, None] * data.within)
    mixed = -data.survived.T @ ((weight * relative)[:, None] * matrix) + data.within.T @ (
        (weight * relative * (bend * inside + slope))[:, None] * matrix
    )
    curvature = weight * (-before + bend * inside**2 + slope * inside)
    of_coefficients = matrix.T @ (curvature[:, None] * matrix)
    return np.block([[of_rises, mixed], [mixed.T, of_coefficients]])


def _parts(
    data: Grouped, matrix: np.ndarray, point: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Relative hazard of each row, and cumulative hazard before and within its interval."""
    rises = point[: len(data.start)]
    relative = np.exp(matrix @ point[len(data.start) :])
    return relative, relative * (data.survived @ rises), relative * (data.within @ rises)


def _moving(point: np.ndarray, bounds: np.ndarray) -> np.ndarray:
    """Parameters away from their bounds; rises are those bounded by 0."""
    top = np.where(bounds[:, 0] == 0, np.minimum(bounds[:, 1], _ENDLESS), bounds[:, 1] - 1e-6)
    return (point > bounds[:, 0] + _ZERO) & (point < top)


def _polished(
    data: Grouped, matrix: np.ndarray, point: np.ndarray, bounds: np.ndarray
) -> np.ndarray:
    """A few Newton steps over the parameters away from their bounds."""
    for _ in range(20):
        moving = _moving(point, bounds)
        height, slope = _negative(data, matrix, point)
        curvature = -hessian(data, matrix, point)[np.ix_(moving, moving)]
        step = np.linalg.pinv(curvature) @ -slope[moving]
        trial = point.copy()
        trial[moving] += step
        trial = np.clip(trial, *bounds.T)
        if not _negative(data, matrix, trial)[0] <= height + 1e-12:
            break
        point = trial
        if np.max(np.abs(step), initial=0.0) < 1e-10:
            break
    return point

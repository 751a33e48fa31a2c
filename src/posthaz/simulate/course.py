"""Survival of every patient over time cells, from the hazards of an end point."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from posthaz.simulate.coding import Coding
from posthaz.simulate.description import Endpoint, PrintedCohort

_CELLS = 72


@dataclass(frozen=True, eq=False)
class EndpointHazards:
    """Calibrated hazards of one end point.

    Parameters
    ----------
    level : ndarray, shape (group, interval)
        Log hazard of each group between the knots; the log odds of the first cause for an end
        point that is part of another.
    effect : ndarray, shape (product,)
        Log hazard ratios of the coded effects.
    coding : Coding
        How the effects are coded.
    """

    level: np.ndarray
    effect: np.ndarray
    coding: Coding


@dataclass(frozen=True, eq=False)
class Course:
    """Survival and hazard of every patient, before censoring.

    Parameters
    ----------
    survival : ndarray, shape (patient, interval + 1)
        Probability of no event at the ends of the time cells.
    failed : ndarray, shape (patient, interval)
        Probability of the event within each cell.
    at_risk : ndarray, shape (patient, interval)
        Mean probability of being at risk in each cell.
    """

    survival: np.ndarray
    failed: np.ndarray
    at_risk: np.ndarray


@dataclass(frozen=True, eq=False)
class Clock:
    """Time cells, with the knots among their ends.

    Parameters
    ----------
    edges : ndarray, shape (cell + 1,)
        Ends of the cells.
    exposure : ndarray, shape (cell,)
        Length of each cell in which an event can happen.
    """

    edges: np.ndarray
    exposure: np.ndarray


def build_clock(cohort: PrintedCohort) -> Clock:
    """Time cells up to the longest follow-up."""
    knots = [knot for endpoint in cohort.endpoints for knot in endpoint.knots]
    # short cells early, where most events are
    grid = cohort.horizon * np.linspace(0.0, 1.0, _CELLS + 1) ** 1.5
    edges = np.unique(np.concatenate([grid, [cohort.earliest], knots]))
    edges = edges[edges <= cohort.horizon]
    exposure = np.where(edges[1:] <= cohort.earliest, 0.0, np.diff(edges))
    return Clock(edges, exposure)


def course(
    endpoint: Endpoint,
    level: np.ndarray,
    predictor: np.ndarray,
    group: np.ndarray,
    clock: Clock,
    earlier: Mapping[str, tuple[Endpoint, Course]],
) -> Course:
    """Course of one end point.

    Parameters
    ----------
    endpoint : Endpoint
        The end point.
    level : ndarray, shape (group, interval)
        As in `EndpointHazards`.
    predictor : ndarray, shape (patient,)
        Log hazard ratio of each patient within the group.
    group : ndarray of int, shape (patient,)
        Group of each patient.
    clock : Clock
        The time cells.
    earlier : mapping of str to (Endpoint, Course)
        End points calibrated before.

    Returns
    -------
    Course
        Its course.
    """
    middle = (clock.edges[1:] + clock.edges[:-1]) / 2
    interval = np.searchsorted(np.asarray(endpoint.knots), middle)
    logit_or_log = level[:, interval][group] + predictor[:, None]
    if endpoint.part_of:
        whole = earlier[endpoint.part_of][1]
        failed = whole.failed / (1.0 + np.exp(-logit_or_log))
        return Course(whole.survival, failed, whole.at_risk)
    accrued = np.exp(np.clip(logit_or_log, -20, 10)) * clock.exposure
    if endpoint.after:
        return _after(*earlier[endpoint.after], accrued)
    total = np.cumsum(accrued, axis=1)
    survival = np.exp(-np.concatenate([np.zeros((len(group), 1)), total], axis=1))
    return _seen(survival)


def _after(first: Endpoint, before: Course, accrued: np.ndarray) -> Course:
    """Death after progression: alive without it, or alive with it and at its own hazard."""
    leaving = before.failed * (1.0 - first.deaths)
    # those who progress in a cell are exposed for half of it
    stay, half = np.exp(-accrued), np.exp(-accrued / 2)
    progressed = np.zeros(before.survival.shape)
    for cell in range(accrued.shape[1]):
        progressed[:, cell + 1] = (
            progressed[:, cell] * stay[:, cell] + leaving[:, cell] * half[:, cell]
        )
    return _seen(before.survival + progressed)


def _seen(survival: np.ndarray) -> Course:
    failed = survival[:, :-1] - survival[:, 1:]
    return Course(survival, failed, (survival[:, 1:] + survival[:, :-1]) / 2)

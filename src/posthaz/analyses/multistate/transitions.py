"""The cohort of each transition between states, and the states without a model."""

from dataclasses import replace

import numpy as np

from posthaz.analyses.multistate.spec import (
    NO_NUMBERS,
    NUMBERS_FIX,
    MultistateSpec,
    column_numbers,
)
from posthaz.cohort import Cohort
from posthaz.errors import CohortError

TRANSITIONS = ("event-free to {label}", "event-free to dead", "{label} to dead")


def transition_cohorts(cohort: Cohort, asked: MultistateSpec) -> tuple[Cohort, Cohort, Cohort]:
    """Cohorts of the three transitions of illness and death.

    Parameters
    ----------
    cohort : Cohort
        Follow-up to death, one row a patient.
    asked : MultistateSpec
        The middle state.

    Returns
    -------
    tuple of Cohort
        From event-free to the middle state, from event-free to death, and from the middle state
        to death: patients enter the last one when the middle state begins, or at time 0 of a
        clock that is reset.
    """
    time, ill = middle_state(cohort, asked)
    ended = np.where(ill, time, cohort.exit)
    event_free = replace(cohort, lower=ended)
    dead = cohort.event & ~ill
    first = _with_events(event_free, ill)
    second = _with_events(event_free, dead)
    # who dies on the day of the middle state has no time in it
    later = cohort.where(ill & (cohort.exit > time))
    began = time[ill & (cohort.exit > time)]
    if asked.clock == "forward":
        return first, second, replace(later, entry=began)
    lived = later.exit - began
    third = replace(later, entry=np.zeros(len(later)), lower=lived)
    return first, second, _with_events(third, later.event)


def middle_state(cohort: Cohort, asked: MultistateSpec) -> tuple[np.ndarray, np.ndarray]:
    """Time of the middle state, and whether each patient reached it."""
    time, event = (column_numbers(cohort, name) for name in asked.needed)
    if time is None or event is None:
        raise CohortError(NO_NUMBERS.format(*asked.needed), fix=NUMBERS_FIX)
    ill = event == 1.0
    if asked.composite:  # the event that comes with death is death
        ill &= ~(cohort.event & np.isclose(time, cohort.exit, rtol=1e-9, atol=0.0))
    return np.minimum(time, cohort.exit), ill


def _with_events(cohort: Cohort, event: np.ndarray) -> Cohort:
    """The cohort with the events of one transition."""
    return replace(
        cohort, upper=np.where(event, cohort.lower, np.inf), cause=np.asarray(event).astype(int)
    )


def aalen_johansen_states(cohort: Cohort, asked: MultistateSpec, times: np.ndarray) -> np.ndarray:
    """Probability of each state by Aalen and Johansen, for one group of patients.

    Parameters
    ----------
    cohort : Cohort
        Follow-up to death, one row a patient.
    asked : MultistateSpec
        The middle state; the clock is not reset.
    times : ndarray of float, shape (time,)
        Times.

    Returns
    -------
    ndarray of float, shape (state, time)
        Event-free, in the middle state, dead.
    """
    first, second, third = transition_cohorts(cohort, replace(asked, clock="forward"))
    moments = np.unique(np.concatenate([one.exit[one.event] for one in (first, second, third)]))
    state, found = np.array([1.0, 0.0, 0.0]), np.zeros((3, len(times)))
    order = np.argsort(times, kind="stable")
    place = 0
    for moment in (*moments, np.inf):
        while place < len(order) and times[order[place]] < moment:
            found[:, order[place]] = state
            place += 1
        if np.isinf(moment):
            break
        free = _at_risk(first, moment)
        there = _at_risk(third, moment)
        to_ill, to_dead = (_events(one, moment) / max(free, 1.0) for one in (first, second))
        after = _events(third, moment) / max(there, 1.0)
        state = np.array(
            [
                state[0] * (1.0 - to_ill - to_dead),
                state[1] * (1.0 - after) + state[0] * to_ill,
                state[2] + state[0] * to_dead + state[1] * after,
            ]
        )
    return found


def _at_risk(cohort: Cohort, time: float) -> float:
    return float(np.sum(cohort.weight[(cohort.entry < time) & (cohort.exit >= time)]))


def _events(cohort: Cohort, time: float) -> float:
    return float(np.sum(cohort.weight[cohort.event & (cohort.exit == time)]))

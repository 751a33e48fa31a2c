"""The cohort of each transition between states, and the states without a model."""

from dataclasses import replace

import numpy as np

from posthaz.analyses.multistate.spec import MultistateSpec, entry_times
from posthaz.cohort import Cohort


def transition_cohorts(cohort: Cohort, asked: MultistateSpec) -> tuple[Cohort, ...]:
    """Cohorts of the transitions, in the order of ``asked.graph``.

    Parameters
    ----------
    cohort : Cohort
        Follow-up to death, one row a patient.
    asked : MultistateSpec
        The states.

    Returns
    -------
    tuple of Cohort
        Patients who were in the state that is left, from when they entered it (or from time 0 of
        a clock that is reset) to when they left it for any state.
    """
    entered = entry_times(cohort, asked)
    moves = [_moves(entered, state) for state in range(len(asked.states))]
    found = []
    for left, goal in asked.graph.transitions:
        began, (left_at, went) = entered[:, left], moves[left]
        ended = np.minimum(left_at, cohort.exit)
        # who leaves a middle state the moment it is entered has no time in it
        there = np.isfinite(began) & ((ended > began) if left else True)
        own = cohort.where(there)
        began, ended, event = began[there], ended[there], (went == goal)[there]
        if left and asked.clock == "forward":
            own = replace(own, entry=began)
        elif left:
            own, ended = replace(own, entry=np.zeros(len(own))), ended - began
        found.append(_with_events(replace(own, lower=ended), event))
    return tuple(found)


def _moves(entered: np.ndarray, state: int) -> tuple[np.ndarray, np.ndarray]:
    """When each patient left a state, and for which: infinite and -1 where they never did."""
    began = entered[:, state, None]
    # of states entered at the same moment the later one in the list comes last
    after = (entered > began) | ((entered == began) & (np.arange(entered.shape[1]) > state))
    later = np.where(after & np.isfinite(began), entered, np.inf)
    when = later.min(axis=1)
    return when, np.where(np.isfinite(when), later.argmin(axis=1), -1)


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
        The states; the clock is not reset.
    times : ndarray of float, shape (time,)
        Times.

    Returns
    -------
    ndarray of float, shape (state, time)
        In the order of ``asked.states``.
    """
    own = transition_cohorts(cohort, replace(asked, clock="forward"))
    moments = np.unique(np.concatenate([one.exit[one.event] for one in own]))
    state, found = np.zeros(len(asked.states)), np.zeros((len(asked.states), len(times)))
    state[0] = 1.0
    order = np.argsort(times, kind="stable")
    place = 0
    for moment in (*moments, np.inf):
        while place < len(order) and times[order[place]] < moment:
            found[:, order[place]] = state
            place += 1
        if np.isinf(moment):
            break
        step = np.zeros(len(state))
        for one, (left, goal) in zip(own, asked.graph.transitions, strict=True):
            moved = state[left] * _events(one, moment) / max(_at_risk(one, moment), 1.0)
            step[left] -= moved
            step[goal] += moved
        state = state + step
    return found


def _at_risk(cohort: Cohort, time: float) -> float:
    return float(np.sum(cohort.weight[(cohort.entry < time) & (cohort.exit >= time)]))


def _events(cohort: Cohort, time: float) -> float:
    return float(np.sum(cohort.weight[cohort.event & (cohort.exit == time)]))

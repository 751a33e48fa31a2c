"""Illness and death: cohorts and fits of the transitions, states over time, their association."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import xarray as xr
from scipy.stats import kendalltau, spearmanr

from posthaz.analyses.multistate.graph import Graph
from posthaz.analyses.multistate.occupancy import state_occupancy
from posthaz.analyses.multistate.spec import TABLE, MultistateSpec, entry_times
from posthaz.answers import median_and_limits
from posthaz.arms.arm_model import cox_columns, sparse_model
from posthaz.baselines import cox_model
from posthaz.checks import convergence
from posthaz.checks.model_comparison import proportional_twin
from posthaz.cohort import Cohort
from posthaz.cohort.argument import checks_arguments
from posthaz.errors import CohortError
from posthaz.estimands import arm_populations, coefficient_table, time_in_states
from posthaz.hazards import Hazard
from posthaz.inference import Fit, fit, flat_draws, hazard_of
from posthaz.simulate.draw import times_after
from posthaz.spec import ModelSpec, Sampling

POSTERIOR, WITHOUT = "posterior", "Aalen-Johansen"
_KEPT = 101
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, eq=False)
class Multistate:
    """States over time and what treatment does to each transition.

    Parameters
    ----------
    curves : DataFrame
        Columns ``state, label, arm, time, source, probability, lower, upper``.
    at_times : DataFrame
        The same at the asked times.
    time_in_state : DataFrame
        Columns ``state, label, arm, reference, horizon, mean, lower, upper, p_above_0``: mean time
        in each state by arm, and differences to the reference arm.
    ratios : DataFrame
        Columns ``transition, label, term, source, hr, lower, upper, p, p_below_1, events``.
    association : DataFrame
        Columns ``arm, measure, median, lower, upper``: how the time to the first event and the
        time to death go together under the model.
    fits : tuple of Fit
        One a transition.
    failures : tuple of str
        Failed convergence checks, in words.
    """

    curves: pd.DataFrame
    at_times: pd.DataFrame
    time_in_state: pd.DataFrame
    ratios: pd.DataFrame
    association: pd.DataFrame
    fits: tuple[Fit, ...]
    failures: tuple[str, ...]


@checks_arguments
def illness_death(
    cohort: Cohort,
    model: ModelSpec,
    asked: MultistateSpec,
    sampling: Sampling | None = None,
    *,
    interval: float = 0.95,
    progress: Progress = lambda label, done, total: None,
) -> Multistate:
    """Model progression and death together, or any states that patients pass through.

    Parameters
    ----------
    cohort : Cohort
        Follow-up to death, one row a patient, with the columns of the middle state.
    model : ModelSpec
        Model of each transition; intervals are as many as its events bear.
    asked : MultistateSpec
        The middle state, or several with their transitions.
    sampling : Sampling, optional
        How to sample.
    interval : float
        Probability of the intervals.
    progress : callable, optional
        Takes a label, draws done and draws in all.

    Returns
    -------
    Multistate
        The answer.

    Raises
    ------
    CohortError
        When the cohort or the model can't be asked about the states, or a transition has no event.
    """
    TABLE.refuse("The states can't be modelled:", asked, cohort, model)
    given = sampling or Sampling()
    graph = asked.graph
    labels = [graph.name(number) for number in range(len(graph.transitions))]
    cohorts, fits = transition_cohorts(cohort, asked), []
    for number, (own, label) in enumerate(zip(cohorts, labels, strict=True)):
        if not own.event.any():
            raise CohortError(
                f"multistate: no patient goes from {label.replace(' to ', ' to being ')}",
                fix="check the columns of the middle state, or model the two end points apart",
            )
        sparse = sparse_model(proportional_twin(model), own.exit[own.event])
        spec = replace(sparse, name=f"transition_{number + 1}")
        # equal seeds would tie the noise of the transitions' draws together
        seeded = replace(given, seed=given.seed + number)
        fits.append(fit(spec, own, seeded, lambda d, t, name=label: progress(name, d, t)))
    end = float(cohort.exit.max())
    times = np.array(asked.times or (end / 2.0,))
    states = state_occupancy(fits, end, clock=asked.clock, times=tuple(times), graph=graph)
    grid = states["time"].to_numpy()
    curves = [
        _posterior_rows(states, grid[:: max(1, len(grid) // _KEPT)], asked, interval),
        _without_rows(cohort, asked, np.linspace(0.0, end, _KEPT)),
    ]
    at_times = [
        _posterior_rows(states, times, asked, interval),
        _without_rows(cohort, asked, times),
    ]
    return Multistate(
        curves=pd.concat(curves, ignore_index=True),
        at_times=pd.concat(at_times, ignore_index=True),
        time_in_state=_time_in_state(states, float(times.max()), asked, interval),
        ratios=_ratios(cohorts, fits, labels, interval),
        association=end_point_association(fits, graph, asked.clock, interval, given.seed),
        fits=tuple(fits),
        failures=tuple(
            f"{label}: {text}"
            for label, one in zip(labels, fits, strict=True)
            for text in convergence(one).failures
        ),
    )


def _posterior_rows(
    states: xr.DataArray, times: np.ndarray, asked: MultistateSpec, interval: float
) -> pd.DataFrame:
    """Bands of each state and arm at some times."""
    tail = (1.0 - interval) / 2.0
    at = states.interp(time=times)
    low, middle, high = at.quantile([tail, 0.5, 1.0 - tail], dim=("chain", "draw")).transpose(
        "quantile", "state", "profile", "time"
    )
    rows = [
        {
            **_named(state, asked),
            "arm": str(arm),
            "time": float(time),
            "source": POSTERIOR,
            "probability": float(middle[s, p, t]),
            "lower": float(low[s, p, t]),
            "upper": float(high[s, p, t]),
        }
        for s, state in enumerate(asked.states)
        for p, arm in enumerate(states["profile"].to_numpy())
        for t, time in enumerate(times)
    ]
    return pd.DataFrame(rows)


def _without_rows(cohort: Cohort, asked: MultistateSpec, times: np.ndarray) -> pd.DataFrame:
    """The states without a model, by arm."""
    rows = []
    for arm in cohort.arms or ("all",):
        own = cohort.where(cohort.arm == arm) if cohort.arms else cohort
        found = aalen_johansen_states(own, asked, times)
        rows += [
            {
                **_named(state, asked),
                "arm": str(arm),
                "time": float(time),
                "source": WITHOUT,
                "probability": float(found[s, t]),
                "lower": np.nan,
                "upper": np.nan,
            }
            for s, state in enumerate(asked.states)
            for t, time in enumerate(times)
        ]
    return pd.DataFrame(rows)


def _named(state: str, asked: MultistateSpec) -> dict[str, object]:
    return {"state": asked.states.index(state) + 1, "label": state}


def _time_in_state(
    states: xr.DataArray, horizon: float, asked: MultistateSpec, interval: float
) -> pd.DataFrame:
    """Mean time in each state up to a horizon by arm, and its differences."""
    table = time_in_states(states, horizon, "state", interval)
    named = pd.DataFrame([_named(state, asked) for state in table["state"]])
    return pd.concat([named, table.drop(columns="state")], axis=1)


def _ratios(
    cohorts: tuple[Cohort, ...], fits: list[Fit], labels: list[str], interval: float
) -> pd.DataFrame:
    """Hazard ratios of each transition, posterior and Cox."""
    parts = []
    for number, (own, one, label) in enumerate(zip(cohorts, fits, labels, strict=True), start=1):
        if not one.design.columns:
            continue
        about = {"transition": number, "label": label, "events": own.event_count}
        table = coefficient_table(one, interval=interval)
        table = table[table["term"].isin(one.design.columns) & table["hr_median"].notna()]
        named = {f"hr_{key}": key for key in ("lower", "upper")}
        posterior = table.rename(columns={"hr_median": "hr", "p_hr_below_1": "p_below_1", **named})
        own, columns, strata = cox_columns(one, own)
        cox = cox_model(own, columns, level=interval, strata=strata).table
        cox = cox[cox["term"].isin(table["term"])]
        cox = cox.rename(columns={"hr_lower": "lower", "hr_upper": "upper"})
        wanted = ["term", "hr", "lower", "upper", "p", "p_below_1"]
        # the log scale's own interval columns give way to those of the ratio
        posterior = posterior.loc[:, ~posterior.columns.duplicated(keep="last")]
        parts += [
            frame.reindex(columns=wanted).assign(source=source, **about)
            for frame, source in ((posterior, POSTERIOR), (cox, "Cox"))
        ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


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


ASSOCIATION_COLUMNS = ("arm", "measure", "median", "lower", "upper")
_PATIENTS, _DRAWS = 1000, 200
_MEASURES = {"Kendall’s tau": kendalltau, "Spearman’s rho": spearmanr}


def end_point_association(
    fits: Sequence[Fit], graph: Graph, clock: str, interval: float = 0.95, seed: int = 0
) -> pd.DataFrame:
    """Rank correlation of the time to leaving the first state and the time to death, by arm.

    For each of about 200 draws the courses of 1,000 patients are simulated until death, beyond
    follow-up as the hazards go on, and ranked; the simulation adds about 0.02 to the spread.

    Parameters
    ----------
    fits : sequence of Fit
        One a transition.
    graph : Graph
        States and transitions.
    clock : {"forward", "reset"}
        What hazards of states after the first run on.
    interval : float
        Probability of the intervals.
    seed : int
        Seed of the simulation.

    Returns
    -------
    DataFrame
        Columns `ASSOCIATION_COLUMNS`; no row where somebody may never die, since then there is no
        time of death to rank: a state that nobody leaves for death.
    """
    last = len(graph.states) - 1
    ends = [state for state in graph.order if not graph.leaving(state)]
    if ends != [last]:
        return pd.DataFrame(columns=list(ASSOCIATION_COLUMNS))
    random, rows = np.random.default_rng(seed), []
    values = [flat_draws(one.draws["posterior"].to_dataset(), _DRAWS) for one in fits]
    for population in arm_populations(fits[0]):
        chosen = random.choice(len(population.frame), _PATIENTS, p=population.weight)
        frame = population.frame.iloc[chosen].reset_index(drop=True)
        hazards = [
            hazard_of(one.spec, one.design, own, frame)
            for one, own in zip(fits, values, strict=True)
        ]
        entered = simulate_courses(
            hazards, graph, clock, (len(next(iter(values[0].values()))), _PATIENTS), random
        )
        first = np.min(entered[1:], axis=0)
        for name, measure in _MEASURES.items():
            found = [
                float(measure(a, b).statistic)
                for a, b in zip(first, entered[last], strict=True)
                if np.isfinite(b).all()
            ]
            if found:
                middle, lower, upper = median_and_limits(found, interval)
                rows.append((population.label, name, middle, lower, upper))
    return pd.DataFrame(rows, columns=list(ASSOCIATION_COLUMNS))


def simulate_courses(
    hazards: Sequence[Hazard],
    graph: Graph,
    clock: str,
    shape: tuple[int, int],
    random: np.random.Generator,
) -> np.ndarray:
    """Times at which simulated patients enter each state, infinite where never.

    Parameters
    ----------
    hazards : sequence of Hazard
        One a transition, broadcasting as (draw, row, time).
    graph : Graph
        States and transitions.
    clock : {"forward", "reset"}
        What hazards of states after the first run on.
    shape : (int, int)
        Draws and rows.
    random : Generator
        Source of random numbers.

    Returns
    -------
    ndarray of float, shape (state, draw, row)
        The first state is entered at 0.
    """
    entered = np.full((len(graph.states), *shape), np.inf)
    entered[0] = 0.0
    for state in graph.order:
        out = graph.leaving(state)
        if not out:
            continue
        there = np.isfinite(entered[state])
        began = np.where(there, entered[state], 0.0)
        waits = []
        for number, _ in out:
            accruing = random.standard_exponential((*shape, 1))
            start = began[..., None] if clock == "forward" else np.zeros((*shape, 1))
            time = times_after(hazards[number], start, accruing)[..., 0]
            waits.append(time if clock == "forward" else began + time)
        when = np.stack(waits)
        went = when.argmin(axis=0)
        for place, (_, goal) in enumerate(out):
            moved = there & (went == place)
            entered[goal] = np.where(moved, when[place], entered[goal])
    return entered

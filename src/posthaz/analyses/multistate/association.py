"""How the time to the first event and the time to death go together, under a model of states."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import kendalltau, spearmanr

from posthaz.analyses.multistate.graph import Graph
from posthaz.estimands import arm_populations
from posthaz.hazards import Hazard
from posthaz.inference import Fit, flat_draws, hazard_of
from posthaz.simulate.times import times_after

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
    random, tail, rows = np.random.default_rng(seed), (1.0 - interval) / 2.0, []
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
                middle, lower, upper = np.quantile(found, [0.5, tail, 1.0 - tail])
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

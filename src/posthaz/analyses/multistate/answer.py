"""Illness and death: fits of the transitions, states over time, time spent in each."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import xarray as xr

from posthaz.analyses.multistate.association import end_point_association
from posthaz.analyses.multistate.occupancy import state_occupancy
from posthaz.analyses.multistate.spec import TABLE, MultistateSpec
from posthaz.analyses.multistate.transitions import aalen_johansen_states, transition_cohorts
from posthaz.arms.arm_model import cox_columns
from posthaz.arms.sparse_baseline import sparse_model
from posthaz.baselines import cox_model
from posthaz.checks import convergence
from posthaz.checks.proportional_twin import proportional_twin
from posthaz.cohort import Cohort
from posthaz.cohort.argument import checks_arguments
from posthaz.errors import CohortError
from posthaz.estimands import coefficient_table, time_in_states
from posthaz.inference import Fit, fit
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

"""Illness and death: exact states, transitions, and what can't be."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import posthaz as ph
from posthaz.analyses.multistate.occupancy import _states
from posthaz.analyses.multistate.spec import MultistateSpec, multistate_faults
from posthaz.analyses.multistate.transitions import aalen_johansen_states, transition_cohorts
from posthaz.cohort import Cohort
from posthaz.errors import CohortError
from posthaz.hazards import Exponential
from tests.shared_data import DATA, needs_data, plain_cohort

ASKED = MultistateSpec("ill_time", "ill")


def example(rows: list[tuple[float, int, float, int]]) -> Cohort:
    """Patients of death time, death, illness time, illness."""
    time, dead, ill_time, ill = (
        np.array(column, dtype=float) for column in zip(*rows, strict=True)
    )
    return plain_cohort(time, dead == 1, pd.DataFrame({"ill_time": ill_time, "ill": ill}))


FEW = example([(5, 1, 2, 1), (4, 1, 4, 0), (6, 0, 3, 1), (7, 1, 7, 0), (8, 0, 8, 0)])


@pytest.mark.parametrize("clock", ["forward", "reset"])
def test_constant_hazards_have_the_closed_form(clock: str) -> None:
    rates = (0.1, 0.05, 0.3)
    hazards = [Exponential().hazard({"log_rate": np.log([[[rate]]])}, np) for rate in rates]
    grid = np.linspace(0.0, 10.0, 201)
    free, middle, dead = _states(hazards, grid, clock)[:, 0, 0]
    leaving = rates[0] + rates[1]
    expected = (
        rates[0] / (rates[2] - leaving) * (np.exp(-leaving * grid) - np.exp(-rates[2] * grid))
    )
    assert free == pytest.approx(np.exp(-leaving * grid))
    assert middle == pytest.approx(expected, abs=1e-5)
    assert free + middle + dead == pytest.approx(np.ones(201))


def test_transitions_of_five_patients() -> None:
    first, second, third = transition_cohorts(FEW, ASKED)
    assert first.exit.tolist() == [2, 4, 3, 7, 8]
    assert first.event.tolist() == [True, False, True, False, False]
    assert second.event.tolist() == [False, True, False, True, False]
    assert (third.entry.tolist(), third.exit.tolist()) == ([2, 3], [5, 6])
    assert third.event.tolist() == [True, False]
    reset = transition_cohorts(FEW, replace(ASKED, clock="reset"))[2]
    assert (reset.entry.tolist(), reset.exit.tolist()) == ([0, 0], [3, 3])


def test_progression_free_survival_counts_death() -> None:
    cohort = example([(5, 1, 2, 1), (4, 1, 4, 1), (6, 0, 6, 0)])
    assert transition_cohorts(cohort, ASKED)[0].event.tolist() == [True, True, False]
    composite = replace(ASKED, composite=True)
    first, second, _ = transition_cohorts(cohort, composite)
    assert first.event.tolist() == [True, False, False]
    assert second.event.tolist() == [False, True, False]


def test_aalen_johansen_by_hand() -> None:
    found = aalen_johansen_states(FEW, ASKED, np.array([1.0, 2.0, 4.5, 5.0]))
    assert found[0] == pytest.approx([1.0, 4 / 5, 3 / 5 * 2 / 3, 2 / 5])
    assert found[1] == pytest.approx([0.0, 1 / 5, 2 / 5, 1 / 5])
    assert found.sum(axis=0) == pytest.approx(np.ones(4))


@needs_data
def test_states_of_ebmt3_are_those_of_aalen_and_johansen() -> None:
    table = pd.read_csv(DATA / "ebmt3.csv")
    frame = pd.DataFrame({"ill_time": table["prtime"], "ill": table["prstat"]})
    time = table["rfstime"].to_numpy(dtype=float)
    cohort = plain_cohort(time, table["rfsstat"].to_numpy() == 1, frame, "days")
    asked = replace(ASKED, times=(30.0, 100.0, 365.0, 1000.0, 2000.0))
    baseline = ph.PiecewiseExponential(intervals=20, smoothing="random_walk")
    sampling = ph.Sampling(draws=200, chains=2, method="laplace")
    answer = ph.illness_death(cohort, ph.ModelSpec("m", baseline), asked, sampling)
    wide = answer.at_times.pivot_table(
        index=["state", "time"], columns="source", values="probability"
    )
    assert (wide["posterior"] - wide["Aalen-Johansen"]).abs().max() < 0.02


@pytest.mark.parametrize(
    ("cohort", "asked", "said"),
    [
        (example([(5, 1, 6, 1), (4, 0, 4, 0)]), ASKED, "after the end of follow-up"),
        (example([(5, 1, 2, 2), (4, 0, 4, 0)]), ASKED, "not 0 or 1"),
        (FEW, MultistateSpec("pfs", "ill"), "not both columns of numbers"),
        (replace(FEW, entry=np.full(5, 2.5)), ASKED, "before the start of follow-up"),
        (replace(FEW, subject=np.zeros(5, dtype=int)), ASKED, "one row a patient"),
    ],
)
def test_states_that_cannot_be(cohort: Cohort, asked: MultistateSpec, said: str) -> None:
    assert said in " ".join(str(one) for one in multistate_faults(asked, cohort))


def test_a_transition_without_events_is_refused() -> None:
    cohort = example([(5, 1, 2, 1), (6, 0, 3, 1), (8, 0, 8, 0)])
    with pytest.raises(CohortError, match="no patient goes from event-free to being dead"):
        ph.illness_death(cohort, ph.ModelSpec("m", ph.Exponential()), ASKED)

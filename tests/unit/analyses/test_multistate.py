"""Illness and death: exact states, transitions, and what can't be."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import posthaz as ph
from posthaz.analyses.multistate.answer import (
    aalen_johansen_states,
    end_point_association,
    simulate_courses,
    transition_cohorts,
)
from posthaz.analyses.multistate.graph import Graph, graph_faults
from posthaz.analyses.multistate.occupancy import ILLNESS_DEATH, states_over_time
from posthaz.analyses.multistate.spec import (
    MultistateSpec,
    State,
    multistate_faults,
    read_multistate,
)
from posthaz.cohort import Cohort, CohortSpec
from posthaz.errors import CohortError, Findings
from posthaz.hazards import Exponential
from posthaz.spec.toml_table import TomlTable
from tests.shared_data import DATA, needs_data, plain_cohort

ASKED = MultistateSpec("ill_time", "ill")


def example(rows: list[tuple[float, int, float, int]]) -> Cohort:
    """Patients of death time, death, illness time, illness."""
    time, dead, ill_time, ill = (
        np.array(column, dtype=float) for column in zip(*rows, strict=True)
    )
    return plain_cohort(time, dead == 1, pd.DataFrame({"ill_time": ill_time, "ill": ill}))


FEW = example([(5, 1, 2, 1), (4, 1, 4, 0), (6, 0, 3, 1), (7, 1, 7, 0), (8, 0, 8, 0)])


@pytest.mark.parametrize(
    ("cohort", "said"),
    [
        (replace(FEW, landmark=2.0), "from the landmark at 2"),
        (replace(FEW, origin=3.0), "curves begin at 3"),
        (replace(FEW, cause=np.where(FEW.cause == 1, [2, 1, 0, 1, 0], 0)), "other causes"),
    ],
)
def test_states_of_another_time_or_cause_are_refused(cohort: Cohort, said: str) -> None:
    assert any(said in found.what for found in multistate_faults(ASKED, cohort))
    with pytest.raises(CohortError, match=said):
        ph.illness_death(cohort, ph.ModelSpec("m", Exponential()), ASKED)


def test_expected_deaths_are_no_part_of_a_transition() -> None:
    model = ph.ModelSpec("m", Exponential(), background=ph.Background("ill_time"))
    with pytest.raises(CohortError, match="no part of a transition"):
        ph.illness_death(FEW, model, ASKED)


def test_the_prior_of_a_change_is_left_out_with_the_change(monkeypatch) -> None:
    class FittedError(Exception):
        """Raised in place of a fit."""

    def refuse(spec: ph.ModelSpec, *_: object) -> None:
        raise FittedError(sorted(spec.priors))

    monkeypatch.setattr("posthaz.analyses.multistate.answer.fit", refuse)
    changing = (ph.ChangingEffect("ill", cuts=(5.0,)),)
    priors = {"change_sd": ph.Prior("half_normal", (0.4,))}
    model = ph.ModelSpec("m", Exponential(), "ill", changing=changing, priors=priors)
    with pytest.raises(FittedError, match=r"\[\]"):
        ph.illness_death(FEW, model, ASKED)


@pytest.mark.parametrize("clock", ["forward", "reset"])
def test_constant_hazards_have_the_closed_form(clock: str) -> None:
    rates = (0.1, 0.05, 0.3)
    hazards = [Exponential().hazard({"log_rate": np.log([[[rate]]])}, np) for rate in rates]
    grid = np.linspace(0.0, 10.0, 201)
    free, middle, dead = states_over_time(hazards, grid, clock, ILLNESS_DEATH)[:, 0, 0]
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


def test_who_dies_at_the_time_of_the_state_is_not_left_in_it() -> None:
    cohort = example([(5, 1, 5, 1), (5, 1, 2, 1), (8, 1, 8, 1), (9, 0, 4, 1), (10, 1, 10, 0)])
    (fault,) = multistate_faults(ASKED, cohort)
    assert "2 patients die at the very time of 'ill_time' (row 1)" in fault.what
    assert "composite = true" in fault.fix
    composite = replace(ASKED, composite=True)
    assert not list(multistate_faults(composite, cohort))
    dead = aalen_johansen_states(cohort, composite, np.array([6.0]))[-1]
    assert dead == pytest.approx([2 / 5])  # as 1 - Kaplan-Meier; 1 / 5 with the first left ill
    (late,) = multistate_faults(ASKED, example([(5, 1, 0, 1), (6, 0, 3, 1)]))
    assert "at or before the start of follow-up" in late.what


def test_aalen_johansen_by_hand() -> None:
    found = aalen_johansen_states(FEW, ASKED, np.array([1.0, 2.0, 4.5, 5.0]))
    assert found[0] == pytest.approx([1.0, 4 / 5, 3 / 5 * 2 / 3, 2 / 5])
    assert found[1] == pytest.approx([0.0, 1 / 5, 2 / 5, 1 / 5])
    assert found.sum(axis=0) == pytest.approx(np.ones(4))


def test_states_that_cannot_be_are_refused_in_python_as_in_a_file() -> None:
    model, middle = ph.ModelSpec("m", ph.Exponential()), (State("ill", "ill_time", "ill"),)
    unknown = MultistateSpec(middle=middle, transitions=(("event-free", "relapse"),))
    with pytest.raises(CohortError, match="no state 'relapse'"):
        ph.illness_death(FEW, model, unknown)
    circle = MultistateSpec(
        middle=middle,
        transitions=(("event-free", "ill"), ("ill", "event-free"), ("event-free", "dead")),
    )
    with pytest.raises(CohortError, match="all patients begin in 'event-free'"):
        ph.illness_death(FEW, model, circle)
    late = example([(5, 1, 9, 1), (4, 1, 4, 0)])
    with pytest.raises(CohortError, match="after the end of follow-up"):
        ph.illness_death(late, model, ASKED)


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


FOUR = Graph(
    ("event-free", "recovery", "relapse", "dead"), ((0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3))
)
RATES = np.array([0.2, 0.05, 0.03, 0.1, 0.02, 0.4])


@pytest.mark.parametrize("clock", ["forward", "reset"])
def test_four_states_with_constant_hazards_have_the_matrix_exponential(clock: str) -> None:
    from scipy.linalg import expm

    generator = np.zeros((4, 4))
    for rate, (left, goal) in zip(RATES, FOUR.transitions, strict=True):
        generator[left, goal] += rate
        generator[left, left] -= rate
    hazards = [Exponential().hazard({"log_rate": np.log([[[rate]]])}, np) for rate in RATES]
    grid = np.linspace(0.0, 12.0, 201)
    found = states_over_time(hazards, grid, clock, FOUR)[:, 0, 0]
    for place in (10, 100, 200):
        assert found[:, place] == pytest.approx(expm(generator * grid[place])[0], abs=2e-5)
    assert found.sum(axis=0) == pytest.approx(np.ones(201))


@pytest.mark.parametrize("clock", ["forward", "reset"])
def test_simulated_courses_are_in_the_states_computed(clock: str) -> None:
    # Weibull hazards, so that the clock matters
    hazards = [
        ph.Weibull().hazard({"log_scale": -np.log([[[rate]]]), "log_shape": np.log(1.6)}, np)
        for rate in RATES
    ]
    grid = np.linspace(0.0, 12.0, 201)
    states = states_over_time(hazards, grid, clock, FOUR)[:, 0, 0]
    random = np.random.default_rng(1)
    entered = simulate_courses(hazards, FOUR, clock, (1, 100_000), random)[:, 0]
    for place in (40, 120):
        time = grid[place]
        now = np.argmax(np.where(entered <= time, entered, -1.0), axis=0)
        share = np.bincount(now, minlength=4) / 100_000
        assert share == pytest.approx(states[:, place], abs=0.006)


def test_four_states_of_a_few_patients() -> None:
    frame = pd.DataFrame(
        {"rec_t": [2.0, 3.0, 9.0, 1.0], "rec": [1, 1, 0, 1], "rel_t": [5.0, 8.0, 4.0, 6.0],
         "rel": [1, 0, 1, 0]}
    )  # fmt: skip
    cohort = plain_cohort(np.array([7.0, 8.0, 9.0, 6.0]), np.array([1, 0, 1, 1]), frame)
    pairs = tuple((FOUR.states[a], FOUR.states[b]) for a, b in FOUR.transitions)
    middle = (State("recovery", "rec_t", "rec"), State("relapse", "rel_t", "rel"))
    asked = MultistateSpec(middle=middle, transitions=pairs)
    assert not list(multistate_faults(asked, cohort))
    assert asked.graph == FOUR
    own = transition_cohorts(cohort, asked)
    assert [int(one.event.sum()) for one in own] == [3, 1, 0, 1, 1, 2]
    again = own[3]  # from recovery to relapse
    assert (again.entry.tolist(), again.exit.tolist()) == ([2.0, 3.0, 1.0], [5.0, 8.0, 6.0])
    found = aalen_johansen_states(cohort, asked, np.array([4.5, 20.0]))
    assert found[:, 0] == pytest.approx([0.0, 0.75, 0.25, 0.0])
    assert found.sum(axis=0) == pytest.approx(1.0)
    wrong = replace(asked, transitions=tuple(p for p in pairs if p != ("recovery", "relapse")))
    said = " ".join(str(one) for one in multistate_faults(wrong, cohort))
    assert "row 1 goes from 'recovery' to 'relapse', which is no transition" in said
    tied = replace(cohort, covariates=frame.assign(rel_t=[2.0, 8.0, 4.0, 6.0]))
    assert "enters 'recovery' and 'relapse' at 2" in str(next(multistate_faults(asked, tied)))


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        ([("event-free", "a"), ("a", "b"), ("b", "a"), ("a", "dead")], "around in a circle (a, b"),
        ([("dead", "a"), ("a", "b"), ("b", "dead")], "nobody leaves 'dead'"),
        ([("event-free", "c"), ("event-free", "a"), ("a", "b"), ("b", "dead")], "no state 'c'"),
        ([("a", "event-free"), ("event-free", "b"), ("b", "dead")], "all patients begin in"),
        ([("event-free", "a"), ("a", "dead")], "no transition leads to 'b'"),
        ([("event-free", "a"), ("a", "a"), ("a", "b"), ("b", "dead")], "is no transition"),
    ],
)
def test_transitions_that_can_not_be(pairs: list[tuple[str, str]], said: str) -> None:
    assert said in " ".join(what for what, _ in graph_faults(["a", "b"], pairs))


def _read(**table: object) -> tuple[MultistateSpec, str]:
    findings = Findings()
    toml = TomlTable(dict(table), "x.toml", ("multistate",), findings)
    return read_multistate(toml, CohortSpec()), " ".join(str(one) for one in findings.found)


def test_states_of_a_file() -> None:
    states = {"ill": {"time": "t", "event": "d"}}
    pairs = [["event-free", "ill"], ["event-free", "dead"], ["ill", "dead"]]
    asked, said = _read(states=states, transitions=pairs, clock="reset")
    assert not said and asked.middle == (State("ill", "t", "d"),) and asked.needed == ("t", "d")
    assert asked.graph.transitions == ((0, 1), (0, 2), (1, 2))
    assert "each a pair" in _read(states=states)[1]
    assert "each a pair" in _read(states=states, transitions=[["ill"]])[1]
    assert "of one middle state" in _read(states=states, transitions=pairs, time="t")[1]
    assert "no states to go between" in _read(time="t", event="d", transitions=pairs)[1]
    assert "no such column" in _read(event="d")[1]


def test_end_points_that_are_one_go_together() -> None:
    cohort = plain_cohort(
        np.linspace(1.0, 20.0, 60), np.arange(60) % 3 > 0,
        pd.DataFrame({"ill_time": np.linspace(0.5, 10.0, 60), "ill": (np.arange(60) % 2)}),
    )  # fmt: skip
    answer = ph.illness_death(
        cohort, ph.ModelSpec("m", ph.Exponential()), ASKED,
        ph.Sampling(draws=100, chains=2, method="laplace"),
    )  # fmt: skip
    first = answer.association.to_dict("records")[0]
    assert first["measure"] == "Kendall’s tau"
    assert 0.0 < first["lower"] < first["median"] < first["upper"] < 1.0
    # who dies at once after the first event has both at one time
    posterior = answer.fits[2].draws["posterior"].to_dataset()
    fast = answer.fits[2].draws.copy()
    fast["posterior"] = type(fast)(posterior.assign(log_rate=posterior["log_rate"] + 30.0))
    at_once = (*answer.fits[:2], replace(answer.fits[2], draws=fast))
    found = end_point_association(at_once, ILLNESS_DEATH, "forward")
    assert found["median"].min() > 0.999


@pytest.mark.slow
@needs_data
def test_states_of_bosms3_are_those_of_aalen_and_johansen() -> None:
    """Up to 4 years, when 43 of 204 are event-free under observation; 10 are at 8, none at 12."""
    long = pd.read_csv(DATA / "bosms3.csv")
    free = long[long["from"] == 1].pivot_table(index="id", columns="to", values="status")
    first = long[long["from"] == 1].groupby("id")["Tstop"].max()
    later = long[long["from"] == 2].set_index("id")
    ill = (free[2] == 1).to_numpy()
    end = first.copy()
    end[later.index] = later["Tstop"]
    dead = free[3].copy()
    dead[later.index] = later["status"]
    frame = pd.DataFrame({"ill_time": first.to_numpy(), "ill": ill.astype(int)})
    cohort = plain_cohort(end.to_numpy(), dead.to_numpy() == 1, frame)
    asked = replace(ASKED, times=(0.5, 1.0, 2.0, 4.0), label="BOS")
    baseline = ph.PiecewiseExponential(intervals=20)
    sampling = ph.Sampling(draws=500, chains=2, method="laplace")
    answer = ph.illness_death(cohort, ph.ModelSpec("m", baseline), asked, sampling)
    wide = answer.at_times.pivot_table(
        index=["state", "time"], columns="source", values="probability"
    )
    assert (wide["posterior"] - wide["Aalen-Johansen"]).abs().max() < 0.02, wide

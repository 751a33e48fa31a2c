"""Illness and death: the table ``[multistate]``."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from posthaz.analyses.multistate.graph import FIRST, LAST, Graph, graph_faults
from posthaz.cohort import Cohort, CohortSpec
from posthaz.cohort.quantities import at_time
from posthaz.errors import CohortError, Finding
from posthaz.hazards import option
from posthaz.spec import ModelSpec
from posthaz.spec.analysis import check_values
from posthaz.spec.clinical_tables import ClinicalTable
from posthaz.spec.derived import keys_of
from posthaz.spec.fields import several, table, text
from posthaz.spec.toml_table import TomlTable

Clock = Literal["forward", "reset"]
CLOCKS: tuple[str, ...] = get_args(Clock)
NAME = "multistate"
_PAIRS = several(several(text(), "two states", most=2), "pairs of states")
NO_NUMBERS = "'{}' and '{}' are not both columns of numbers"
NUMBERS_FIX = "name the columns of each state's time and event (0, 1)"


@dataclass(frozen=True)
class State:
    """A state between event-free and dead.

    Parameters
    ----------
    name : str
        Its name.
    time, event : str
        Columns of the time it was entered, and of whether it was.
    """

    name: str = option(in_files=False)
    time: str = option()
    event: str = option()


@dataclass(frozen=True)
class MultistateSpec:
    """How states between event-free and dead are told, beside the cohort's own end point.

    Parameters
    ----------
    time, event : str
        Columns of the time of the middle state (progression, illness) and of whether it was seen;
        empty where there are several `middle` states.
    composite : bool
        Whether that event counts death too, as progression-free survival does: it is death then
        where it comes at the end of follow-up of a patient who died.
    clock : {"forward", "reset"}
        What the hazard of death after the middle state runs on: time since time 0, or since the
        middle state began.
    label : str
        Name of the middle state.
    times : tuple of float
        Times at which states are reported; those of ``estimands.survival_at`` when empty.
    middle : tuple of State
        Several states, each of which a patient may enter once.
    transitions : tuple of (str, str)
        Names of the states that may follow one another, where there are several; ``event-free``
        is the first and ``dead`` the last.

    Examples
    --------
    >>> MultistateSpec("pfs_months", "pfs_event", composite=True).states
    ('event-free', 'progression', 'dead')
    >>> MultistateSpec("pfs_months", "pfs_event").graph.name(2)
    'progression to dead'
    """

    time: str = ""
    event: str = ""
    composite: bool = False
    clock: Clock = "forward"
    label: str = "progression"
    times: tuple[float, ...] = option((), above=0, many="times above 0", distinct=True)
    middle: tuple[State, ...] = option((), in_files=False)
    transitions: tuple[tuple[str, str], ...] = option((), key=_PAIRS)

    def __post_init__(self) -> None:
        check_values(self, keys_of(MultistateSpec))

    @property
    def between(self) -> tuple[State, ...]:
        """The states between event-free and dead."""
        return self.middle or (State(self.label, self.time, self.event),)

    @property
    def states(self) -> tuple[str, ...]:
        """Names of the states."""
        return (FIRST, *(state.name for state in self.between), LAST)

    @property
    def graph(self) -> Graph:
        """The states and the transitions between them."""
        if not self.middle:
            return Graph(self.states, ((0, 1), (0, 2), (1, 2)))
        number = {name: k for k, name in enumerate(self.states)}
        return Graph(self.states, tuple((number[a], number[b]) for a, b in self.transitions))

    @property
    def needed(self) -> tuple[str, ...]:
        """Columns that may not be missing."""
        return tuple(column for state in self.between for column in (state.time, state.event))


_STATE_FIELDS = keys_of(State)
_FIELDS = keys_of(MultistateSpec) | {"states": table(each=table(_STATE_FIELDS, about=State))}


def read_multistate(toml: TomlTable, cohort: CohortSpec) -> MultistateSpec:
    """The middle state as the table ``[multistate]`` states it.

    Parameters
    ----------
    toml : TomlTable
        The table.
    cohort : CohortSpec
        How the cohort is read.

    Returns
    -------
    MultistateSpec
        What could be read; the rest is recorded.

    Examples
    --------
    >>> from posthaz.errors import Findings
    >>> toml = TomlTable({"time": "a", "event": "b"}, "x.toml", ("multistate",), Findings())
    >>> read_multistate(toml, CohortSpec()).clock
    'forward'
    """
    parsed = toml.read(_FIELDS)
    middle, pairs = _graph(toml, parsed)
    parsed["times"] = tuple(sorted(parsed.get("times", ())))
    own = {key: value for key, value in parsed.items() if key not in ("states", "transitions")}
    return MultistateSpec(**own, middle=middle, transitions=pairs)


def _graph(
    toml: TomlTable, parsed: dict[str, Any]
) -> tuple[tuple[State, ...], tuple[tuple[str, str], ...]]:
    """Several states and their transitions; none after recording what is wrong with them."""
    before = len(toml.findings)
    if not toml.has("states"):
        for key in ("time", "event"):
            if key not in parsed and not toml.has(key):
                toml.refuse(key, "the middle state has no such column", f'give {key} = "column"')
        if toml.has("transitions"):
            fix = 'give [multistate.states.NAME] time = "column", event = "column" for each'
            toml.refuse("transitions", "there are no states to go between", fix)
        return (), ()
    for key in ("time", "event", "label", "composite"):
        if toml.has(key):
            toml.refuse(key, "it is of one middle state, and there are several", "leave it out")
    read = {name: inner.read(_STATE_FIELDS) for name, inner in toml.below("states").each()}
    names, given = list(read), parsed.get("transitions", ())
    for name in names:
        if name in (FIRST, LAST):
            toml.refuse("states", f"'{name}' is a name of the first or last state", "rename it")
    if any(len(pair) != 2 for pair in given) or not given:
        example = f'[["{FIRST}", "{names[0]}"], ["{names[0]}", "{LAST}"]]' if names else "pairs"
        what = "states need the transitions between them, each a pair"
        toml.refuse("transitions", what, f"give transitions = {example}")
    pairs = tuple((pair[0], pair[1]) for pair in given if len(pair) == 2)
    for what, fix in graph_faults(names, pairs) if pairs else ():
        toml.refuse("transitions", what, fix)
    if len(toml.findings) > before:
        return (), ()
    return tuple(State(name, **columns) for name, columns in read.items()), pairs


def multistate_faults(asked: MultistateSpec, cohort: Cohort) -> Iterator[Finding]:
    """What keeps end points from being modelled together.

    Parameters
    ----------
    asked : MultistateSpec
        The states.
    cohort : Cohort
        The cohort, whose event is death.

    Yields
    ------
    Finding
        One a problem.
    """
    place = f"{cohort.source.name}, multistate"
    if cohort.interval_censored.any() or cohort.recurrent or cohort.several_rows:
        what = "states need one row a patient, with times of events that were seen"
        yield Finding(place, what, "remove [multistate]")
        return
    if cohort.landmark:
        what = (
            f"the times of states count from the table's own time 0, and follow-up from the "
            f"landmark at {at_time(cohort.landmark, cohort.unit)}"
        )
        yield Finding(place, what, "remove the landmark, or [multistate]")
    if cohort.origin:
        what = (
            f"curves begin at {at_time(cohort.origin, cohort.unit)}, before which too few are "
            "under observation to say who is in which state"
        )
        yield Finding(place, what, "count time from the start of follow-up, or remove [multistate]")
    if (cohort.cause > 1).any():
        what = "other causes would be censored, and those who die of them in no state"
        yield Finding(place, what, "count every death as the event by event_codes")
    if asked.middle:  # a file's have been checked; those of Python have not
        names = [state.name for state in asked.middle]
        found = [Finding(place, *fault) for fault in graph_faults(names, asked.transitions)]
        if found:
            yield from found
            return
    readable = True
    for state in asked.between:
        faults = list(_column_faults(state, cohort, place))
        if not faults and not asked.composite:
            faults = list(_deaths_at_once(state, cohort, place, one=not asked.middle))
        readable &= not faults
        yield from faults
    if readable and asked.middle:
        yield from _path_faults(asked, cohort, place)


def _column_faults(state: State, cohort: Cohort, place: str) -> Iterator[Finding]:
    """What is wrong with the two columns of a state."""
    time, event = column_numbers(cohort, state.time), column_numbers(cohort, state.event)
    if time is None or event is None:
        yield Finding(place, NO_NUMBERS.format(state.time, state.event), NUMBERS_FIX)
        return
    if not np.isin(event, (0.0, 1.0)).all():
        yield Finding(place, f"'{state.event}' is not 0 or 1 throughout", "code it 0 and 1")
    seen = event == 1.0
    late = np.flatnonzero(seen & (time > cohort.exit * (1.0 + 1e-9)))
    if len(late):
        row = int(cohort.row_number[late[0]])
        what = (
            f"row {row}: '{state.time}' ({time[late[0]]:g}) is after the end of follow-up "
            f"({cohort.exit[late[0]]:g})"
        )
        yield Finding(place, what, "correct one of the two")
    if (seen & (time <= cohort.entry)).any():
        what = f"'{state.time}' lies at or before the start of follow-up in some rows"
        yield Finding(place, what, "leave out patients who progressed before they entered")


def _deaths_at_once(state: State, cohort: Cohort, place: str, one: bool) -> Iterator[Finding]:
    """Patients who enter a state and die at one time, whose deaths would be from no state."""
    time, event = column_numbers(cohort, state.time), column_numbers(cohort, state.event)
    assert time is not None
    assert event is not None
    there = (event == 1.0) & _at_death(cohort, time)
    if not there.any():
        return
    row, count = int(cohort.row_number[np.flatnonzero(there)[0]]), int(there.sum())
    what = (
        f"{count} {'patient dies' if count == 1 else 'patients die'} at the very time of "
        f"'{state.time}' (row {row}), and would stay in that state without time to die in it"
    )
    without = "say composite = true" if one else f"set '{state.event}' to 0 there"
    yield Finding(place, what, f"{without}, by which they die without it, or correct the times")


def _at_death(cohort: Cohort, time: np.ndarray) -> np.ndarray:
    return cohort.event & np.isclose(time, cohort.exit, rtol=1e-9, atol=0.0)


def _path_faults(asked: MultistateSpec, cohort: Cohort, place: str) -> Iterator[Finding]:
    """Patients whose course no transition allows."""
    entered, graph = entry_times(cohort, asked), asked.graph
    order = np.argsort(entered, axis=1, kind="stable")
    for row, states in enumerate(order):
        known = [int(s) for s in states if np.isfinite(entered[row, s])]
        for left, state in pairwise(known):
            where = f"row {int(cohort.row_number[row])}"
            a, b = asked.states[left], asked.states[state]
            if (
                left
                and state != len(asked.states) - 1
                and entered[row, left] == entered[row, state]
            ):
                what = f"{where} enters '{a}' and '{b}' at {entered[row, state]:g}"
                yield Finding(place, what, "tell which came first, or leave one of them out")
                return
            if (left, state) not in graph.transitions:
                what = f"{where} goes from '{a}' to '{b}', which is no transition"
                yield Finding(place, what, f'add ["{a}", "{b}"] to the transitions, or correct it')
                return


def entry_times(cohort: Cohort, asked: MultistateSpec) -> np.ndarray:
    """Time at which each patient entered each state, infinite where never: (patient, state)."""
    found = np.full((len(cohort), len(asked.states)), np.inf)
    found[:, 0] = cohort.entry
    found[cohort.event, -1] = cohort.exit[cohort.event]
    for place, state in enumerate(asked.between, start=1):
        time, event = column_numbers(cohort, state.time), column_numbers(cohort, state.event)
        if time is None or event is None:
            raise CohortError(NO_NUMBERS.format(state.time, state.event), fix=NUMBERS_FIX)
        seen = event == 1.0
        if asked.composite:  # the event that comes with death is death
            seen &= ~_at_death(cohort, time)
        found[seen, place] = np.minimum(time, cohort.exit)[seen]
    return found


def column_numbers(cohort: Cohort, name: str) -> np.ndarray | None:
    """A column as numbers; None where it has none."""
    if name not in cohort.covariates:
        return None
    column = pd.to_numeric(cohort.covariates[name].astype(str), errors="coerce")
    return None if column.isna().any() else column.to_numpy(dtype=float)


def multistate_model_faults(asked: object, model: ModelSpec, treatment: str) -> Iterator[Finding]:
    """A transition isn't in excess of the expected deaths of all causes."""
    del asked, treatment
    if model.background is not None:
        yield Finding(
            f"[multistate] and model '{model.name}'",
            "expected deaths are no part of a transition to another state",
            "make a model without expected deaths the first one, or remove [multistate]",
        )


TABLE = ClinicalTable(
    read_multistate,
    multistate_faults,
    multistate_model_faults,
    fields=table(_FIELDS, about=MultistateSpec),
)

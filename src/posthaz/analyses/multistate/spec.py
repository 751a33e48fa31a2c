"""Illness and death: the table ``[multistate]``."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd

from posthaz.cohort import Cohort, CohortSpec
from posthaz.errors import Finding
from posthaz.hazards import option
from posthaz.spec.clinical_tables import ClinicalTable
from posthaz.spec.derived import keys_of
from posthaz.spec.fields import table
from posthaz.spec.toml_table import TomlTable

Clock = Literal["forward", "reset"]
CLOCKS: tuple[str, ...] = get_args(Clock)
NAME = "multistate"
NO_NUMBERS = "'{}' and '{}' are not both columns of numbers"
NUMBERS_FIX = "name the columns of the middle state's time and event (0, 1)"


@dataclass(frozen=True)
class MultistateSpec:
    """How the time and the event of a middle state are told, beside the cohort's own.

    Parameters
    ----------
    time, event : str
        Columns of the time of the middle state (progression, illness) and of whether it was seen.
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

    Examples
    --------
    >>> MultistateSpec("pfs_months", "pfs_event", composite=True).states
    ('event-free', 'progression', 'dead')
    """

    time: str
    event: str
    composite: bool = False
    clock: Clock = "forward"
    label: str = "progression"
    times: tuple[float, ...] = option((), above=0, many="times above 0", distinct=True)

    @property
    def states(self) -> tuple[str, str, str]:
        """Names of the three states."""
        return ("event-free", self.label, "dead")

    @property
    def needed(self) -> tuple[str, ...]:
        """Columns that may not be missing."""
        return (self.time, self.event)


_FIELDS = keys_of(MultistateSpec)


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
    parsed["times"] = tuple(sorted(parsed.get("times", ())))
    return MultistateSpec(**{"time": "", "event": ""} | parsed)


def multistate_faults(asked: MultistateSpec, cohort: Cohort) -> Iterator[Finding]:
    """What keeps two end points from being modelled together.

    Parameters
    ----------
    asked : MultistateSpec
        The middle state.
    cohort : Cohort
        The cohort, whose event is death.

    Yields
    ------
    Finding
        One a problem.
    """
    place = f"{cohort.source.name}, multistate"
    several_rows = len(np.unique(cohort.subject)) < len(cohort)
    if cohort.interval_censored.any() or cohort.recurrent or several_rows:
        what = "states need one row a patient, with times of events that were seen"
        yield Finding(place, what, "remove [multistate]")
        return
    time, event = (column_numbers(cohort, name) for name in asked.needed)
    if time is None or event is None:
        yield Finding(place, NO_NUMBERS.format(*asked.needed), NUMBERS_FIX)
        return
    if not np.isin(event, (0.0, 1.0)).all():
        yield Finding(place, f"'{asked.event}' is not 0 or 1 throughout", "code it 0 and 1")
    seen = event == 1.0
    late = np.flatnonzero(seen & (time > cohort.exit * (1.0 + 1e-9)))
    if len(late):
        row = int(cohort.row_number[late[0]])
        what = (
            f"row {row}: '{asked.time}' ({time[late[0]]:g}) is after the end of follow-up "
            f"({cohort.exit[late[0]]:g})"
        )
        yield Finding(place, what, "correct one of the two")
    if (seen & (time < cohort.entry)).any():
        what = f"'{asked.time}' lies before the start of follow-up in some rows"
        yield Finding(place, what, "leave out patients who progressed before they entered")


def column_numbers(cohort: Cohort, name: str) -> np.ndarray | None:
    """A column as numbers; None where it has none."""
    if name not in cohort.covariates:
        return None
    column = pd.to_numeric(cohort.covariates[name].astype(str), errors="coerce")
    return None if column.isna().any() else column.to_numpy(dtype=float)


TABLE = ClinicalTable(
    read_multistate, multistate_faults, fields=table(_FIELDS, about=MultistateSpec)
)

"""Excess hazard: on top of the mortality that patients would have without the disease."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any

from posthaz.errors import SpecError
from posthaz.hazards import Array, Hazard

EXPECTED_RATE = "expected_rate"


@dataclass(frozen=True)
class Background:
    """That the model is of the hazard in excess of a known one.

    Parameters
    ----------
    rate : str
        Column with the expected hazard of each patient at the end of follow-up, per unit of time,
        from a life table by age, sex and year. An analysis file that names `table` has it made.
    table : str
        File with a life table, one row a cell; empty where the column is in the cohort.
    age, sex, year : str
        Columns with each patient's age in years, sex and calendar year at time 0; sex and year
        are empty where the life table has none.
    per : int
        Persons that the rates of the life table are per.

    Raises
    ------
    SpecError
        When a life table has no age to look up, or an age no life table.

    Notes
    -----
    What was expected up to then doesn't depend on parameters, and is left out of the likelihood
    (Estève et al. 1990). Survival under the model is net survival: as if nobody died of anything
    else.
    """

    rate: str = EXPECTED_RATE
    table: str = ""
    age: str = ""
    sex: str = ""
    year: str = ""
    per: int = 1

    def __post_init__(self) -> None:
        if bool(self.table) != bool(self.age) or (self.rate == EXPECTED_RATE and not self.table):
            raise SpecError(
                "a background needs a column 'rate', or a life table 'table' with the patients' "
                "'age'",
                fix='give Background("rate"), or Background(table="life.csv", age="age", ...)',
            )

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns by which a patient is looked up in the life table."""
        return tuple(name for name in (self.age, self.sex, self.year) if name)


def with_background(hazard: Hazard, log_rate: Array, xp: ModuleType | Any) -> Hazard:
    """Hazard whose log is that of all deaths, for the likelihood of events of unknown cause.

    Parameters
    ----------
    hazard : Hazard
        The excess hazard.
    log_rate : array
        Log of the expected hazard at each row's exit; minus infinity for none.
    xp : module
        Array module of the arguments.

    Returns
    -------
    Hazard
        Its cumulative hazard is still the excess one alone.
    """
    return Hazard(
        log_hazard=lambda time: xp.logaddexp(hazard.log_hazard(time), log_rate),
        cumulative_hazard=hazard.cumulative_hazard,
        time_at=hazard.time_at,
    )

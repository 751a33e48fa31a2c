"""How a printed life table is read, as a frozen value."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from posthaz.cohort.columns import Column


@dataclass(frozen=True)
class LifeTableSpec:
    """How to read a life table: survival rates of groups, or counts of intervals.

    Parameters
    ----------
    times : tuple of float
        Times of the survival rates, increasing; none for a table of intervals.
    survival : tuple of str
        Columns of the survival rates, one a time. An empty cell is a rate that is not known.
    number : str
        Column of the number of patients of a group, for rates.
    start, end, at_risk, events, lost : str
        Columns of the bounds of an interval, the number at risk at its start, and the events
        and losses within it, for counts. Without a column of losses they follow from the
        numbers at risk.
    percent : bool
        Whether rates are percentages.
    decimals : int, optional
        Decimals to which rates are printed; the most that any of them has, without it.
    unit : str
        Unit of time.
    columns : mapping of str to Column
        Meaning of the covariates.
    treatment, treatment_reference : str
        Covariate that holds the arm, and its reference level.
    """

    times: tuple[float, ...] = ()
    survival: tuple[str, ...] = ()
    number: str = "number"
    start: str = "start"
    end: str = "end"
    at_risk: str = "at_risk"
    events: str = "events"
    lost: str = "lost"
    percent: bool = False
    decimals: int | None = None
    unit: str = "months"
    columns: Mapping[str, Column] = field(default_factory=dict)
    treatment: str = ""
    treatment_reference: str = ""

    @property
    def numeric(self) -> tuple[str, ...]:
        """Columns that hold numbers and must be there."""
        if self.survival:
            return (self.number, *self.survival)
        return (self.start, self.end, self.at_risk, self.events)

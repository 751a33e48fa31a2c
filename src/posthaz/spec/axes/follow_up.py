"""Axes of follow-up: the landmark, the administrative horizon, and what censoring may hide."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from posthaz.adjust import landmark
from posthaz.adjust.clones import censored_at
from posthaz.cohort import Cohort, number_text
from posthaz.errors import CohortError
from posthaz.spec.axes.given import GivenFile
from posthaz.spec.fields import choice, distinct, either, number, several
from posthaz.spec.sensitivity import Alternative, Axis, Change
from posthaz.spec.toml_table import TomlTable


@dataclass(frozen=True)
class LandmarkChange(Change):
    """Only those event-free and followed at a time, counted from then on.

    Parameters
    ----------
    time : float
        The landmark, on the table's own time scale.
    starts : str
        Column with the times at which treatment began, where it began later.
    """

    time: float
    starts: str = ""
    late: ClassVar[int] = 0
    acts_on_patients: ClassVar[bool] = True
    checked: ClassVar[bool] = True

    def of_patients(self, cohort: Cohort) -> Cohort:
        whole = cohort
        if cohort.uncut is not None:
            own = np.isin(cohort.uncut.row_number, cohort.row_number)
            # patients whom an earlier landmark left out come back where this one keeps them
            whole = cohort.uncut if cohort.landmark else cohort.uncut.where(own)
        return landmark(whole, self.time, self.starts).cohort

    def of_estimands(self, asked: Any) -> Any:
        # restricted means from another origin, of other patients, answer another question
        return replace(asked, rmst_to=None, survival_at=())

    @property
    def words(self) -> str:
        return f"those at risk at {number_text(self.time)}, their times counted from then"


@dataclass(frozen=True)
class HorizonChange(Change):
    """Follow-up ended for everybody at a time.

    Parameters
    ----------
    time : float
        The time, on the table's own time scale.
    landmark : float
        Landmark of the file, from which times of answers count.
    """

    time: float
    landmark: float = 0.0
    late: ClassVar[int] = 20
    acts_on_patients: ClassVar[bool] = True
    checked: ClassVar[bool] = True

    def of_patients(self, cohort: Cohort) -> Cohort:
        if cohort.interval_censored.any():
            raise CohortError(
                f"{cohort.source.name}: events known to lie in an interval can't be ended at a "
                "horizon",
                fix="leave horizons out of [sensitivity]",
            )
        ends = self.time - cohort.landmark
        if not ends > 0:
            raise CohortError(
                f"{cohort.source.name}: a horizon of {number_text(self.time)} is not "
                "after the landmark",
                fix="give a later one",
            )
        return censored_at(cohort, np.full(len(cohort), ends))

    def of_estimands(self, asked: Any) -> Any:
        end = self.time - self.landmark
        known = tuple(time for time in asked.survival_at if time <= end)
        beyond = asked.rmst_to is not None and asked.rmst_to > end
        # a horizon beyond what is seen would be the model's guess
        gone = {"rmst_to": None, "survival_at": ()} if beyond else {"survival_at": known}
        return replace(asked, **gone)

    @property
    def words(self) -> str:
        return f"everybody censored at {number_text(self.time)}"


def _fails(cohort: Cohort, rows: np.ndarray) -> Cohort:
    """The cohort with an event where some were censored."""
    return replace(
        cohort,
        upper=np.where(rows, cohort.lower, cohort.upper),
        cause=np.where(rows, 1, cohort.cause),
    )


def _stays(cohort: Cohort, rows: np.ndarray) -> Cohort:
    """The cohort with some followed event-free to the end of the longest follow-up."""
    end = float(np.max(cohort.exit))
    return replace(cohort, lower=np.where(rows, np.maximum(cohort.lower, end), cohort.lower))


_EXTREMES: dict[str, tuple[Callable[[Cohort, np.ndarray], Cohort], ...]] = {
    "worst": (_stays, _fails),
    "best": (_fails, _stays),
    "all_fail": (_fails, _fails),
    "none_fails": (_stays, _stays),
}
"""What happens to the censored of the reference arm, and to those of the others."""
_EXTREME_WORDS = {
    "worst": "the censored of every arm but the reference have their event at once, those of the "
    "reference arm stay event-free to the end of the longest follow-up",
    "best": "the censored of the reference arm have their event at once, those of every other arm "
    "stay event-free to the end of the longest follow-up",
    "all_fail": "all who are censored have their event at once",
    "none_fails": "all who are censored stay event-free to the end of the longest follow-up",
}


@dataclass(frozen=True)
class CensoredChange(Change):
    """The extremes of what could have happened to patients who were censored.

    Parameters
    ----------
    how : {"worst", "best", "all_fail", "none_fails"}
        For the arms other than the reference: the worst case, the best, or the same in all.
    """

    how: str
    late: ClassVar[int] = 25
    acts_on_patients: ClassVar[bool] = True
    checked: ClassVar[bool] = True

    def of_patients(self, cohort: Cohort) -> Cohort:
        open_rows = (cohort.cause == 0) & np.isinf(cohort.upper) & cohort.last
        reference = cohort.arm == cohort.arms[0]
        for change, own in zip(_EXTREMES[self.how], (reference, ~reference), strict=True):
            cohort = change(cohort, open_rows & own)
        return cohort

    @property
    def words(self) -> str:
        return _EXTREME_WORDS[self.how]


@dataclass(frozen=True)
class InformativeChange(Change):
    """Censored times completed by the model, the treated worse or better off after censoring.

    Parameters
    ----------
    delta : float
        Ratio of the hazard of treated patients after they were censored to that of those who are
        still followed.
    """

    delta: float
    late: ClassVar[int] = 90
    acts_on_patients: ClassVar[bool] = True
    checked: ClassVar[bool] = True
    draws: ClassVar[str] = "censored times"

    def of_patients(self, cohort: Cohort) -> Cohort:
        if (cohort.entry > 0).any() or cohort.interval_censored.any() or cohort.several_rows:
            raise CohortError(
                f"{cohort.source.name}: patients enter late, have several rows of follow-up, or "
                "times between two visits, and the completion of censored times needs one exact "
                "time a patient from the start",
                fix="leave numbers out of censored in [sensitivity]",
            )
        return cohort

    @property
    def words(self) -> str:
        return (
            "times of the censored drawn from the model up to the longest follow-up, the hazard "
            f"of treated patients multiplied by {number_text(self.delta, 4)} after they were "
            "censored, and the posteriors pooled"
        )


def landmark_axes(toml: TomlTable, given: GivenFile) -> tuple[Axis, ...]:
    """Other landmarks: ``landmarks``, a list of times."""
    times = toml.read({"landmarks": TIMES})["landmarks"]
    named = (Alternative(number_text(t, 4), LandmarkChange(t, given.starts)) for t in times)
    return (Axis("landmark", tuple(named)),)


def horizon_axes(toml: TomlTable, given: GivenFile) -> tuple[Axis, ...]:
    """Administrative censoring: ``horizons``, a list of times."""
    times = toml.read({"horizons": TIMES})["horizons"]
    ends = (HorizonChange(time, given.landmark) for time in times)
    named = tuple(Alternative(number_text(end.time, 4), end) for end in ends)
    return (Axis("horizon", named),)


def censored_axes(toml: TomlTable, given: GivenFile) -> tuple[Axis, ...]:
    """What censoring may hide: ``censored``, a list of extremes and of ratios of the hazard."""
    found = toml.read({"censored": CENSORED})["censored"]
    named = tuple(
        Alternative(how.replace("_", " "), CensoredChange(how))
        if isinstance(how, str)
        else Alternative(f"hazard x {number_text(how, 4)} after censoring", InformativeChange(how))
        for how in found
    )
    return (Axis("the censored", named),)


TIMES = distinct(several(number(above=0), "times above 0"))
CENSORED = distinct(
    several(either(choice(tuple(_EXTREMES)), number(above=0)), "extremes, or ratios of the hazard")
)

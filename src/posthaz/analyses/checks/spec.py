"""Checks of fit that respect censoring: the table ``[checks]``."""

from collections.abc import Iterator
from dataclasses import dataclass

from posthaz.cohort import Cohort, CohortSpec, at_time
from posthaz.errors import Finding
from posthaz.spec.analysis import check_values
from posthaz.spec.clinical_tables import ClinicalTable
from posthaz.spec.covariate_checks import check_covariate
from posthaz.spec.fields import distinct, flag, number, several, table, text
from posthaz.spec.toml_table import TomlTable


@dataclass(frozen=True)
class ChecksSpec:
    """What a model is held against.

    Parameters
    ----------
    along : tuple of str
        Covariates along which to look, in the formula or not; the numeric ones and those of the
        formula when empty.
    times : tuple of float
        Times at which predictions are calibrated and scored; those of ``survival_at`` when empty,
        and where there are none those by which a quarter and half of the events had come.
    threshold : float
        P value below which a check has found something.
    every_model : bool
        Whether every model of the file is checked, and not only the primary one.
    """

    along: tuple[str, ...] = ()
    times: tuple[float, ...] = ()
    threshold: float = 0.01
    every_model: bool = False

    def __post_init__(self) -> None:
        check_values(self, _FIELDS)


_FIELDS = {
    "along": distinct(several(text(), "names of covariates")),
    "times": distinct(several(number(above=0), "times")),
    "threshold": number(above=0, below=0.5),
    "every_model": flag(),
}


def read_checks(toml: TomlTable, cohort: CohortSpec) -> ChecksSpec | None:
    """What the table ``[checks]`` asks for; None after recording what is wrong with it.

    Examples
    --------
    >>> from posthaz.errors import Findings
    >>> toml = TomlTable({"times": [12]}, "x.toml", ("checks",), Findings())
    >>> read_checks(toml, CohortSpec()).times
    (12.0,)
    """
    before = len(toml.findings)
    parsed = toml.read(_FIELDS)
    for name in parsed.get("along", ()):
        check_covariate(toml, "along", name, cohort)
    return None if len(toml.findings) > before else ChecksSpec(**parsed)


def check_faults(asked: ChecksSpec, cohort: Cohort) -> Iterator[Finding]:
    """What keeps a cohort's models from being checked patient by patient.

    Parameters
    ----------
    asked : ChecksSpec
        What is asked.
    cohort : Cohort
        The cohort.

    Yields
    ------
    Finding
        One a problem.
    """
    place = f"{cohort.source.name}, [checks]"
    if cohort.recurrent:
        what = "every event counts, and a patient has no single time to be held against a model"
        yield Finding(place, what, "remove [checks]; the number of events stands beside the mean")
    if (cohort.weight != 1.0).any():
        what = "rows have weights, and stand for more or less than a patient"
        yield Finding(place, what, "remove [checks] or the weights")
    last = float(cohort.exit.max())
    late = [time for time in asked.times if time >= last]
    if late:
        what = f"times: {at_time(late[0], cohort.unit)} nobody is under observation any more"
        yield Finding(place, what, f"give times before {at_time(last, cohort.unit)}")


TABLE = ClinicalTable(read_checks, check_faults, fields=table(_FIELDS, about=ChecksSpec))

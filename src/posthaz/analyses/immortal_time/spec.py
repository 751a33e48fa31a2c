"""The audit of immortal time: ``[immortal_time]``."""

from collections.abc import Iterator
from dataclasses import dataclass

from posthaz.cohort import Cohort, CohortSpec
from posthaz.errors import Finding, nearest
from posthaz.hazards import option
from posthaz.spec.analysis import check_values
from posthaz.spec.clinical_tables import ClinicalTable, two_arms_faults
from posthaz.spec.derived import keys_of
from posthaz.spec.fields import flag, table
from posthaz.spec.toml_table import TomlTable


@dataclass(frozen=True)
class ImmortalTimeSpec:
    """How a treatment that begins during follow-up is compared with none.

    Parameters
    ----------
    landmarks : tuple of float
        Landmarks; the quartiles of the times at which treatment began when empty.
    grace : float or None
        Grace period of the emulated trial, and the time after which a start is late; the time by
        which three quarters of the treated had begun when not given.
    covariates : tuple of str or None
        Covariates of the censoring weights; those of the primary formula when not given.
    stated : bool
        Whether the file asks for it, so that a cohort that doesn't bear it is refused.
    """

    landmarks: tuple[float, ...] = option((), above=0, many="times above 0", distinct=True)
    grace: float | None = option(None, above=0)
    covariates: tuple[str, ...] | None = option(None, many="names of columns", distinct=True)
    stated: bool = option(True, in_files=False)

    def __post_init__(self) -> None:
        check_values(self, keys_of(ImmortalTimeSpec), optional=("grace", "covariates"))

    @property
    def needed(self) -> tuple[str, ...]:
        """Covariates that may not be missing."""
        return self.covariates or ()


_FIELDS = {"report": flag(), **keys_of(ImmortalTimeSpec)}


def read_immortal_time(toml: TomlTable, cohort: CohortSpec) -> ImmortalTimeSpec | None:
    """The audit as ``[immortal_time]`` states it; None where the file doesn't want it.

    Parameters
    ----------
    toml : TomlTable
        The table.
    cohort : CohortSpec
        How the cohort is read; names the covariates.

    Returns
    -------
    ImmortalTimeSpec or None
        What could be read; what is wrong with the rest is recorded.

    Examples
    --------
    >>> from posthaz.errors import Findings
    >>> toml = TomlTable({"grace": 3}, "x.toml", ("immortal_time",), Findings())
    >>> read_immortal_time(toml, CohortSpec()).grace
    3.0
    """
    parsed = toml.read(_FIELDS)
    if not parsed.pop("report", True):
        return None
    for name in parsed.get("covariates", ()):
        if cohort.columns and name not in cohort.columns:
            toml.refuse(
                "covariates",
                f"'{name}' is not described in [cohort.columns] "
                f"({nearest(name, list(cohort.columns))})",
                f"add [cohort.columns.{name}] or correct the name",
            )
    parsed["landmarks"] = tuple(sorted(parsed.get("landmarks", ())))
    return ImmortalTimeSpec(**parsed)


def immortal_time_faults(asked: ImmortalTimeSpec, cohort: Cohort) -> Iterator[Finding]:
    """What keeps the audit from being made of a cohort.

    Parameters
    ----------
    asked : ImmortalTimeSpec
        What is asked.
    cohort : Cohort
        The cohort.

    Yields
    ------
    Finding
        One a problem.
    """
    if not asked.stated:
        return
    place = f"{cohort.source.name}, [immortal_time]"
    off = "give report = false in [immortal_time]"
    yield from two_arms_faults("[immortal_time]", cohort, "it compares")
    if cohort.recurrent or cohort.interval_censored.any():
        what = "it needs one exact or right-censored event a patient"
        yield Finding(place, what, off)
    for name in asked.covariates or ():
        if name == cohort.treatment:
            yield Finding(place, f"'{name}' is the treatment", "name other covariates")


def _by_default(file: TomlTable) -> ImmortalTimeSpec | None:
    """The audit where treatment is said to begin later, or may have where arms are adjusted."""
    begins = file.below("treatment").has("starts")
    may_begin = file.has("adjust") and not file.below("cohort").has("landmark")
    return ImmortalTimeSpec(stated=False) if begins or may_begin else None


TABLE = ClinicalTable(
    read_immortal_time,
    immortal_time_faults,
    fields=table(_FIELDS, about=ImmortalTimeSpec),
    by_default=_by_default,
)

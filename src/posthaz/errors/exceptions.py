"""The exceptions a user may see. Each says what was found, where, and what to do."""

from typing import TYPE_CHECKING, Self

from posthaz.errors.plain_text import message_text

if TYPE_CHECKING:
    from posthaz.errors.findings import Finding


class PosthazError(Exception):
    """Anything posthaz refuses to do; the command line turns it into exit code 2.

    Parameters
    ----------
    what : str
        What was found, and where.
    findings : tuple of Finding
        The problems behind it, one each.
    fix : str
        What to do about it; where there are findings, each has its own.

    Examples
    --------
    >>> error = PosthazError("x.csv: no 'time'", fix="name the column of follow-up times")
    >>> str(error)
    "x.csv: no 'time'. Fix: name the column of follow-up times."
    >>> error.what, error.fix
    ("x.csv: no 'time'", 'name the column of follow-up times')
    """

    def __init__(self, what: str, findings: "tuple[Finding, ...]" = (), *, fix: str = "") -> None:
        end = "" if what.endswith("\n") else ". "
        super().__init__(message_text(f"{what}{end}Fix: {fix}." if fix else what))
        self.what = message_text(what.rstrip("\n"))
        self.findings = findings
        self.fix = message_text(fix)

    @property
    def reason(self) -> str:
        """What was found, on one line and without the fix, for a note on what is not there."""
        return self.what.splitlines()[0].rstrip(".:") if self.what else ""

    @classmethod
    def from_findings(cls, title: str, findings: "tuple[Finding, ...]") -> Self:
        """One error whose message lists all findings under `title`."""
        lines = "\n".join(f"  - {finding}" for finding in findings)
        return cls(f"{title}\n{lines}", findings)


class CohortError(PosthazError):
    """The cohort table can't be used."""


class SpecError(PosthazError):
    """The analysis file can't be used."""


class FormulaError(PosthazError):
    """The formula can't be read, names something unknown, or gives an unusable design."""


class PriorError(PosthazError):
    """A prior has impossible values, or doesn't fit the parameter it is put on."""


class AdjustmentError(PosthazError):
    """The arms can't be made comparable in the way asked for."""


class OutputError(PosthazError):
    """The results can't be written."""


class ConvergenceError(PosthazError):
    """The sampler could not start or gave no usable draws."""


class ScheduleError(PosthazError):
    """Workers can't be reached or started, or they died on a task."""

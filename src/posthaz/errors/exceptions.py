"""The exceptions a user may see. Each is one message: what was found, where, what to do."""

from typing import TYPE_CHECKING, Self

from posthaz.errors.plain_text import plain_text

if TYPE_CHECKING:
    from posthaz.errors.findings import Finding


class PosthazError(Exception):
    """Anything posthaz refuses to do; the command line turns it into exit code 2.

    Parameters
    ----------
    message : str
        The whole message; `plain_text` is made of it.
    findings : tuple of Finding
        The problems behind it, one each.
    """

    def __init__(self, message: str, findings: "tuple[Finding, ...]" = ()) -> None:
        super().__init__(plain_text(message))
        self.findings = findings

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

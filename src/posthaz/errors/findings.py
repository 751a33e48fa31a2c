"""What is wrong, where, and what to do about it; gathered so that all problems come at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from posthaz.errors.exceptions import PosthazError
from posthaz.errors.plain_text import message_text


@dataclass(frozen=True)
class Finding:
    """One problem (or notice) about an input.

    Parameters
    ----------
    where : str
        File, row, column or key, as the user would name it.
    what : str
        What was found.
    fix : str
        What to do about it.

    Examples
    --------
    >>> str(Finding("cohort.csv, row 3", "time is negative (-2)", "correct the time"))
    'cohort.csv, row 3: time is negative (-2). Fix: correct the time.'
    """

    where: str
    what: str
    fix: str

    def __str__(self) -> str:
        return message_text(f"{self.where}: {self.what}. Fix: {self.fix}.")


@dataclass
class Findings:
    """Collects findings and raises them as one error.

    Examples
    --------
    >>> findings = Findings()
    >>> findings.add("models/x.toml, [cohort]", "no 'time'", "name the column of follow-up times")
    >>> len(findings)
    1
    """

    found: list[Finding] = field(default_factory=list)

    def add(self, where: str, what: str, fix: str) -> None:
        """Record one finding."""
        self.found.append(Finding(where, what, fix))

    def extend(self, findings: Iterable[Finding]) -> None:
        """Record several findings."""
        self.found.extend(findings)

    def __len__(self) -> int:
        return len(self.found)

    def raise_if_any(self, error: type[PosthazError], title: str) -> None:
        """Raise `error` with every finding in one message; do nothing when there is none."""
        if self.found:
            raise error.from_findings(title, tuple(self.found))


def nearest(name: str, known: Sequence[str]) -> str:
    """Phrase that names the known word nearest to `name`.

    Examples
    --------
    >>> nearest("tretment", ["treatment", "time"])
    "did you mean 'treatment'?"
    """
    close = get_close_matches(str(name), [str(k) for k in known], n=1, cutoff=0.6)
    if close:
        return f"did you mean '{close[0]}'?"
    return "known: " + ", ".join(str(k) for k in known)

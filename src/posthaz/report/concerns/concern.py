"""A reason to stop, as a value: what kind it is, how bad, in words, and where it is shown."""

from dataclasses import dataclass
from typing import Literal

KINDS = (
    "convergence",
    "missing_part",
    "observed_curves",
    "proportional_hazards",
    "patients_lost",
    "prior_conflict",
    "influence",
    "clinical",
    "cohort",
)


@dataclass(frozen=True)
class Concern:
    """A reason to stop before believing the answer.

    Parameters
    ----------
    kind : str
        One of `KINDS`, which are in the order in which a reader should see them.
    severity : {"error", "warning", "info"}
        How it is shown.
    text : str
        What is wrong, what it means and what to do.
    place : str, optional
        Anchor of the section that shows more; empty for none.

    Examples
    --------
    >>> Concern("convergence", "error", "R-hat is 1.05.").rank
    0
    """

    kind: str
    severity: Literal["error", "warning", "info"]
    text: str
    place: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"'{self.kind}' is not among {', '.join(KINDS)}")

    @property
    def rank(self) -> int:
        """Place in the order, 0 first."""
        return KINDS.index(self.kind)

"""A number that others printed or computed, and ours."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Number:
    """One number: theirs, ours, how far apart they may be, and the Monte Carlo error of that."""

    what: str
    theirs: float
    ours: Any
    within: float
    error: float = float("nan")

    @property
    def difference(self) -> float:
        """Ours less theirs."""
        return self.ours - self.theirs

    @property
    def agrees(self) -> bool:
        """Whether it is within tolerance."""
        return abs(self.difference) <= self.within

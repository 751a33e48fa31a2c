"""What every baseline hazard offers; a new one is one file and a line in the registry."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import Any, ClassVar

import numpy as np

from posthaz.errors import Finding, SpecError
from posthaz.hazards.hazard import Array, Hazard
from posthaz.hazards.parameter import Parameter

LEVEL_SD = 2.5
EVENTS_A_PIECE = 5


class Baseline(ABC):
    """A baseline hazard family, as a frozen value.

    Subclasses are frozen dataclasses whose fields are the numbers that fix the family
    (cuts, knots), never its parameters. The fields are the options of an analysis file.

    Attributes
    ----------
    kind : str
        Its name in analysis files and archives.
    title : str
        Its name in reports, with capitals for persons' names only.
    """

    kind: ClassVar[str]
    title: ClassVar[str]
    stretching_multiplies: ClassVar[bool] = False
    """Whether time that is stretched is a hazard that is multiplied."""
    memoryless: ClassVar[bool] = False
    """Whether the hazard is the same at all times, so that nothing can bend or stretch it."""

    @abstractmethod
    def parameters(self) -> tuple[Parameter, ...]:
        """Parameters of the family, in order."""

    @abstractmethod
    def hazard(self, values: Mapping[str, Array], xp: ModuleType | Any) -> Hazard:
        """Hazard at the given parameter values.

        Parameters
        ----------
        values : mapping of str to array
            One entry a parameter; vector parameters and `constants` have their dimension last.
        xp : module
            Array module of `values`: ``numpy``, ``pytensor.tensor`` or ``jax.numpy``.

        Returns
        -------
        Hazard
            The hazard as a function of time.
        """

    def constants(self) -> dict[str, np.ndarray]:
        """Arrays that fix the family (cuts, knots): inputs of the model shape, not part of it."""
        return {}

    def coordinates(self) -> dict[str, list[str]]:
        """Labels of the family's own dimensions."""
        return {}

    def log_hazard_ratio(self, log_time_ratio: Array, values: Mapping[str, Array]) -> Array | None:
        """Log hazard ratio that a log time ratio amounts to; `None` where it changes with time."""
        return None

    def resolve(self, event_times: np.ndarray, origin: float = 0.0) -> "Baseline":
        """The same family with every data-dependent choice turned into numbers."""
        return self

    def level_sd(self, origin: float) -> float:
        """Standard deviation of the default prior of a level, whose centre is the crude rate.

        A family in which a hazard at `origin`, where follow-up begins, leaves that at time 0 wide
        open has a wider one.
        """
        return LEVEL_SD

    def sparser(self, event_times: np.ndarray, events: int = EVENTS_A_PIECE) -> "Baseline":
        """The same family, resolved, with so many events a piece at least."""
        return self.resolve(event_times)

    def breaks(self) -> tuple[float, ...]:
        """Times at which the hazard is not smooth."""
        return ()

    def spacing(self) -> np.ndarray:
        """Distances between the elements of a random walk, with mean 1; one fewer than elements."""
        return np.ones(max(sum(len(labels) for labels in self.coordinates().values()) - 1, 0))

    def events_near(self, event_times: np.ndarray) -> np.ndarray:
        """About how many of the events tell of each element of a random walk."""
        elements = len(self.spacing()) + 1
        return np.full(elements, len(event_times) / elements)

    def words(self, unit: str) -> str:
        """The hazard, as the methods paragraph says it."""
        return f"{self.title} hazard"

    def label(self) -> str:
        """The family in a few words, with the size that was chosen."""
        return self.title

    @classmethod
    def examples(cls) -> "tuple[Baseline, ...]":
        """Resolved values that the laws are tested on."""
        return (cls(),)


def refuse_options(kind: str, faults: Iterable[tuple[str, str, str]]) -> None:
    """Raise every fault of a baseline's options at once.

    Parameters
    ----------
    kind : str
        The baseline's class.
    faults : iterable of (str, str, str)
        Option, what was found, and the fix.

    Raises
    ------
    SpecError
        When there is a fault; the findings' places are the options.
    """
    refuse_found(kind, tuple(Finding(option, what, fix) for option, what, fix in faults))


def refuse_found(kind: str, findings: tuple[Finding, ...]) -> None:
    """Raise findings about options, under the name of what has them."""
    if findings:
        lines = "\n".join(f"  - {kind}, {finding}" for finding in findings)
        raise SpecError(f"{kind} can't be used:\n{lines}", findings)


def is_number(value: object) -> bool:
    """Whether a value is a finite number, and not True or False."""
    real = isinstance(value, int | float | np.integer | np.floating)
    return real and not isinstance(value, bool) and bool(np.isfinite(float(value)))  # type: ignore[arg-type]

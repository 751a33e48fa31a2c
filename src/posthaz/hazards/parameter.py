"""What a baseline hazard needs: named parameters, each with its dimension and default prior."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Literal

from posthaz.hazards.hazard import Array
from posthaz.priors import Prior

Structure = Literal["independent", "random_walk"]
Level = Literal["rate", "scale", "median", ""]
_RANGES: dict[str, tuple[float, float]] = {
    "rate": (-4.0, 0.5),
    "scale": (0.0, 3.5),
    "median": (0.0, 3.5),
    "": (-0.7, 0.9),
}


@dataclass(frozen=True)
class Parameter:
    """One parameter of a baseline hazard.

    Parameters
    ----------
    name : str
        Name on the unbounded scale. A prior on a positive parameter may be stated without the
        leading ``log_``: a prior on ``shape`` is put on ``exp(log_shape)``.
    default : Prior
        Prior used where the analysis names none and the parameter has no `level`; with one, the
        default is centred on the crude event rate instead.
    dim : str, optional
        Name of its dimension; scalar when empty.
    structure : {"independent", "random_walk"}
        How the elements of a vector hang together.
    order : int
        Order of a random walk, 1 or 2.
    level : {"rate", "scale", "median", ""}
        ``"rate"`` when a unit shift multiplies the hazard (its prior follows from a median
        survival), ``"scale"`` when it stretches time, ``"median"`` when it does so and is the log
        of the median.
    default_on : str
        Quantity on which the default prior stands instead, where a prior on the parameter would
        mean another thing in another unit of time; a level ``"scale"``.
    from_default : callable or None
        ``from_default(values, xp)``, the parameter from the values of `default_on` and of the
        other parameters; given together with `default_on`.
    words : str
        What it is, or what it is the log of, in a report's table of priors; by default its name.
    tested : tuple of float
        Values between which the laws are tested, with times up to 30; by default what suits the
        `level`.
    """

    name: str
    default: Prior
    dim: str = ""
    structure: Structure = "independent"
    order: int = 1
    level: Level = ""
    default_on: str = ""
    from_default: Callable[[Mapping[str, Array], ModuleType | Any], Array] | None = None
    words: str = ""
    tested: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if bool(self.default_on) != (self.from_default is not None):
            raise ValueError(f"{self.name}: default_on and from_default belong together")

    @property
    def range(self) -> tuple[float, float]:
        """Values between which the laws are tested."""
        return self.tested or _RANGES[self.level]

    @property
    def positive_name(self) -> str:
        """Name of the parameter's exponential, empty when it is not a logarithm."""
        return self.name.removeprefix("log_") if self.name.startswith("log_") else ""

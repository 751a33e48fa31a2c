"""What a baseline hazard needs: named parameters, each with its dimension and default prior."""

from dataclasses import dataclass
from typing import Literal

from posthaz.priors import Prior

Structure = Literal["independent", "random_walk"]


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
    level : {"rate", "scale", ""}
        ``"rate"`` when a unit shift multiplies the hazard (its prior follows from a median
        survival), ``"scale"`` when it stretches time.
    default_on : str
        Quantity on which the default prior stands instead, where a prior on the parameter would
        mean another thing in another unit of time; a level ``"scale"``, from which
        `Baseline.from_default` gives the parameter.
    """

    name: str
    default: Prior
    dim: str = ""
    structure: Structure = "independent"
    order: int = 1
    level: Literal["rate", "scale", ""] = ""
    default_on: str = ""

    @property
    def positive_name(self) -> str:
        """Name of the parameter's exponential, empty when it is not a logarithm."""
        return self.name.removeprefix("log_") if self.name.startswith("log_") else ""

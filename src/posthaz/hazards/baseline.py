"""What every baseline hazard offers; a new one is one file here and a line in the registry."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import ModuleType
from typing import Any, ClassVar

import numpy as np

from posthaz.hazards.hazard import Array, Hazard
from posthaz.hazards.parameter import Parameter


class Baseline(ABC):
    """A baseline hazard family, as a frozen value.

    Subclasses are frozen dataclasses whose fields are the numbers that fix the family
    (cuts, knots), never its parameters.
    """

    kind: ClassVar[str]
    title: ClassVar[str]

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

    def from_default(self, name: str, values: Mapping[str, Array], xp: ModuleType | Any) -> Array:
        """A parameter from the quantity on which its default prior stands."""
        raise NotImplementedError(name)

    def resolve(self, event_times: np.ndarray) -> "Baseline":
        """The same family with every data-dependent choice turned into numbers."""
        return self

"""A prior: a family and its values, frozen."""

import math
from dataclasses import dataclass

from posthaz.errors import Finding, PriorError, nearest
from posthaz.priors.families import FAMILIES, FEWEST_DF, Family

_LEAST, _MOST, _MOST_LOG = 1e-9, 1e9, 100.0


@dataclass(frozen=True)
class Prior:
    """A prior distribution as a value.

    Parameters
    ----------
    family : str
        Name of a family in `FAMILIES`.
    values : tuple of float
        The family's values, in the order of ``FAMILIES[family].values``.
    origin : str, optional
        How the values came about, for the methods paragraph.

    Raises
    ------
    PriorError
        When the family is unknown or a value is impossible.

    Examples
    --------
    >>> Prior("normal", (0.0, 1.0)).scaled(10.0)
    Prior(family='normal', values=(0.0, 10.0), origin='')
    """

    family: str
    values: tuple[float, ...] = ()
    origin: str = ""

    def __post_init__(self) -> None:
        if self.family not in FAMILIES:
            raise PriorError(
                f"prior family '{self.family}' is not known; {nearest(self.family, list(FAMILIES))}"
            )
        try:
            object.__setattr__(self, "values", tuple(float(value) for value in self.values))
        except (TypeError, ValueError) as error:
            names = ", ".join(self.about.values) or "none"
            raise PriorError(
                f"prior {self.family}: {self.values!r} is no list of numbers ({names})"
            ) from error
        self._check_values()

    def _check_values(self) -> None:
        names = self.about.values
        if len(self.values) != len(names):
            raise PriorError(
                f"prior {self.family} takes {len(names)} value(s) ({', '.join(names) or 'none'}), "
                f"got {len(self.values)}"
            )
        for name, value in zip(names, self.values, strict=True):
            if not math.isfinite(value):
                raise PriorError(
                    f"prior {self.family}: {name} must be a finite number, got {value}"
                )
            if name in self.about.positive and value <= 0:
                raise PriorError(f"prior {self.family}: {name} must be above 0, got {value:g}")

    @property
    def about(self) -> Family:
        """The family's description."""
        return FAMILIES[self.family]

    @property
    def drawable(self) -> bool:
        """Whether its draws are numbers that a computer holds.

        The tails of Student's t with few degrees of freedom leave them: with fewer than 0.1, one
        of some 10^16 draws would; its density is no trouble.

        Examples
        --------
        >>> Prior("student_t", (4.0, 0.0, 1.0)).drawable
        True
        >>> Prior("half_student_t", (0.002, 1.0)).drawable
        False
        """
        few = [v for name, v in zip(self.about.values, self.values, strict=True) if name == "df"]
        return all(value >= FEWEST_DF for value in few)

    @property
    def trouble(self) -> Finding | None:
        """Why no model can be fitted under its numbers, with the fix; None where one can.

        Examples
        --------
        >>> Prior("normal", (0.0, 1000.0)).trouble
        >>> Prior("normal", (0.0, 1e300)).trouble.what
        'its sd of 1e+300 is beyond what can be computed with'
        """
        for name, value in zip(self.about.values, self.values, strict=True):
            widest, logarithm = (_MOST_LOG, True) if "log" in name else (_MOST, False)
            if abs(value) > widest:
                what = f"its {name} of {value:g} is beyond what can be computed with"
                small = 10 if logarithm else 1000
                fix = f"keep it within {widest:g}; an sd of {small} says next to nothing"
                return Finding(self.family, what, fix)
            if name in self.about.positive and value < _LEAST:
                what = f"its {name} of {value:g} is below what can be computed with"
                fix = f"keep it above {_LEAST:g}, or leave out what is known for certain"
                return Finding(self.family, what, fix)
        return None

    @property
    def support(self) -> str:
        """Where the density lives: ``"real"``, ``"positive"`` or ``"correlation"``."""
        return self.about.support

    def scaled(self, factor: float) -> "Prior":
        """Prior of ``factor * x`` when this is the prior of ``x``; real-line families only.

        Parameters
        ----------
        factor : float
            Positive number.

        Returns
        -------
        Prior
            The prior of the stretched variable.
        """
        if self.support != "real":
            raise PriorError(f"prior {self.family} is not on the real line and can't be rescaled")
        values = list(self.values)
        for position in (self.about.location, self.about.scale):
            if position is not None:
                values[position] *= factor
        return Prior(self.family, tuple(values), self.origin)

    def __str__(self) -> str:
        return f"{self.family}({', '.join(f'{value:.4g}' for value in self.values)})"

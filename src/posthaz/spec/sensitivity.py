"""What a sensitivity analysis varies, as a frozen value: axes, each with its alternatives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from posthaz.cohort import Where
from posthaz.hazards import Baseline
from posthaz.priors import Prior


@dataclass(frozen=True)
class PriorChange:
    """Another prior on one parameter.

    Parameters
    ----------
    key : str
        What the prior is on, as in ``[models.NAME.priors]``.
    prior : Prior
        The prior.
    """

    key: str
    prior: Prior


@dataclass(frozen=True)
class BaselineChange:
    """Another baseline hazard; priors on covariate effects stay.

    Parameters
    ----------
    baseline : Baseline
        The baseline.
    priors : mapping of str to Prior
        Priors on its parameters, in place of the model's own on parameters of that name.
    """

    baseline: Baseline
    priors: Mapping[str, Prior] = field(default_factory=dict)


@dataclass(frozen=True)
class FormulaChange:
    """Other covariates; priors on the effects that stay stay too.

    Parameters
    ----------
    formula : str
        The formula.
    priors : mapping of str to Prior
        Priors on covariate effects, in place of the model's own on terms of that name.
    """

    formula: str
    priors: Mapping[str, Prior] = field(default_factory=dict)


@dataclass(frozen=True)
class SubsetChange:
    """Fewer patients.

    Parameters
    ----------
    where : Where
        Which of them.
    """

    where: Where


Change = PriorChange | BaselineChange | FormulaChange | SubsetChange


@dataclass(frozen=True)
class Alternative:
    """One value of an axis besides what the model states.

    Parameters
    ----------
    label : str
        Its name.
    change : PriorChange, BaselineChange, FormulaChange or SubsetChange
        What is different.
    """

    label: str
    change: Change


@dataclass(frozen=True)
class Axis:
    """One thing that is varied.

    Parameters
    ----------
    title : str
        Its name: ``"prior on arm"``, ``"baseline"``, ``"covariates"``, ``"patients"``.
    alternatives : tuple of Alternative
        What is tried besides what the model states.
    """

    title: str
    alternatives: tuple[Alternative, ...]


@dataclass(frozen=True)
class SensitivitySpec:
    """What a sensitivity analysis varies (the ``[sensitivity]`` table of an analysis file).

    Parameters
    ----------
    models : tuple of str
        Models that are varied; the first is the one that the others are compared with.
    axes : tuple of Axis
        What is varied.
    combine : {"one_at_a_time", "full"}
        One axis changed at a time, or every combination of alternatives and of what is stated.
    method : {"auto", "nuts", "laplace"}
        How variants are sampled; the first model as stated gets chains in any case.
    report : bool
        Whether ``posthaz report`` includes the analysis.
    """

    models: tuple[str, ...]
    axes: tuple[Axis, ...]
    combine: Literal["one_at_a_time", "full"] = "one_at_a_time"
    method: Literal["auto", "nuts", "laplace"] = "auto"
    report: bool = True

    @property
    def formulas(self) -> tuple[str, ...]:
        """Formulas besides those of the models."""
        changes = (other.change for axis in self.axes for other in axis.alternatives)
        return tuple(change.formula for change in changes if isinstance(change, FormulaChange))

"""What a sensitivity analysis varies, as a frozen value: axes, each with its alternatives."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import prod
from typing import Any, ClassVar, Literal, Protocol

from posthaz.cohort import Cohort, Where, rows_where
from posthaz.design import formula_groups, formula_terms, formula_variables, quoted, written_terms
from posthaz.errors import SpecError
from posthaz.hazards import Baseline
from posthaz.priors import Prior
from posthaz.spec.model_spec import ModelSpec
from posthaz.spec.prior_targets import ALL_EFFECTS, baseline_targets, model_target, spread_keys

MOST_VARIANTS = 20_000
"""Most variants that one sensitivity analysis may have."""

_LEVEL = re.compile(r"\[[^\]]*\]")


@dataclass(frozen=True)
class Change:
    """What an alternative changes: the model, its patients, or what can be asked of them.

    A kind of change is a subclass that says what it does by the methods below; each gives a new
    value, and the same one where there is nothing to change.
    """

    late: ClassVar[int] = 0
    """Changes made together are made in this order."""
    acts_on_patients: ClassVar[bool] = False
    """Whether `of_patients` does anything."""
    checked: ClassVar[bool] = False
    """Whether patients that it can't make are refused before anything is fitted."""
    takes_incomplete: ClassVar[bool] = False
    """Whether it needs patients who lack a covariate, whom variants otherwise don't have."""
    draws: ClassVar[str] = ""
    """What it draws several times, each a cohort whose fits are pooled: see `completed`."""

    def of_model(self, spec: ModelSpec) -> ModelSpec:
        """The model with this change."""
        return spec

    def of_patients(self, cohort: Cohort) -> Cohort:
        """The patients with this change."""
        return cohort

    def of_estimands(self, asked: Any) -> Any:
        """What can still be asked: an `EstimandSpec`, perhaps without its horizons."""
        return asked

    @property
    def needed(self) -> tuple[str, ...]:
        """Covariates that it needs besides those of the models."""
        return ()

    @property
    def alike(self) -> object:
        """Equal for changes whose variants may be fitted in one compiled call."""
        return self

    @property
    def words(self) -> str:
        """What is put in place of what the model states."""
        return ""


@dataclass(frozen=True)
class PriorChange(Change):
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
    # a prior is put on what the model holds once everything else is changed
    late: ClassVar[int] = 100

    def of_model(self, spec: ModelSpec) -> ModelSpec:
        return with_prior(spec, self)


@dataclass(frozen=True)
class BaselineChange(Change):
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

    def of_model(self, spec: ModelSpec) -> ModelSpec:
        return reshaped(spec, self.baseline, spec.formula, self.priors)


@dataclass(frozen=True)
class FormulaChange(Change):
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
    late: ClassVar[int] = 20

    def of_model(self, spec: ModelSpec) -> ModelSpec:
        return reshaped(spec, spec.baseline, self.formula, self.priors)

    @property
    def needed(self) -> tuple[str, ...]:
        return formula_variables(self.formula)


@dataclass(frozen=True)
class SubsetChange(Change):
    """Fewer patients.

    Parameters
    ----------
    where : Where
        Which of them.
    """

    where: Where
    late: ClassVar[int] = 10
    acts_on_patients: ClassVar[bool] = True

    def of_patients(self, cohort: Cohort) -> Cohort:
        return cohort.part(rows_where(cohort, self.where))


@dataclass(frozen=True)
class Alternative:
    """One value of an axis besides what the model states.

    Parameters
    ----------
    label : str
        Its name.
    change : Change
        What is different.
    """

    label: str
    change: Change


class Rule(Protocol):
    """Alternatives that follow from the patients."""

    def alternatives(self, cohort: Cohort) -> tuple[Alternative, ...]:
        """The alternatives for a cohort."""
        ...


@dataclass(frozen=True)
class Axis:
    """One thing that is varied.

    Parameters
    ----------
    title : str
        Its name: ``"prior on arm"``, ``"baseline"``, ``"covariates"``, ``"patients"``.
    alternatives : tuple of Alternative
        What is tried besides what the model states.
    rule : Rule or None
        What makes further alternatives of the patients, such as one without each of them.
    """

    title: str
    alternatives: tuple[Alternative, ...] = ()
    rule: Rule | None = None

    def of(self, cohort: Cohort) -> "Axis":
        """The axis with the alternatives that its rule makes of a cohort."""
        made = self.rule.alternatives(cohort) if self.rule else ()
        return Axis(self.title, (*self.alternatives, *made))


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

    @property
    def needed(self) -> tuple[str, ...]:
        """Covariates that the changes need besides those of the models."""
        changes = [other.change for axis in self.axes for other in axis.alternatives]
        return tuple(dict.fromkeys(name for change in changes for name in change.needed))

    def of(self, cohort: Cohort) -> "SensitivitySpec":
        """What is varied in a cohort, rules turned to alternatives."""
        return replace(self, axes=tuple(axis.of(cohort) for axis in self.axes))

    def counted(self) -> tuple[int, str]:
        """Number of variants, those that turn out equal counted each, and how it comes about.

        Raises
        ------
        SpecError
            When an axis depends on the patients, who are not given.
        """
        open_axis = next((axis for axis in self.axes if axis.rule), None)
        if open_axis is not None:
            raise SpecError(
                f"'{open_axis.title}' depends on the patients, so that its alternatives are not "
                "known from the file alone",
                fix="give the cohort too, as in variants(analysis, cohort=cohort)",
            )
        sizes = [(axis.title, len(axis.alternatives)) for axis in self.axes]
        models = len(self.models)
        start = f"{models} models × " if models > 1 else ""
        if self.combine == "full":
            how = " × ".join(f"{size + 1} ({title})" for title, size in sizes)
            return models * prod(size + 1 for _, size in sizes), f"{start}{how}"
        how = " + ".join(["1 as stated", *(f"{size} ({title})" for title, size in sizes)])
        return models * (1 + sum(size for _, size in sizes)), f"{start}({how})" if start else how


def with_prior(spec: ModelSpec, change: PriorChange) -> ModelSpec:
    """The model with another prior; the same one where it has nothing of that name.

    Parameters
    ----------
    spec : ModelSpec
        The model.
    change : PriorChange
        The prior, and what it is on.

    Returns
    -------
    ModelSpec
        Its other priors stay.
    """
    if model_target(change.key, spec) is None:
        return spec
    same = {change.key}
    for parameter in spec.baseline.parameters():
        names = {parameter.name, parameter.positive_name}
        same |= names if change.key in names else set()  # log_shape and shape are one parameter
    kept = {
        key: prior
        for key, prior in spec.priors.items()
        if key not in same and not key.startswith(f"{change.key}[")
    }
    return replace(spec, priors={**kept, change.key: change.prior})


def reshaped(
    spec: ModelSpec, baseline: Baseline, formula: str, priors: Mapping[str, Prior] | None = None
) -> ModelSpec:
    """The model with another baseline or formula, and those priors that still mean something."""
    own = priors or {}
    kept = {
        key: prior
        for key, prior in spec.priors.items()
        if key not in own and _means_something(key, baseline, formula, spec)
    }
    return spec.with_formula(formula, baseline=baseline, priors={**kept, **own})


def with_terms(spec: ModelSpec, terms: "tuple[str, ...]") -> ModelSpec:
    """The model with other terms, its frailties kept; the same one where the terms are its own."""
    if terms == written_terms(spec.formula):
        return spec
    groups = (f"(1 | {quoted(name)})" for name in formula_groups(spec.formula))
    return reshaped(spec, spec.baseline, " + ".join((*terms, *groups)) or "1")


def with_levels(cohort: Cohort) -> Cohort:
    """The cohort without factor levels that nobody has; the treatment loses emptied arms too."""
    factors = cohort.covariates.select_dtypes("category")
    seen = {str(name): one.cat.remove_unused_categories() for name, one in factors.items()}
    return replace(cohort, covariates=cohort.covariates.assign(**seen))


def _means_something(key: str, baseline: Baseline, formula: str, spec: ModelSpec) -> bool:
    shaped = spec.with_formula(formula, baseline=baseline)
    if model_target(key, shaped) is None:
        return False
    spreads = spread_keys(formula, shaped.changing)
    terms = formula_terms(formula)
    on_effect = key not in baseline_targets(baseline) and not key.startswith(spreads)
    return not on_effect or key == ALL_EFFECTS or _LEVEL.sub("", key) in terms

"""One specification to labelled variants."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import product

from posthaz.cohort import Where
from posthaz.design import formula_terms
from posthaz.errors import SpecError
from posthaz.hazards import Baseline
from posthaz.priors import Prior
from posthaz.spec import (
    Alternative,
    Analysis,
    Axis,
    BaselineChange,
    ModelSpec,
    PriorChange,
    SensitivitySpec,
    SubsetChange,
)
from posthaz.spec.prior_targets import ALL_EFFECTS, baseline_targets, model_target, spread_keys

AS_STATED = "as stated"
_LEVEL = re.compile(r"\[[^\]]*\]")


@dataclass(frozen=True)
class Variant:
    """One model of a sensitivity analysis.

    Parameters
    ----------
    label : str
        What is different, ``"as stated"`` for nothing; alike for several models.
    changes : tuple of (str, str)
        Axis and alternative of each change.
    spec : ModelSpec
        The model; it keeps the name of the model that was varied.
    where : Where
        Patients it is fitted to; all of them when there is no condition.
    primary : bool
        Whether it is the first model as stated, with which the others are compared.
    """

    label: str
    changes: tuple[tuple[str, str], ...]
    spec: ModelSpec
    where: Where = field(default_factory=Where)
    primary: bool = False

    @property
    def axis(self) -> str:
        """What is changed: the axes, joined; the model for another one as stated."""
        stated = AS_STATED if self.primary else "model"
        return ", ".join(axis for axis, _ in self.changes) or stated


def variants(analysis: Analysis, wanted: SensitivitySpec | None = None) -> tuple[Variant, ...]:
    """The models of a sensitivity analysis.

    Parameters
    ----------
    analysis : Analysis
        The analysis.
    wanted : SensitivitySpec, optional
        What is varied; what the analysis file says by default.

    Returns
    -------
    tuple of Variant
        Each model as stated, then with one change at a time, or with every combination of
        alternatives and of what is stated. A change that does nothing to a model, such as the
        prior it has already, makes no variant. The primary one comes first.

    Raises
    ------
    SpecError
        When the analysis asks for no sensitivity analysis, or names a model it doesn't have.

    Examples
    --------
    >>> from posthaz.spec import load_analysis
    >>> [one.label for one in variants(load_analysis("nvalt11_pci_os"))][:2]
    ['as stated', 'prior on arm: sceptical']
    """
    wanted = wanted or analysis.sensitivity
    if wanted is None:
        raise SpecError(
            f"{analysis.path.name if analysis.path else analysis.name}: nothing is varied",
            fix="add a table [sensitivity] that says what is",
        )
    models = {model.name: model for model in analysis.models}
    unknown = [name for name in wanted.models if name not in models]
    if unknown:
        raise SpecError(
            f"the sensitivity analysis varies model '{unknown[0]}', which the analysis "
            "doesn't have",
            fix=f"name some of {', '.join(models)}",
        )
    found: dict[object, Variant] = {}
    for name in wanted.models:
        for chosen in _combinations(wanted):
            one = _variant(models[name], chosen)
            found.setdefault(_identity(one), one)
    first, *others = found.values()
    return replace(first, primary=True), *others


def _combinations(wanted: SensitivitySpec) -> Iterator[tuple[tuple[Axis, Alternative], ...]]:
    """Changes that are made together."""
    if wanted.combine == "full":
        values = [[None, *((axis, other) for other in axis.alternatives)] for axis in wanted.axes]
        for chosen in product(*values):
            yield tuple(change for change in chosen if change is not None)
        return
    yield ()
    for axis in wanted.axes:
        yield from (((axis, other),) for other in axis.alternatives)


def _variant(model: ModelSpec, chosen: tuple[tuple[Axis, Alternative], ...]) -> Variant:
    spec, where = model, Where()
    # a prior is put on what the model holds once baseline and formula are changed
    for _, other in sorted(chosen, key=lambda pair: isinstance(pair[1].change, PriorChange)):
        change = other.change
        if isinstance(change, SubsetChange):
            where = Where((*where.conditions, *change.where.conditions))
        elif isinstance(change, PriorChange):
            spec = with_prior(spec, change)
        elif isinstance(change, BaselineChange):
            spec = _reshaped(spec, change.baseline, spec.formula, change.priors)
        else:
            spec = _reshaped(spec, spec.baseline, change.formula, change.priors)
    changes = tuple((axis.title, other.label) for axis, other in chosen)
    label = "; ".join(f"{title}: {name}" for title, name in changes)
    return Variant(label or AS_STATED, changes, spec, where)


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


def _reshaped(
    spec: ModelSpec, baseline: Baseline, formula: str, priors: Mapping[str, Prior]
) -> ModelSpec:
    """The model with another baseline or formula, and those priors that still mean something."""
    kept = {
        key: prior
        for key, prior in spec.priors.items()
        if key not in priors and _means_something(key, baseline, formula, spec)
    }
    return spec.with_formula(formula, baseline=baseline, priors={**kept, **priors})


def _means_something(key: str, baseline: Baseline, formula: str, spec: ModelSpec) -> bool:
    reshaped = spec.with_formula(formula, baseline=baseline)
    if model_target(key, reshaped) is None:
        return False
    spreads = spread_keys(formula, reshaped.changing)
    terms = formula_terms(formula)
    on_effect = key not in baseline_targets(baseline) and not key.startswith(spreads)
    return not on_effect or key == ALL_EFFECTS or _LEVEL.sub("", key) in terms


def _identity(variant: Variant) -> object:
    """Equal for variants that are the same model of the same patients."""
    spec = variant.spec
    priors = frozenset((key, prior.family, prior.values) for key, prior in spec.priors.items())
    return repr(replace(spec, priors={})), priors, variant.where

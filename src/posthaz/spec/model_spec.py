"""Which model: a baseline hazard, covariate effects and priors, as a frozen value."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

import numpy as np

from posthaz.design import formula_terms, formula_variables
from posthaz.effects import FORMS, Background, ChangingEffect, Cure, Form
from posthaz.errors import Finding, Findings, FormulaError, SpecError, nearest
from posthaz.hazards import BASELINES, Baseline
from posthaz.priors import FAMILIES, Prior
from posthaz.spec.shrinkage import Shrinkage

FormName = Literal["proportional_hazards", "accelerated_failure_time"]
Centre = Literal["mean", "all", "none"]
CENTRES: tuple[str, ...] = get_args(Centre)


@dataclass(frozen=True)
class ModelSpec:
    """One model.

    Parameters
    ----------
    name : str
        Name in the analysis file.
    baseline : Baseline
        Baseline hazard.
    formula : str
        Right-hand side, lme4 style; ``"1"`` for none.
    form : {"proportional_hazards", "accelerated_failure_time"}
        What the covariates do to the hazard.
    priors : mapping of str to Prior
        Priors by baseline parameter, by term of the formula, or by coefficient; a term's prior
        holds for all its coefficients. ``covariates`` holds for every coefficient not named.
    centre : {"mean", "all", "none"}
        Where the baseline stands: numbers at their mean and factors at their reference, every
        covariate column at its mean, or every one at 0.
    shrinkage : Shrinkage or None
        A prior that several coefficients share.
    changing : tuple of ChangingEffect
        Terms whose effect changes with time, one each; under proportional hazards only.
    cure : Cure or None
        That a share of patients is cured; the formula is then about those who are not.
    strata : str
        Covariate for each of whose levels the baseline hazard has parameters of its own.
    background : Background or None
        That hazards are in excess of an expected one.

    Examples
    --------
    >>> from posthaz.hazards import Weibull
    >>> ModelSpec("weibull", Weibull(), "arm").form
    'proportional_hazards'
    """

    name: str
    baseline: Baseline
    formula: str = "1"
    form: FormName = "proportional_hazards"
    priors: Mapping[str, Prior] = field(default_factory=dict)
    centre: Centre = "mean"
    shrinkage: Shrinkage | None = None
    changing: tuple[ChangingEffect, ...] = ()
    cure: Cure | None = None
    strata: str = ""
    background: Background | None = None

    def __post_init__(self) -> None:
        findings = Findings()
        findings.extend(_model_faults(self))
        findings.raise_if_any(SpecError, f"ModelSpec {self.name!r} can't be used:")

    def with_formula(self, formula: str, **changes: Any) -> "ModelSpec":
        """The model with another formula; changing effects of terms that are gone are dropped."""
        terms = formula_terms(formula)
        kept = tuple(effect for effect in self.changing if effect.term in terms)
        return replace(self, formula=formula, changing=kept, **changes)

    @property
    def effect(self) -> Form:
        """What the covariates act on, with its words."""
        return FORMS[self.form]

    @property
    def proportional(self) -> bool:
        """Whether the hazard ratio of two patients is the same at all times."""
        multiplies = self.effect.acts_on == "hazard" or self.baseline.stretching_multiplies
        return multiplies and not (self.changing or self.cure or self.strata)

    @property
    def needed(self) -> tuple[str, ...]:
        """Columns that a fit needs: `variables`, and the expected rate."""
        return (*self.variables, *([self.background.rate] if self.background else ()))

    @property
    def variables(self) -> tuple[str, ...]:
        """Covariates that the model uses, in its hazard, its cured share and its strata."""
        named = [*formula_variables(self.formula)]
        named += formula_variables(self.cure.formula) if self.cure else ()
        named += [self.strata] if self.strata else []
        return tuple(dict.fromkeys(named))


def _model_faults(spec: ModelSpec) -> Iterator[Finding]:
    """What an analysis file would refuse in a model, in its words."""
    if not isinstance(spec.name, str) or not spec.name:
        yield Finding("ModelSpec, name", f"found {spec.name!r}", "give text in quotes")
    if not isinstance(spec.baseline, Baseline):
        yield Finding("ModelSpec, baseline", *_no_baseline(spec.baseline))
    try:
        formula_variables(spec.formula)
    except FormulaError as error:
        yield Finding("ModelSpec, formula", error.what, error.fix or "correct the formula")
    for key, words in (("form", tuple(FORMS)), ("centre", CENTRES)):
        found = getattr(spec, key)
        if found not in words:
            known = ", ".join(f'"{word}"' for word in words)
            near = f" ({nearest(found, words)})" if isinstance(found, str) else ""
            yield Finding(f"ModelSpec, {key}", f"found {found!r}{near}", f"give one of {known}")
    if not isinstance(spec.priors, Mapping):
        found = f"found a {type(spec.priors).__name__}"
        yield Finding("ModelSpec, priors", found, 'give a mapping, as {"arm": Prior(...)}')
    else:
        for key, prior in spec.priors.items():
            if not isinstance(prior, Prior):
                yield Finding(f"ModelSpec, priors[{key!r}]", *_no_prior(prior))
    if not isinstance(spec.shrinkage, Shrinkage | None):
        found = f"found a {type(spec.shrinkage).__name__}"
        yield Finding("ModelSpec, shrinkage", found, "give a Shrinkage or None")
    yield from _changing_faults(spec)
    if not isinstance(spec.cure, Cure | None):
        yield Finding("ModelSpec, cure", f"found {spec.cure!r}", 'give Cure("arm") or None')
    if not isinstance(spec.background, Background | None):
        found = f"found {spec.background!r}"
        yield Finding("ModelSpec, background", found, 'give Background("column") or None')
    if not isinstance(spec.strata, str):
        yield Finding("ModelSpec, strata", f"found {spec.strata!r}", "give the name of a covariate")
    elif spec.strata and spec.strata in _variables(spec.formula):
        what = f"'{spec.strata}' is in the formula too, and its strata say all about it"
        yield Finding("ModelSpec, strata", what, "take it out of the formula")


def _terms(formula: str) -> tuple[str, ...]:
    """Terms of a formula; none of one that can't be read, which is said elsewhere."""
    try:
        return formula_terms(formula)
    except FormulaError:
        return ()


def _variables(formula: str) -> tuple[str, ...]:
    """Covariates of a formula; none of one that can't be read, which is said elsewhere."""
    try:
        return formula_variables(formula)
    except FormulaError:
        return ()


def _changing_faults(spec: ModelSpec) -> Iterator[Finding]:
    """What is wrong with effects that change with time."""
    place = "ModelSpec, changing"
    if not isinstance(spec.changing, tuple) or not all(
        isinstance(effect, ChangingEffect) for effect in spec.changing
    ):
        yield Finding(place, f"found {spec.changing!r}", 'give (ChangingEffect("arm"),)')
        return
    terms = [effect.term for effect in spec.changing]
    known = _terms(spec.formula)
    for term in terms:
        if term not in known:
            what = f"the formula has no term '{term}' ({nearest(term, known)})"
            yield Finding(place, what, "name a term of the formula")
    if len(set(terms)) < len(terms):
        yield Finding(place, f"a term stands twice among {', '.join(terms)}", "keep it once")
    if spec.changing and spec.form == "accelerated_failure_time":
        yield Finding(
            place,
            "effects that change with time act on the hazard, and the accelerated form on time",
            'use form = "proportional_hazards", or leave the changing effects out',
        )
    if spec.changing and spec.shrinkage is not None:
        yield Finding(place, "coefficients that shrink together don't change", "keep one of both")


def _no_baseline(found: object) -> tuple[str, str]:
    """What stands in place of a baseline, and the fix."""
    classes = {kind: cls.__name__ for kind, cls in BASELINES.items()}
    every = ", ".join(f"{name}()" for name in classes.values())
    if isinstance(found, type) and issubclass(found, Baseline):
        return f"found the class {found.__name__}", f"give a value of it, {found.__name__}()"
    if isinstance(found, str):
        near = nearest(found, list(classes))
        return f"found the text {found!r} ({near})", f"give a baseline hazard, one of {every}"
    return f"found a {type(found).__name__}", f"give a baseline hazard, one of {every}"


def _no_prior(found: object) -> tuple[str, str]:
    """What stands in place of a prior, and the fix."""
    example = 'Prior("normal", (0.0, 1.0))'
    if isinstance(found, Mapping):
        return "found a dict, as an analysis file has it", f"give a Prior, such as {example}"
    family, values = _family_and_values(found)
    source = type(found).__module__.partition(".")[0]
    if family and values:
        inner = ", ".join(f"{float(value):g}" for value in values)
        return (
            f"found a distribution of {source}",
            f'give Prior("{family}", ({inner}{"," * (len(values) == 1)}))',
        )
    if source in ("scipy", "preliz", "pymc", "pytensor"):
        known = ", ".join(FAMILIES)
        fix = f"give a Prior, such as {example}; its families are {known}"
        return f"found a distribution of {source}", fix
    return f"found a {type(found).__name__}", f"give a Prior, such as {example}"


def _family_and_values(found: object) -> tuple[str, tuple[float, ...]]:
    """A normal or half-normal distribution of SciPy or PreliZ as a family and its values."""
    inner = getattr(found, "dist", None)
    name = getattr(inner, "name", "") or type(found).__name__
    try:
        if name == "norm":
            return "normal", (found.mean(), found.std())  # type: ignore[attr-defined]
        if name == "halfnorm" and found.support()[0] == 0:  # type: ignore[attr-defined]
            return "half_normal", (found.kwds.get("scale", 1.0),)  # type: ignore[attr-defined]
        if name == "Normal":
            return "normal", (found.mu, found.sigma)  # type: ignore[attr-defined]
        if name == "HalfNormal":
            return "half_normal", (found.sigma,)  # type: ignore[attr-defined]
    except (AttributeError, TypeError, ValueError):
        return "", ()
    return "", ()


_MOST_COUNTED = 100_000


def counted_times(times: np.ndarray, weight: np.ndarray | None) -> np.ndarray:
    """Event times, each as often as its weight says, so that quantiles are those of the events.

    Parameters
    ----------
    times : ndarray of float, shape (event,)
        Event times.
    weight : ndarray of float, shape (event,), or None
        Their weights.

    Returns
    -------
    ndarray of float
        Times repeated by whole weights; weights that add up to more than 100,000 are scaled down
        to that sum, fractional ones are left out of account.
    """
    if weight is None or np.all(weight == 1.0) or np.any(weight != np.round(weight)):
        return times
    total = float(np.sum(weight))
    if total <= _MOST_COUNTED:
        return np.repeat(times, weight.astype(int))
    order = np.argsort(times, kind="stable")
    reached = np.cumsum(weight[order])
    points = (np.arange(_MOST_COUNTED) + 0.5) / _MOST_COUNTED * total
    return times[order][np.searchsorted(reached, points)]


def resolve(
    spec: ModelSpec,
    event_times: np.ndarray,
    weight: np.ndarray | None = None,
    origin: float = 0.0,
) -> ModelSpec:
    """The same model with data-dependent choices (cuts at event quantiles) as numbers.

    Parameters
    ----------
    spec : ModelSpec
        A model.
    event_times : ndarray of float, shape (event,)
        Times of the events the model will be fitted to.
    weight : ndarray of float, shape (event,), optional
        Their weights; each counts once without them.
    origin : float, optional
        Where follow-up begins on the time scale.

    Returns
    -------
    ModelSpec
        A new value; `spec` is unchanged.

    Examples
    --------
    >>> import numpy as np
    >>> from posthaz.hazards import PiecewiseExponential
    >>> model = ModelSpec("pwe", PiecewiseExponential(intervals=2))
    >>> resolve(model, np.array([1.0, 2.0, 3.0])).baseline.cuts
    (2.0,)
    """
    times = counted_times(event_times, weight)
    baseline = spec.baseline.resolve(times, origin)
    cuts = getattr(baseline, "cuts", ())
    changing = tuple(effect.resolve(times, cuts) for effect in spec.changing)
    return replace(spec, baseline=baseline, changing=changing)

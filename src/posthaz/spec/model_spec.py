"""Which model: a baseline hazard, covariate effects and priors, as a frozen value."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from posthaz.design import formula_terms, formula_variables
from posthaz.effects import FORMS, Background, ChangingEffect, Cure, Form, Frailty, YangPrentice
from posthaz.errors import Findings, SpecError
from posthaz.hazards import Baseline
from posthaz.priors import Prior, as_prior, is_distribution
from posthaz.spec.model_faults import model_faults
from posthaz.spec.shrinkage import Shrinkage

FormName = Literal["proportional_hazards", "accelerated_failure_time"]


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
    priors : mapping of str to Prior or distribution of SciPy, PreliZ or PyMC-Extras
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
    crossing : YangPrentice or None
        A term whose hazard ratio goes from a short-term to a long-term value; under proportional
        hazards of the other terms only.
    frailty : Frailty
        How the frailties of clusters, ``(1 | column)`` of the formula, are distributed.

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
    centre: Literal["mean", "all", "none"] = "mean"
    shrinkage: Shrinkage | None = None
    changing: tuple[ChangingEffect, ...] = ()
    cure: Cure | None = None
    strata: str = ""
    background: Background | None = None
    crossing: YangPrentice | None = None
    frailty: Frailty = field(default_factory=Frailty)

    def __post_init__(self) -> None:
        findings = Findings()
        given: object = self.priors
        if isinstance(given, Mapping) and any(map(is_distribution, given.values())):
            known = {name: as_prior(prior) if is_distribution(prior) else prior
                     for name, prior in self.priors.items()}  # fmt: skip
            object.__setattr__(self, "priors", known)
        findings.extend(model_faults(self))
        findings.raise_if_any(SpecError, f"ModelSpec {self.name!r} can't be used:")

    def with_formula(self, formula: str, **changes: Any) -> "ModelSpec":
        """The model with another formula; changing effects of terms that are gone are dropped."""
        terms = formula_terms(formula)
        kept = tuple(effect for effect in self.changing if effect.term in terms)
        crossing = self.crossing if self.crossing and self.crossing.term in terms else None
        return replace(self, formula=formula, changing=kept, crossing=crossing, **changes)

    @property
    def effect(self) -> Form:
        """What the covariates act on, with its words."""
        return FORMS[self.form]

    @property
    def proportional(self) -> bool:
        """Whether the hazard ratio of two patients is the same at all times."""
        multiplies = self.effect.acts_on == "hazard" or self.baseline.stretching_multiplies
        return multiplies and not (self.changed_terms or self.cure or self.strata)

    @property
    def changed_terms(self) -> tuple[str, ...]:
        """Terms whose hazard ratio changes with time, in whatever way."""
        own = (self.crossing.term,) if self.crossing else ()
        return (*(effect.term for effect in self.changing), *own)

    @property
    def needed(self) -> tuple[str, ...]:
        """Columns that a fit needs: `variables`, and the expected rate."""
        own = (self.background.rate, *self.background.columns) if self.background else ()
        return tuple(dict.fromkeys((*self.variables, *own)))

    @property
    def variables(self) -> tuple[str, ...]:
        """Covariates that the model uses, in its hazard, its cured share and its strata."""
        named = [*formula_variables(self.formula)]
        named += formula_variables(self.cure.formula) if self.cure else ()
        named += [self.strata] if self.strata else []
        return tuple(dict.fromkeys(named))


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

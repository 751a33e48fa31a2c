"""A specification and a cohort to the posterior to be sampled."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from posthaz.cohort import Cohort, Collapsed, between_steps, collapse, joined
from posthaz.design import Design
from posthaz.errors import CohortError
from posthaz.inference.engine import Posterior, model_shape, outlined_posterior
from posthaz.model import build_model, event_rate
from posthaz.model.graph import pm
from posthaz.model.outline import Outline, built_outline, outline
from posthaz.spec import (
    ChosenPriors,
    ModelSpec,
    check_parts,
    choose_priors,
    learn_model_design,
    resolve,
)
from posthaz.spec.patients_lost import own_patients


@dataclass(frozen=True, eq=False)
class Prepared:
    """Everything about a fit but its draws.

    Parameters
    ----------
    spec : ModelSpec
        The model, resolved.
    cohort : Cohort
        The cohort, with rows of a patient that the model can't tell apart joined.
    collapsed : Collapsed
        Its distinct rows, to which the model is fitted.
    design : Design
        Design learned from the cohort.
    priors : ChosenPriors
        The prior of every parameter.
    outline : Outline
        Its data, names, start and shape.
    posterior : Posterior
        Its posterior, compiled.
    events : int
        Events of its patients, as many as rows stand for.
    edited_model : pymc.Model, optional
        The PyMC model, where its user edited it.
    """

    spec: ModelSpec
    cohort: Cohort
    collapsed: Collapsed
    design: Design
    priors: ChosenPriors
    outline: Outline
    posterior: Posterior
    events: int
    edited_model: "pm.Model | None" = None

    @cached_property
    def model(self) -> "pm.Model":
        """The PyMC model, built where it is asked for."""
        if self.edited_model is not None:
            return self.edited_model
        return build_model(self.spec, self.distinct_design, self.priors, self.collapsed.cohort)

    @property
    def distinct_design(self) -> Design:
        """The design with the covariates of the distinct rows."""
        return of_distinct_rows(self.design, self.collapsed)

    @property
    def batch(self) -> Hashable:
        """Equal for posteriors that can be sampled in one call."""
        shapes = tuple(array.shape for array in self.posterior.data)
        return id(self.posterior.engine), shapes


def prepare_fit(spec: ModelSpec, cohort: Cohort) -> Prepared:
    """Resolve a model, learn its design, choose its priors, build and compile it.

    Parameters
    ----------
    spec : ModelSpec
        The model.
    cohort : Cohort
        The cohort.

    Returns
    -------
    Prepared
        What is to be sampled.

    Raises
    ------
    CohortError
        When the cohort has no event to learn from.
    PosthazError
        When formula or priors don't fit the cohort.
    """
    return _prepared(spec, _learned(spec, cohort))


def prepare_many(tasks: Sequence[tuple[ModelSpec, Cohort]]) -> list[Prepared]:
    """`prepare_fit` of each task; neighbours that differ in priors alone learn their design once.

    Parameters
    ----------
    tasks : sequence of (ModelSpec, Cohort)
        What to fit.

    Returns
    -------
    list of Prepared
        In the order of `tasks`.
    """
    made: list[Prepared] = []
    last: tuple[ModelSpec, Cohort, _Learned] | None = None
    for spec, cohort in tasks:
        alike = replace(spec, name="model", priors={})
        if last is None or last[1] is not cohort or last[0] != alike:
            last = (alike, cohort, _learned(spec, cohort))
        made.append(_prepared(spec, last[2]))
    return made


@dataclass(frozen=True, eq=False)
class _Learned:
    """What a model takes from a cohort, whatever its priors."""

    resolved: ModelSpec
    cohort: Cohort
    design: Design
    rate: float
    events: int

    @cached_property
    def collapsed(self) -> Collapsed:
        names = (*self.design.variables, *self.resolved.needed)
        return collapse(self.cohort, tuple(dict.fromkeys(names)))

    @cached_property
    def distinct_design(self) -> Design:
        return of_distinct_rows(self.design, self.collapsed)

    def priors(self, spec: ModelSpec) -> tuple[ModelSpec, ChosenPriors]:
        """The model with its own name and priors, resolved, and all of its priors."""
        own = replace(self.resolved, name=spec.name, priors=spec.priors)
        return own, choose_priors(own, self.design, self.rate, self.cohort.origin)


def _prepared(spec: ModelSpec, learned: _Learned) -> Prepared:
    resolved, priors = learned.priors(spec)
    cohort, design, collapsed = learned.cohort, learned.design, learned.collapsed
    given = (resolved, learned.distinct_design, priors, collapsed.cohort)
    if found := outline(build_model, *given):
        posterior = outlined_posterior(found, found.shape, lambda: build_model(*given))
    else:  # only PyMC can tell; such a model is built each time
        model = build_model(*given)
        found = built_outline(model)
        shape = model_shape(resolved, design, priors, model)
        posterior = outlined_posterior(found, shape, lambda: model)
    return Prepared(resolved, cohort, collapsed, design, priors, found, posterior, learned.events)


def in_batches(prepared: Sequence[Prepared]) -> list[list[int]]:
    """Positions of posteriors that can be sampled in one call, those of each together."""
    alike: dict[Hashable, list[int]] = {}
    for position, one in enumerate(prepared):
        alike.setdefault(one.batch, []).append(position)
    return list(alike.values())


def understood(spec: ModelSpec, cohort: Cohort) -> tuple[ModelSpec, Cohort, Design, ChosenPriors]:
    """The model with all that follows from the cohort: its own patients, design and priors."""
    learned = _learned(spec, cohort)
    resolved, priors = learned.priors(spec)
    return resolved, learned.cohort, learned.design, priors


def _learned(spec: ModelSpec, cohort: Cohort) -> _Learned:
    # each model its own patients: a covariate of another model takes none from this one
    cohort = own_patients(spec, cohort)
    known = round(cohort.known_events)
    cohort = between_steps(joined(cohort, spec.needed))
    events = cohort.event | cohort.interval_censored
    if not (events & (cohort.weight > 0)).any():
        raise CohortError(
            f"{cohort.source.name}: no events, so nothing can be learnt about the hazard",
            fix="check the event column and its coding",
        )
    resolved = resolve(spec, cohort.exit[events], cohort.weight[events], cohort.origin)
    design = learn_model_design(resolved, cohort.covariates, cohort.patient_weight)
    check_parts(resolved, design, cohort)
    return _Learned(resolved, cohort, design, event_rate(cohort), known)


def of_distinct_rows(design: Design, collapsed: Collapsed) -> Design:
    """The design with the covariates of distinct rows, each weighted as all that it stands for."""
    covariates = collapsed.cohort.covariates
    frame = covariates.loc[:, list(design.variables)].reset_index(drop=True)
    weight = np.bincount(collapsed.number, weights=design.weight, minlength=len(frame))
    return replace(design, frame=frame, weight=weight)

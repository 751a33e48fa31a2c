"""The model of an analysis with other terms in place of some of its own."""

from collections.abc import Sequence
from dataclasses import replace

from posthaz.arms.arm_model import arm_model
from posthaz.cohort import Cohort
from posthaz.spec import ModelSpec, Shrinkage
from posthaz.spec.along import formula_with
from posthaz.spec.names import changed_priors
from posthaz.spec.patients_lost import own_patients


def along_model(
    model: ModelSpec,
    cohort: Cohort,
    terms: Sequence[str],
    shrinkage: Shrinkage | None,
    replaced: Sequence[str],
    name: str,
) -> ModelSpec:
    """A model whose formula has `terms` in place of `replaced`.

    Parameters
    ----------
    model : ModelSpec
        The model.
    cohort : Cohort
        The cohort; those who lack a covariate are left out for its design.
    terms : sequence of str
        New terms.
    shrinkage : Shrinkage or None
        Prior that some of them share.
    replaced : sequence of str
        Terms that are left out.
    name : str
        Name of the new model.

    Returns
    -------
    ModelSpec
        With those priors and changing effects that still have a place.
    """
    formula = formula_with(model.formula, replaced, terms) or "1"
    plain = replace(model, priors={}, shrinkage=None).with_formula(formula)
    bare = replace(plain, changing=(), crossing=None)
    made = arm_model(model, own_patients(bare, cohort), formula, name, shrinkage)
    own = changed_priors(replace(plain, priors=model.priors)) if plain.changing else set()
    kept = {name: prior for name, prior in model.priors.items() if name in own}
    parts = {"changing": plain.changing, "crossing": plain.crossing}
    return replace(made, priors={**made.priors, **kept}, **parts)

"""How all covariates of a model become columns: of its hazard, its cured share, its strata."""

from dataclasses import replace

import numpy as np
import pandas as pd

from posthaz.cohort import Cohort, joined
from posthaz.design import Design, Group, learn_design
from posthaz.errors import FormulaError, nearest
from posthaz.spec.model_spec import ModelSpec, resolve
from posthaz.spec.prior_choice import choose_priors

MOST_STRATA = 50


def learn_model_design(
    spec: ModelSpec,
    covariates: pd.DataFrame,
    weight: np.ndarray | None = None,
    centring: str | None = None,
) -> Design:
    """Learn the design of a model.

    Parameters
    ----------
    spec : ModelSpec
        A model.
    covariates : DataFrame
        One row each.
    weight : ndarray of float, shape (row,), optional
        How much each row counts as a patient.
    centring : str, optional
        Where the baseline stands, if not as the model says.

    Returns
    -------
    Design
        Of the formula, with ``cure`` and ``strata`` where the model has them; its frame holds the
        covariates of all.

    Raises
    ------
    FormulaError
        When a formula can't be used, or strata are too many or too few.

    Examples
    --------
    >>> from posthaz.hazards import Weibull
    >>> frame = pd.DataFrame({"x": [0.0, 1.0, 2.0], "site": ["a", "b", "a"]})
    >>> spec = ModelSpec("m", Weibull(), "x", strata="site")
    >>> learn_model_design(spec, frame).strata.levels
    ('a', 'b')
    """
    centre = centring or spec.centre
    design = learn_design(covariates, spec.formula, centre, weight)
    cure = spec.cure and learn_design(covariates, spec.cure.formula, centre, weight)
    strata = _strata(spec.strata, covariates) if spec.strata else None
    frames = [design.frame, *([cure.frame] if cure else [])]
    if strata:
        column = covariates[strata.name].reset_index(drop=True)
        frames.append(column.to_frame())
    if spec.background is not None and spec.background.table:
        frames.append(covariates[list(spec.background.columns)].reset_index(drop=True))
    frame = pd.concat(frames, axis=1)
    frame = frame.loc[:, ~frame.columns.duplicated()]
    return replace(design, frame=frame, cure=cure, strata=strata)


def _strata(name: str, covariates: pd.DataFrame) -> Group:
    """The strata of a covariate, in the order of its levels."""
    if name not in covariates:
        known = [str(column) for column in covariates.columns]
        raise FormulaError(
            f"strata names '{name}', which is not a covariate of the cohort; "
            f"{nearest(name, known)}",
            fix="correct the name, or describe the column in [cohort.columns]",
        )
    column = covariates[name]
    present = column.dropna().astype(str)
    categories = column.cat.categories if isinstance(column.dtype, pd.CategoricalDtype) else None
    levels = sorted(set(present)) if categories is None else [str(c) for c in categories]
    levels = [level for level in levels if level in set(present)]
    if not 2 <= len(levels) <= MOST_STRATA:
        raise FormulaError(
            f"strata '{name}' has {len(levels)} different value(s)",
            fix=(
                f"name a factor with 2 to "
                f"{MOST_STRATA} levels; a number can be cut into groups first"
            ),
        )
    return Group(name, tuple(levels))


def with_priors_of(spec: ModelSpec, cohort: Cohort) -> ModelSpec:
    """The model with the default priors of its coefficients in one cohort stated.

    Default priors are per standard deviation, which differs a little between imputations; one
    posterior has one prior.
    """
    if spec.shrinkage is not None:
        return spec
    part = joined(cohort, spec.needed)
    resolved = resolve(spec, part.exit[part.event], part.weight[part.event], part.origin)
    design = learn_model_design(resolved, part.covariates, part.patient_weight)
    rate = float(part.event.sum()) / float((part.exit - part.entry).sum())
    chosen = choose_priors(resolved, design, rate, part.origin)
    stated = {
        label: prior
        for label, prior in zip(design.columns, chosen.coefficients, strict=True)
        if prior.origin.startswith("default")
    }
    return replace(spec, priors={**spec.priors, **stated})

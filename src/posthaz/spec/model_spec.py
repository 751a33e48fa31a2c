"""Which model: a baseline hazard, covariate effects and priors, as a frozen value."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from posthaz.hazards import Baseline
from posthaz.priors import Prior

Form = Literal["proportional_hazards", "accelerated_failure_time"]


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

    Examples
    --------
    >>> from posthaz.hazards import Weibull
    >>> ModelSpec("weibull", Weibull(), "arm").form
    'proportional_hazards'
    """

    name: str
    baseline: Baseline
    formula: str = "1"
    form: Form = "proportional_hazards"
    priors: Mapping[str, Prior] = field(default_factory=dict)
    centre: Literal["mean", "all", "none"] = "mean"


def resolve(spec: ModelSpec, event_times: np.ndarray) -> ModelSpec:
    """The same model with data-dependent choices (cuts at event quantiles) as numbers.

    Parameters
    ----------
    spec : ModelSpec
        A model.
    event_times : ndarray of float, shape (event,)
        Times of the events the model will be fitted to.

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
    return replace(spec, baseline=spec.baseline.resolve(event_times))

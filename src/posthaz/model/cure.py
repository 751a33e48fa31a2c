"""The linear predictor of the cured share, as PyMC variables."""

from posthaz.design import Design
from posthaz.hazards import Array
from posthaz.model.coefficients import coefficient_vector
from posthaz.model.distributions import prior_variable
from posthaz.model.graph import pm
from posthaz.spec import CURE_EFFECT, CURE_INTERCEPT, ChosenPriors


def cure_predictor(design: Design, priors: ChosenPriors) -> Array:
    """Linear predictor of the cured share of every row, in the enclosing model.

    Parameters
    ----------
    design : Design
        A design with ``cure``.
    priors : ChosenPriors
        Whose ``cure`` has the prior of the intercept, then one a column.

    Returns
    -------
    TensorVariable
        Shape (row,), or a number where the share has no covariate.
    """
    own = design.cure
    assert own is not None
    intercept, *slopes = priors.cure
    predictor = prior_variable(CURE_INTERCEPT, intercept, 0.0)
    if not own.columns:
        return predictor
    vector = coefficient_vector(CURE_EFFECT, own, slopes, data="cure_scale")
    effects = pm.Deterministic(CURE_EFFECT, vector, dims=("cure_covariate",))
    matrix: Array = pm.Data(
        "cure_design", own.matrix(design.frame) - own.centre, dims=("row", "cure_covariate")
    )
    return predictor + matrix @ effects

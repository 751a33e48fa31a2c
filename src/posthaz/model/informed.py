"""Hierarchical normal effects in coordinates that suit the information about each of them."""

import numpy as np

from posthaz.hazards import Array
from posthaz.model.graph import pm, pt


def informed_normal(
    name: str, sd: Array, information: np.ndarray, dims: tuple[str, ...] | None = None
) -> Array:
    """Normal effects with mean 0 and standard deviation `sd`, free of the usual funnel.

    Little information wants the non-centred form ``effect = sd * z`` and much the centred one.
    With information ``I`` an effect's conditional posterior has precision about ``1/sd^2 + I``,
    so ``effect = u sd / sqrt(1 + sd^2 I)`` gives ``u`` unit scale whatever `sd` is; the two
    forms are its limits.

    Parameters
    ----------
    name : str
        Name of ``u``.
    sd : TensorVariable
        Standard deviation of the effects, scalar or one each.
    information : ndarray of float, shape (effect,)
        About how many events tell of each effect. It changes the coordinates, not the model.
    dims : tuple of str, optional
        Dimension of the effects.

    Returns
    -------
    TensorVariable
        The effects, shape (effect,).
    """
    effects, spread = _coordinates(name, sd, information, dims)
    return effects * sd / spread


def informed_standard(
    name: str, sd: Array, information: np.ndarray, dims: tuple[str, ...]
) -> Array:
    """The effects of `informed_normal` in units of their standard deviation, also where it is 0."""
    effects, spread = _coordinates(name, sd, information, dims)
    return effects / spread


def _coordinates(
    name: str, sd: Array, information: np.ndarray, dims: tuple[str, ...] | None
) -> tuple[Array, Array]:
    """The variable ``u`` and its standard deviation."""
    told: Array = pm.Data(f"{name}_information", information)
    spread: Array = pt.sqrt(1.0 + sd**2 * told)
    effects: Array = (
        pm.Normal(name, 0.0, spread, dims=dims)
        if dims
        else pm.Normal(name, 0.0, spread, shape=(len(information),))
    )
    return effects, spread

"""The regularised horseshoe: most coefficients near zero, a few as large as they are."""

import math
from collections.abc import Mapping

import numpy as np

from posthaz.hazards import Array
from posthaz.model.graph import pm, pt
from posthaz.model.informed import informed_normal
from posthaz.model.shrinkage.block import Block
from posthaz.priors import Prior
from posthaz.spec import GLOBAL_SCALE

_SLAB_DF = 4.0


def horseshoe(name: str, block: Block, scales: Mapping[str, Prior]) -> Array:
    """Coefficients under a regularised horseshoe (Piironen and Vehtari 2017).

    Per standard deviation of its column a coefficient is normal with standard deviation
    ``tau * lambda``, where ``lambda`` is half-Cauchy with scale 1 and ``tau`` half-Cauchy with
    scale ``relevant / (coefficients - relevant) / sqrt(events)``: a log hazard ratio per standard
    deviation is known to about ``1 / sqrt(events)``. Large coefficients have a Student t slab
    with 4 degrees of freedom and scale ``slab``.

    Parameters
    ----------
    name : str
        Name of the vector of all coefficients.
    block : Block
        Those that shrink.
    scales : mapping of str to Prior
        Not used: the scales of a horseshoe belong to it.

    Returns
    -------
    TensorVariable
        Coefficients per standard deviation of their columns, shape (position,).
    """
    size = len(block.positions)
    width: Array = pm.Data("horseshoe_global_width", global_width(block))
    noise: Array = pm.Data("horseshoe_noise", 1.0 / math.sqrt(max(block.events, 1.0)))
    slab: Array = pm.Data("horseshoe_slab", block.shrinkage.value("slab"))
    overall = pm.Deterministic(
        GLOBAL_SCALE, width * half_cauchy_quantile(pm.Normal("global_scale_standard", 0.0, 1.0))
    )
    own = half_cauchy_quantile(pm.Normal("local_scale_standard", 0.0, 1.0, shape=(size,)))
    slab_sd = slab * pt.sqrt(pm.InverseGamma("slab_variance_standard", _SLAB_DF / 2, _SLAB_DF / 2))
    wide = overall * own
    spread = wide * slab_sd / pt.sqrt(slab_sd**2 + wide**2)
    # how much of each coefficient's own information the prior leaves to it
    pm.Deterministic("effective_coefficients", pt.sum(wide**2 / (wide**2 + noise**2)))
    return informed_normal(f"{name}_standard_horseshoe", spread, np.full(size, block.events))


def global_width(block: Block) -> float:
    """Scale of the half-Cauchy prior of the global scale."""
    size = len(block.positions)
    relevant = min(block.shrinkage.value("relevant"), size / 2)
    return relevant / (size - relevant) / math.sqrt(max(block.events, 1.0))


def half_cauchy_quantile(standard: Array) -> Array:
    """Half-Cauchy variable from a standard normal one, exact far into both tails."""
    return pt.sin(math.pi / 2 * _normal_cdf(standard)) / pt.sin(
        math.pi / 2 * _normal_cdf(-standard)
    )


def _normal_cdf(value: Array) -> Array:
    return pt.erfc(-value / math.sqrt(2.0)) / 2.0

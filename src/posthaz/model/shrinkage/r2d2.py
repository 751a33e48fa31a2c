"""R2D2: a prior on how much all covariates explain together, shared out among them."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.special import softmax

from posthaz.hazards import Array
from posthaz.model.graph import pm, pt
from posthaz.model.informed import informed_normal
from posthaz.model.shrinkage.block import Block
from posthaz.priors import Prior

_GUMBEL_VARIANCE = math.pi**2 / 6
_SPREADS = (0.01, 4.0)
_POINTS = 10


def r2d2(name: str, block: Block, scales: Mapping[str, Prior]) -> Array:
    """Coefficients under an R2D2 prior (Zhang et al. 2022; Aguilar and Bürkner 2023).

    The explained share ``R2`` of the variation of the log cumulative hazard at failure, whose
    unexplained part has the Gumbel variance pi^2 / 6 in any proportional hazards model (Kent and
    O'Quigley 1988), is beta(1, b) with mean ``mean_r2``. Its odds times pi^2 / 6 is the variance
    of all coefficients per standard deviation, shared out in logistic-normal proportions of
    which about ``relevant`` count.

    Parameters
    ----------
    name : str
        Name of the vector of all coefficients.
    block : Block
        Those that shrink.
    scales : mapping of str to Prior
        Not used: R2D2 has its own.

    Returns
    -------
    TensorVariable
        Coefficients per standard deviation of their columns, shape (position,).
    """
    size = len(block.positions)
    mean = block.shrinkage.value("mean_r2")
    power: Array = pm.Data("r2d2_power", mean / (1.0 - mean))
    spread: Array = pm.Data("r2d2_spread", share_spread(block))
    standard = pm.Normal("r_squared_standard", 0.0, 1.0)
    # 1 - R2 = p^(1/b) is the quantile function of beta(1, b), and this its logarithm
    left = power * _log_upper_tail(standard)
    pm.Deterministic("r_squared", -pt.expm1(left))
    variance = _GUMBEL_VARIANCE * pt.expm1(-left)
    logits = spread * pm.Normal("share_standard", 0.0, 1.0, shape=(size,))
    share = pt.special.softmax(logits)
    sd = pt.sqrt(variance * share)
    return informed_normal(f"{name}_standard_r2d2", sd, np.full(size, block.events))


def share_spread(block: Block) -> float:
    """Standard deviation of the log shares (before they are scaled to sum to 1).

    Chosen so that the shares ``p`` count as ``relevant`` equal ones on average, ``E 1 / sum p^2``;
    found on a fixed set of normal points, so that equal analyses have equal priors.
    """
    from scipy.optimize import brentq
    from scipy.stats import norm
    from scipy.stats.qmc import Sobol

    size = len(block.positions)
    if size == 1:
        return 1.0
    relevant = min(block.shrinkage.value("relevant"), size / 2)
    points = norm.ppf(Sobol(size, scramble=True, rng=0).random_base2(_POINTS))

    def excess(spread: float) -> float:
        squares = np.sum(softmax(spread * points, axis=1) ** 2, axis=1)
        return float(np.mean(1.0 / squares)) - relevant

    if excess(_SPREADS[1]) > 0:
        return _SPREADS[1]
    found: Any = brentq(excess, *_SPREADS)
    return float(found)


def _log_upper_tail(standard: Array) -> Array:
    """Log probability that a standard normal variable is larger, exact in both tails."""
    low, high = pt.minimum(standard, 0.0), pt.maximum(standard, 0.0)
    return pt.switch(
        standard < 0,
        pt.log1p(-pt.erfc(-low / math.sqrt(2.0)) / 2.0),
        pt.log(pt.erfc(high / math.sqrt(2.0)) / 2.0),
    )

"""Tails of the standard log-gamma distribution, and of the normal one, from elementary functions.

One formula for every array module, which can be differentiated twice, with shape 0 its limit.
"""

from types import ModuleType
from typing import Any

import numpy as np
from scipy.special import erfcx, gammainc, gammaincc, gammainccinv, gammaincinv, gammaln, ndtri_exp

from posthaz.hazards.hazard import Array

_EVEN, _EVENLY = np.polynomial.legendre.leggauss(40)
# cubed, so that nodes are dense where a boundary layer may be
_NODES, _WEIGHTS = ((_EVEN + 1.0) / 2.0) ** 3, 1.5 * _EVENLY * ((_EVEN + 1.0) / 2.0) ** 2
_SPENT = 40.0
_LOG_ROOT_TWO_PI = 0.5 * np.log(2.0 * np.pi)
_FURTHEST = 200.0
_TERMS = 18
_FEW_TERMS = 10
_NEAR_ZERO = 0.01
_NEAR_NORMAL = 0.05
_LEAST = 1e-280
_NEWTON_STEPS = 40
_STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156)
_SHIFT = 10
_CENTRE = 4.0


def _stretched(at: np.ndarray) -> np.ndarray:
    """From (-1, 1) to the positive numbers."""
    return _CENTRE * (1.0 + at) / np.maximum(1.0 - at, 1e-12)


_MILLS = np.polynomial.chebyshev.chebinterpolate(
    lambda at: (1.0 + 2.0 * _stretched(at)) * erfcx(_stretched(at)), 34
)


def normal_hazard(score: Array, xp: ModuleType | Any) -> tuple[Array, Array]:
    """Log hazard and cumulative hazard of the standard normal distribution.

    Parameters
    ----------
    score : array
        Where.
    xp : module
        Array module of it.

    Returns
    -------
    log_hazard, cumulative_hazard : array
        Of relative accuracy 1e-13 in both tails, however small survival is.

    Examples
    --------
    >>> log_hazard, cumulative = normal_hazard(np.array([0.0, 40.0]), np)
    >>> cumulative.round(6).tolist()
    [0.693147, 804.608442]
    """
    late = score >= 0.0
    far = xp.where(late, score, -score)
    root = far / np.sqrt(2.0)
    at = (root - _CENTRE) / (root + _CENTRE)
    # Clenshaw's recurrence for the scaled complementary error function
    one, two = 0.0 * at, 0.0 * at
    for coefficient in _MILLS[:0:-1]:
        one, two = 2.0 * at * one - two + coefficient, one
    scaled = (at * one - two + _MILLS[0]) / (1.0 + 2.0 * root)
    log_tail = xp.log(0.5 * scaled) + _LOG_ROOT_TWO_PI
    return _from_tail(late, -0.5 * far**2, log_tail, -_LOG_ROOT_TWO_PI, xp)


def log_gamma_hazard(score: Array, shape: Array, xp: ModuleType | Any) -> tuple[Array, Array]:
    """Log hazard and cumulative hazard of Prentice's standard log-gamma distribution.

    Its density at ``w`` is proportional to ``exp{(Q w - exp(Q w)) / Q^2}``: that of a standardised
    log of a gamma variable with shape ``1 / Q^2`` (mirrored when Q is negative), the normal one
    for Q = 0, the Gumbel one (whose exponential is Weibull) for Q = 1.

    Parameters
    ----------
    score : array
        Where, ``w``.
    shape : array
        Shape ``Q``; broadcasts against `score`.
    xp : module
        Array module of both.

    Returns
    -------
    log_hazard, cumulative_hazard : array
        Of relative accuracy 1e-11 or better in both tails, however small survival is.

    Notes
    -----
    The density is log-concave: with ``f(w + u) / f(w) = exp(-b u - c u^2 g(s u))`` either tail is
    ``f(w)`` times an integral over ``u`` that Gauss-Legendre quadrature does to full precision,
    ``g(x) = (exp(x) - 1 - x) / x^2``.

    Examples
    --------
    >>> log_hazard, cumulative = log_gamma_hazard(np.array([-1.0, 3.0]), np.array(1.0), np)
    >>> cumulative.round(6).tolist()  # the Gumbel distribution's is exp(w)
    [0.367879, 20.085537]
    """
    if xp is np:
        return _numeric(np.asarray(score, dtype=float), np.asarray(shape, dtype=float))
    return _by_quadrature(score, shape, xp)


def log_gamma_score(cumulative: Array, shape: Array) -> np.ndarray:
    """Where the log-gamma distribution's cumulative hazard is reached; NumPy only.

    Examples
    --------
    >>> log_gamma_score(np.array([1.0, 20.085537]), np.array(1.0)).round(6).tolist()
    [0.0, 3.0]
    """
    wanted, shape = np.broadcast_arrays(np.asarray(cumulative, float), np.asarray(shape, float))
    with np.errstate(all="ignore"):
        number = 1.0 / np.where(np.abs(shape) < _NEAR_NORMAL, 1.0, shape) ** 2
        alive, dead, late = np.exp(-wanted), -np.expm1(-wanted), wanted > np.log(2.0)
        above = np.where(shape > 0.0, late, ~late)
        share = np.where(late, alive, dead)
        found = np.log(np.where(above, gammainccinv(number, share), gammaincinv(number, share)))
        far = -np.where(late, -wanted, np.log(wanted))  # -log of a share too small for the inverse
        first = np.where(above, np.log(far), (gammaln(number + 1.0) - far) / number)
        lost = (share < _LEAST) | ~np.isfinite(found)
        found = np.where(lost, first, found)
        near = np.abs(shape) < _NEAR_NORMAL
        score = np.where(near, -ndtri_exp(-wanted), (found - np.log(number)) / shape)
        rough = (near | lost) & np.isfinite(score)
        for _ in range(_NEWTON_STEPS if rough.any() else 0):
            log_hazard, reached = _numeric(score[rough], shape[rough])
            step = (np.log(wanted[rough]) - np.log(reached)) * reached / np.exp(log_hazard)
            step = np.clip(np.where(np.isfinite(step), step, 0.0), -1.0, 1.0)
            score[rough] += step
            if np.all(np.abs(step) <= 1e-13 * (1.0 + np.abs(score[rough]))):
                break
    return score


def _numeric(score: np.ndarray, shape: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """By SciPy's incomplete gamma functions, which are ten times as fast, where they are exact."""
    score, shape = np.broadcast_arrays(score, shape)
    rough = (np.abs(shape) < _NEAR_NORMAL) | (np.abs(shape * score) > _FURTHEST)
    number = 1.0 / np.where(rough, 1.0, shape) ** 2
    bent = np.where(rough, 0.0, shape * score)
    with np.errstate(divide="ignore"):
        at = number * np.exp(bent)
        below, above = gammainc(number, at), gammaincc(number, at)
        alive, dead = np.where(shape > 0.0, above, below), np.where(shape > 0.0, below, above)
        cumulative = np.where(alive < 0.5, -np.log(alive), -np.log1p(-dead))
    norm = -_LOG_ROOT_TWO_PI - _remainder(np.where(rough, 1.0, shape), np)
    log_hazard = -(score**2) * _second_excess(bent, np) + norm + cumulative
    rough |= np.minimum(alive, dead) < _LEAST
    if rough.any():
        log_hazard[rough], cumulative[rough] = _by_quadrature(score[rough], shape[rough], np)
    return log_hazard, cumulative


def _by_quadrature(score: Array, shape: Array, xp: ModuleType | Any) -> tuple[Array, Array]:
    """By Gauss-Legendre quadrature of the tail."""
    late = score >= 0.0
    # beyond it the cumulative hazard is 0, or larger than any that is ever met
    bent = xp.minimum(shape * score, _FURTHEST)
    growth = xp.exp(bent)
    excess = _second_excess(bent, xp)
    slope = score * (1.0 + bent * excess)
    slope = xp.where(late, slope, -slope)
    side = xp.where(late, shape, -shape) + 0.0 * slope
    log_tail = xp.log(_tail_integral(slope, growth, side, xp))
    log_density = -(score**2) * excess
    return _from_tail(late, log_density, log_tail, -_LOG_ROOT_TWO_PI - _remainder(shape, xp), xp)


def _from_tail(
    late: Array, log_density: Array, log_tail: Array, norm: Array, xp: ModuleType | Any
) -> tuple[Array, Array]:
    """Log hazard and cumulative hazard from the smaller tail, relative to the density there."""
    log_share = log_density + log_tail + norm
    early = -xp.log1p(-xp.exp(xp.where(late, -1.0, log_share)))
    cumulative = xp.where(late, -log_share, early)
    return xp.where(late, -log_tail, log_density + norm + early), cumulative


def _tail_integral(slope: Array, growth: Array, side: Array, xp: ModuleType | Any) -> Array:
    """Integral of ``exp(-slope u - growth u^2 g(side u))`` over the positive numbers."""
    # where the exponent has surely reached 40: a bound for either sign of the side
    size = xp.maximum(xp.abs(side), 1e-8)
    ratio = size**2 * _SPENT / xp.where(side > 0.0, growth, 1.0)
    upward = xp.log1p(ratio + xp.sqrt(2.0 * ratio)) / size
    steep = xp.minimum(upward, _SPENT / xp.maximum(slope, 1e-8))
    excess = _SPENT * size - 2.0 * slope
    flat = (excess + xp.sqrt(excess**2 + 8.0 * _SPENT)) / 2.0
    end = xp.where(side > 0.0, steep, flat)

    def integrand(at: Array, slope: Array, growth: Array, side: Array, end: Array) -> Array:
        gone = end * at
        bent = side * gone
        # the difference loses digits as the side nears 0; a series of few terms serves there,
        # since few operations are compiled fast
        series = 0.0 * bent
        for term in range(_FEW_TERMS, 2, -1):
            series = (series + 1.0) * bent / term
        near = xp.abs(side) < _NEAR_ZERO
        direct = (xp.expm1(bent) - bent) / xp.where(near, 1.0, side) ** 2
        bend = xp.where(near, 0.5 * gone**2 * (1.0 + series), direct)
        return xp.exp(-slope * gone - growth * bend)

    if xp is np:  # one node after another: an axis of nodes would take as much memory again
        pairs = zip(_NODES, _WEIGHTS, strict=True)
        return end * sum(w * integrand(at, slope, growth, side, end) for at, w in pairs)
    widened = (array[..., None] for array in (slope, growth, side, end))
    return end * xp.sum(_WEIGHTS * integrand(_NODES, *widened), axis=-1)


def _second_excess(value: Array, xp: ModuleType | Any) -> Array:
    """``(exp(x) - 1 - x) / x^2``, 1/2 at 0."""
    near = xp.abs(value) < 1.0
    small = xp.where(near, value, 0.0)
    series = 0.0 * small
    for term in range(_TERMS, 2, -1):
        series = (series + 1.0) * small / term
    large = xp.where(near, 1.0, value)
    return xp.where(near, 0.5 * (1.0 + series), (xp.expm1(large) - large) / large**2)


def _remainder(shape: Array, xp: ModuleType | Any) -> Array:
    """Remainder of Stirling's formula for the log gamma function at ``1 / shape^2``."""
    square = shape**2
    near = square < 1.0 / _SHIFT
    series = _stirling(xp.where(near, square, 1.0 / _SHIFT))
    number = 1.0 / xp.where(near, 1.0, square)
    later = number + _SHIFT
    log_gamma = (later - 0.5) * xp.log(later) - later + _LOG_ROOT_TWO_PI + _stirling(1.0 / later)
    for step in range(_SHIFT):
        log_gamma = log_gamma - xp.log(number + step)
    exact = log_gamma - ((number - 0.5) * xp.log(number) - number + _LOG_ROOT_TWO_PI)
    return xp.where(near, series, exact)


def _stirling(inverse: Array) -> Array:
    """Stirling's series in the inverse of a number of 10 or more."""
    square, total = inverse**2, 0.0 * inverse
    for coefficient in reversed(_STIRLING):
        total = total * square + coefficient
    return total * inverse

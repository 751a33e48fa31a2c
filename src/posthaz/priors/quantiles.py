"""From quantiles to the family values that have them."""

import math
from collections.abc import Callable, Mapping
from itertools import pairwise

import numpy as np
from scipy.special import gammaincinv, ndtri, stdtrit

from posthaz.errors import PriorError, nearest
from posthaz.priors.prior import Prior

_LARGEST_SHAPE = 14.0


def from_quantiles(
    quantiles: Mapping[float, float], family: str = "normal", df: float = 3.0
) -> Prior:
    """Prior whose quantiles are those stated.

    As many quantiles as the family has free values are met exactly; with more, the closest
    member of the family is taken by least squares (of the logarithms for ``lognormal`` and
    ``gamma``).

    Parameters
    ----------
    quantiles : mapping of float to float
        Value below which the variable lies with each probability.
    family : str
        Family of the prior; any but ``"flat"``.
    df : float
        Degrees of freedom of ``student_t`` and ``half_student_t``.

    Returns
    -------
    Prior
        Prior of the variable the quantiles are of.

    Raises
    ------
    PriorError
        When probabilities are not between 0 and 1, quantiles do not increase with them or lie
        outside the family's support, or there are too few for the family.

    Examples
    --------
    >>> print(from_quantiles({0.025: -1.0, 0.975: 1.0}))
    normal(0, 0.5102)
    >>> print(from_quantiles({0.05: 0.5, 0.95: 2.0}, family="lognormal"))
    lognormal(0, 0.4214)
    >>> print(from_quantiles({0.05: 0.355362, 0.95: 4.743865}, family="gamma"))
    gamma(2, 1)
    """
    solvers = _solvers(df)
    if family not in solvers:
        raise PriorError(
            f"prior from quantiles: family '{family}' can't be used; "
            f"{nearest(family, list(solvers))}"
        )
    needed, positive, solve = solvers[family]
    probability, value = _sorted(quantiles, family, needed, positive)
    values = solve(probability, value)
    stated = ", ".join(
        f"{round(100 * p, 6):g} % below {q:g}" for p, q in zip(probability, value, strict=True)
    )
    return Prior(family, tuple(float(v) for v in values), f"quantiles: {stated}")


_Solve = Callable[[np.ndarray, np.ndarray], tuple[float, ...]]


def _solvers(df: float) -> dict[str, tuple[int, bool, _Solve]]:
    """Quantiles needed, whether they must be positive, and the solver, by family."""
    if not (math.isfinite(df) and df > 0):
        raise PriorError(f"prior from quantiles: df must be a number above 0, got {df:g}")

    def student_t(p: np.ndarray) -> np.ndarray:
        return np.asarray(stdtrit(df, p))

    return {
        "normal": (2, False, lambda p, q: _location_scale(ndtri(p), q)),
        "student_t": (2, False, lambda p, q: (df, *_location_scale(student_t(p), q))),
        "cauchy": (2, False, lambda p, q: _location_scale(np.tan(np.pi * (p - 0.5)), q)),
        "laplace": (2, False, lambda p, q: _location_scale(_laplace(p), q)),
        "lognormal": (2, True, lambda p, q: _location_scale(ndtri(p), np.log(q))),
        "gamma": (2, True, _gamma),
        "half_normal": (1, True, lambda p, q: _scale(ndtri((1 + p) / 2), q)),
        "half_student_t": (1, True, lambda p, q: (df, *_scale(student_t((1 + p) / 2), q))),
        "half_cauchy": (1, True, lambda p, q: _scale(np.tan(np.pi * p / 2), q)),
        "exponential": (1, True, lambda p, q: (1.0 / _scale(-np.log1p(-p), q)[0],)),
    }


def _sorted(
    quantiles: Mapping[float, float], family: str, needed: int, positive: bool
) -> tuple[np.ndarray, np.ndarray]:
    subject = f"{family} prior from quantiles"
    if len(quantiles) < needed:
        raise PriorError(f"{subject}: needs {needed} quantile(s), got {len(quantiles)}")
    pairs = sorted((float(p), float(q)) for p, q in quantiles.items())
    for p, q in pairs:
        if not 0 < p < 1:
            raise PriorError(f"{subject}: probability {p:g} must lie between 0 and 1")
        if not math.isfinite(q):
            raise PriorError(f"{subject}: the {p:g} quantile must be a finite number, got {q:g}")
        if positive and q <= 0:
            raise PriorError(f"{subject}: the {p:g} quantile must be above 0, got {q:g}")
    for (p0, q0), (p1, q1) in pairwise(pairs):
        if p1 <= p0 or q1 <= q0:
            raise PriorError(
                f"{subject}: quantiles must increase, got {q0:g} at {p0:g} and {q1:g} at {p1:g}"
            )
    return np.array([p for p, _ in pairs]), np.array([q for _, q in pairs])


def _location_scale(standard: np.ndarray, value: np.ndarray) -> tuple[float, ...]:
    """Location and scale of the line through (standard quantile, quantile)."""
    middle, centre = standard.mean(), value.mean()
    scale = np.sum((standard - middle) * (value - centre)) / np.sum((standard - middle) ** 2)
    location = centre - scale * middle
    # equal and opposite quantiles mean a location of exactly 0, not a rounding error
    return (0.0 if abs(location) < 1e-14 * scale else float(location), float(scale))


def _scale(standard: np.ndarray, value: np.ndarray) -> tuple[float, ...]:
    return (float(np.sum(standard * value) / np.sum(standard**2)),)


def _laplace(p: np.ndarray) -> np.ndarray:
    return np.where(p < 0.5, np.log(2 * p), -np.log(2 * (1 - p)))


def _gamma(p: np.ndarray, q: np.ndarray) -> tuple[float, ...]:
    """Shape and rate; the ratio of the outer quantiles falls steadily with the shape."""
    asked = np.log(q[-1]) - np.log(q[0])

    def log_quantiles(log_shape: float) -> np.ndarray:
        with np.errstate(divide="ignore"):
            return np.log(gammaincinv(np.exp(log_shape), p))

    # loaded here: half the start-up time of a command that elicits no gamma prior
    from scipy.optimize import least_squares, root_scalar

    def excess(log_shape: float) -> float:
        outer = log_quantiles(log_shape)
        # a tiny shape puts the lower quantile at 0: as wide as can be
        return float(outer[-1] - outer[0] - asked) if np.isfinite(outer[0]) else 1e6

    if excess(-_LARGEST_SHAPE) < 0 or excess(_LARGEST_SHAPE) > 0:
        raise PriorError(f"gamma prior from quantiles: no gamma has {q[0]:g} and {q[-1]:g}")
    bracket = (-_LARGEST_SHAPE, _LARGEST_SHAPE)
    log_shape = float(root_scalar(excess, bracket=bracket, xtol=1e-13).root)
    log_rate = float(log_quantiles(log_shape)[-1] - np.log(q[-1]))
    if len(p) > 2:
        fitted = least_squares(
            lambda x: log_quantiles(x[0]) - x[1] - np.log(q), [log_shape, log_rate]
        )
        log_shape, log_rate = fitted.x
    return (float(np.exp(log_shape)), float(np.exp(log_rate)))

"""Elicitation: from quantiles or statements a clinician can make to a prior."""

import math
import reprlib
from collections.abc import Callable, Mapping
from itertools import pairwise
from numbers import Real

import numpy as np
from scipy.special import gammaincinv, ndtri, stdtrit

from posthaz.errors import PriorError, nearest
from posthaz.priors.prior import Prior

__all__ = [
    "enthusiastic",
    "from_quantiles",
    "hazard_ratio",
    "historical",
    "median_survival",
    "sceptical",
]

_LEVELS = {
    "log_scale": "scale",
    "log_rate": "rate",
    "log_hazard": "rate",
    **{level: level for level in ("scale", "rate", "median")},
}


def hazard_ratio(median: float, upper: float, level: float = 0.975) -> Prior:
    """Prior of a log hazard ratio from the median and an upper limit of the hazard ratio.

    Parameters
    ----------
    median : float
        Hazard ratio as likely to be too high as too low.
    upper : float
        Hazard ratio below which the truth lies with probability `level`.
    level : float
        Probability below `upper`, between 0.5 and 1.

    Returns
    -------
    Prior
        Normal prior of the log hazard ratio.

    Raises
    ------
    PriorError
        When a hazard ratio is not positive, `upper` is not above `median`, or `level` is not
        between 0.5 and 1.

    Examples
    --------
    >>> print(hazard_ratio(1.0, 3.0))
    normal(0, 0.5605)
    """
    subject = "hazard-ratio prior"
    _check_positive(subject, {"median": median, "upper limit": upper})
    _check_above(subject, "upper limit", upper, "median", median)
    _check_between(subject, "level", level, 0.5, 1.0)
    sd = (math.log(upper) - math.log(median)) / _normal_quantile(level)
    origin = f"HR with median {median:g} and {_percent(1 - level)} probability above {upper:g}"
    return Prior("normal", (math.log(median), sd), origin)


def sceptical(effect: float, probability: float = 0.05) -> Prior:
    """Prior centred on no effect, with little room for the hoped-for hazard ratio.

    Parameters
    ----------
    effect : float
        Hoped-for hazard ratio, such as the one the trial was planned for; not 1.
    probability : float
        Prior probability of an effect larger than `effect`, between 0 and 0.5.

    Returns
    -------
    Prior
        Normal prior of the log hazard ratio, mean 0.

    Raises
    ------
    PriorError
        When `effect` is not positive or is 1, or `probability` is not between 0 and 0.5.

    References
    ----------
    Spiegelhalter DJ, Freedman LS, Parmar MKB. J R Stat Soc A 1994;157:357-416.

    Examples
    --------
    >>> prior = sceptical(0.5)
    >>> print(prior)
    normal(0, 0.4214)
    >>> prior.origin
    'sceptical of HR 0.5: 5 % prior probability of a larger effect'
    """
    sd = _sd_from_effect("sceptical prior", effect, probability)
    origin = (
        f"sceptical of HR {effect:g}: {_percent(probability)} prior probability of a larger effect"
    )
    return Prior("normal", (0.0, sd), origin)


def enthusiastic(effect: float, probability: float = 0.05) -> Prior:
    """Prior centred on the hoped-for hazard ratio, with little room for no benefit.

    Parameters
    ----------
    effect : float
        Hoped-for hazard ratio; not 1.
    probability : float
        Prior probability of no benefit (a hazard ratio on the other side of 1), between 0
        and 0.5.

    Returns
    -------
    Prior
        Normal prior of the log hazard ratio, mean ``log(effect)``.

    Raises
    ------
    PriorError
        When `effect` is not positive or is 1, or `probability` is not between 0 and 0.5.

    Examples
    --------
    >>> prior = enthusiastic(0.5)
    >>> print(prior)
    normal(-0.6931, 0.4214)
    >>> prior.origin
    'enthusiastic about HR 0.5: 5 % prior probability of no benefit'
    """
    sd = _sd_from_effect("enthusiastic prior", effect, probability)
    origin = (
        f"enthusiastic about HR {effect:g}: {_percent(probability)} prior probability of no benefit"
    )
    return Prior("normal", (math.log(effect), sd), origin)


def historical(
    hr: float, lower: float, upper: float, discount: float = 1.0, level: float = 0.95
) -> Prior:
    """Prior from an earlier study's hazard ratio and its confidence interval.

    Parameters
    ----------
    hr : float
        Hazard ratio of the earlier study.
    lower, upper : float
        Its confidence limits.
    discount : float
        Share of the earlier study's information to use, above 0 and at most 1; the variance is
        divided by it.
    level : float
        Confidence level of the interval, between 0 and 1.

    Returns
    -------
    Prior
        Normal prior of the log hazard ratio, mean ``log(hr)``.

    Raises
    ------
    PriorError
        When a hazard ratio is not positive, `hr` does not lie between its limits, or
        `discount` or `level` is out of range.

    Examples
    --------
    >>> print(historical(0.8, 0.6, 1.0667))
    normal(-0.2231, 0.1468)
    >>> print(historical(0.8, 0.6, 1.0667, discount=0.25))
    normal(-0.2231, 0.2936)
    """
    subject = "historical prior"
    _check_positive(subject, {"hazard ratio": hr, "lower limit": lower, "upper limit": upper})
    _check_above(subject, "hazard ratio", hr, "lower limit", lower)
    _check_above(subject, "upper limit", upper, "hazard ratio", hr)
    _check_number(subject, "discount", discount)
    if not 0 < discount <= 1:
        raise PriorError(f"{subject}: discount must be above 0 and at most 1, got {discount:g}")
    _check_between(subject, "level", level, 0.0, 1.0)
    width = math.log(upper) - math.log(lower)
    sd = width / (2.0 * _normal_quantile((1.0 + level) / 2.0)) / math.sqrt(discount)
    used = "" if discount == 1 else f", its information discounted to {_percent(discount)}"
    origin = f"earlier study's HR {hr:g} ({_percent(level)} CI {lower:g} to {upper:g}){used}"
    return Prior("normal", (math.log(hr), sd), origin)


def median_survival(
    median: float, upper: float, parameter: str = "log_scale", level: float = 0.975
) -> Prior:
    """Prior of a baseline's location parameter from a median survival time and an upper limit.

    The statement is read under a constant hazard, for which the median is ``log(2)`` times the
    scale; with another shape the implied median shifts somewhat, which the prior predictive
    curves show.

    Parameters
    ----------
    median : float
        Median survival time as likely to be too high as too low, in the cohort's unit of time.
    upper : float
        Median survival time below which the truth lies with probability `level`.
    parameter : {"log_scale", "log_rate", "log_hazard", "scale", "rate", "median"}
        Parameter that the prior is for, or what a parameter of another name is the log of; the
        log of the median itself shifts with no shape.
    level : float
        Probability below `upper`, between 0.5 and 1.

    Returns
    -------
    Prior
        Normal prior of `parameter`.

    Raises
    ------
    PriorError
        When a time is not positive, `upper` is not above `median`, `level` is out of range, or
        `parameter` is none of these.

    Examples
    --------
    >>> print(median_survival(20.0, 40.0))
    normal(3.362, 0.3537)
    >>> print(median_survival(20.0, 40.0, parameter="log_rate"))
    normal(-3.362, 0.3537)
    """
    subject = "median-survival prior"
    if parameter not in _LEVELS:
        raise PriorError(
            f"{subject}: parameter must be one of {', '.join(_LEVELS)}, got '{parameter}'"
        )
    _check_positive(subject, {"median": median, "upper limit": upper})
    _check_above(subject, "upper limit", upper, "median", median)
    _check_between(subject, "level", level, 0.5, 1.0)
    stated = _LEVELS[parameter]
    centre = math.log(median) - (0.0 if stated == "median" else math.log(math.log(2.0)))
    sd = (math.log(upper) - math.log(median)) / _normal_quantile(level)
    origin = (
        f"median survival around {median:g} with {_percent(1 - level)} probability above {upper:g}"
    )
    return Prior("normal", (-centre if stated == "rate" else centre, sd), origin)


def _sd_from_effect(subject: str, effect: float, probability: float) -> float:
    _check_positive(subject, {"hoped-for hazard ratio": effect})
    if effect == 1:
        raise PriorError(f"{subject}: the hoped-for hazard ratio must differ from 1")
    _check_between(subject, "probability", probability, 0.0, 0.5)
    return abs(math.log(effect)) / _normal_quantile(1.0 - probability)


def _normal_quantile(probability: float) -> float:
    return float(ndtri(probability))


def _percent(probability: float) -> str:
    return f"{round(100.0 * probability, 6):g} %"


def _check_number(subject: str, name: str, value: object) -> None:
    """Refuse what is no number, such as text from a table."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise PriorError(f"{subject}: {name} must be a number, got {reprlib.repr(value)}")


def _check_positive(subject: str, values: dict[str, float]) -> None:
    for name, value in values.items():
        _check_number(subject, name, value)
        if not (math.isfinite(value) and value > 0):
            raise PriorError(f"{subject}: the {name} must be a number above 0, got {value:g}")


def _check_above(subject: str, high: str, higher: float, low: str, lower: float) -> None:
    if higher <= lower:
        raise PriorError(f"{subject}: the {high} ({higher:g}) must lie above the {low} ({lower:g})")


def _check_between(subject: str, name: str, value: float, low: float, high: float) -> None:
    _check_number(subject, name, value)
    if not low < value < high:
        raise PriorError(f"{subject}: {name} must lie between {low:g} and {high:g}, got {value:g}")


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
    if not isinstance(quantiles, Mapping):
        raise PriorError(
            f"prior from quantiles: {type(quantiles).__name__} in the place of the quantiles",
            fix="give them by probability, as from_quantiles({0.05: 0.5, 0.95: 2.0})",
        )
    if not isinstance(family, str) or family not in solvers:
        raise PriorError(
            f"prior from quantiles: family '{family}' can't be used; "
            f"{nearest(str(family), list(solvers))}"
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

"""Elicitation: from statements a clinician can make to a prior."""

import math
import reprlib
from numbers import Real

from scipy.special import ndtri

from posthaz.errors import PriorError
from posthaz.priors.prior import Prior
from posthaz.priors.quantiles import from_quantiles

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

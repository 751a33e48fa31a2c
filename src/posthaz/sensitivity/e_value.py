"""E-values: how strong an unmeasured confounder must be to explain a hazard ratio away."""

import math

from posthaz.cohort import Cohort
from posthaz.errors import SpecError

_MEDIAN = 0.5
_COMMON = 0.15


def e_value(hr: float, *, target: float = 1.0, common: bool = False) -> float:
    """Least strength of a confounder that moves a hazard ratio to a target.

    The strength is a risk ratio that the confounder must have with the treatment and with the
    outcome, both, beyond the measured covariates (VanderWeele and Ding, Ann Intern Med
    2017;167:268-274, doi:10.7326/M16-2607).

    Parameters
    ----------
    hr : float
        Hazard ratio, or risk ratio with a rare outcome.
    target : float, optional
        Where it is moved to.
    common : bool, optional
        Whether the outcome is common by the end of follow-up (more than 15 %): hazard ratios are
        then turned into risk ratios, ``(1 - 0.5**sqrt(HR)) / (1 - 0.5**sqrt(1/HR))``.

    Returns
    -------
    float
        At least 1.

    Raises
    ------
    SpecError
        When a ratio isn't above 0.

    Examples
    --------
    >>> round(e_value(0.80), 3), round(e_value(2.5, target=1.5), 4)
    (1.809, 2.7208)
    >>> round(e_value(0.68, common=True), 3)
    1.938
    """
    if not (hr > 0 and target > 0):
        raise SpecError(f"E-value: hr is {hr:g} and target {target:g}", fix="give ratios above 0")
    ratios = [risk_ratio(one) if common else one for one in (hr, target)]
    moved = math.exp(abs(math.log(ratios[0] / ratios[1])))
    return moved + math.sqrt(moved * (moved - 1.0))


def e_value_of_interval(lower: float, upper: float, *, common: bool = False) -> float:
    """E-value of the limit of an interval that is nearer to 1; 1 where the interval holds 1.

    Examples
    --------
    >>> round(e_value_of_interval(0.71, 0.91), 4), e_value_of_interval(0.9, 1.2)
    (1.4286, 1.0)
    """
    if lower <= 1.0 <= upper:
        return 1.0
    return e_value(upper if upper < 1.0 else lower, common=common)


def risk_ratio(hr: float) -> float:
    """The risk ratio that a hazard ratio is about worth where the outcome is common."""
    return (1.0 - _MEDIAN ** math.sqrt(hr)) / (1.0 - _MEDIAN ** math.sqrt(1.0 / hr))


def has_common_outcome(cohort: Cohort) -> bool:
    """Whether over 15 % of the patients have the event: hazard ratios are no risk ratios then."""
    return float(cohort.weight[cohort.event].sum() / cohort.patients.weight.sum()) > _COMMON

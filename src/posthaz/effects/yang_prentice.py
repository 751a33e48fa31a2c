"""A hazard ratio that goes from one value at first to another in the long run."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any

from posthaz.hazards import Array, Hazard


def yang_prentice(
    hazard: Hazard, log_short: Array, log_long: Array, xp: ModuleType | Any
) -> Hazard:
    """Hazard whose ratio to another goes from ``exp(log_short)`` to ``exp(log_long)``.

    Parameters
    ----------
    hazard : Hazard
        Hazard of the patient compared with, of survival ``S0``.
    log_short, log_long : array
        Log hazard ratios as ``S0`` is 1 and as it nears 0; broadcast against time.
    xp : module
        Array module of the arguments.

    Returns
    -------
    Hazard
        With ``h = h0 t1 t2 / (t1 + (t2 - t1) S0)`` and ``H = t2 log(1 + (exp(H0) - 1) t1 / t2)``
        for ``t1 = exp(log_short)``, ``t2 = exp(log_long)``: closed for every baseline. Equal ratios
        are proportional hazards, ``t2 = 1`` proportional odds (Yang and Prentice 2005).

    References
    ----------
    Yang S, Prentice R (2005), Biometrika 92:1-17, doi:10.1093/biomet/92.1.1.

    Examples
    --------
    >>> import numpy as np
    >>> from posthaz.hazards import Exponential
    >>> control = Exponential().hazard({"log_rate": np.log(0.1)}, np)
    >>> late = yang_prentice(control, np.log([0.5]), np.log([2.0]), np)
    >>> apart = late.log_hazard(np.array([0.0, 1e3])) - control.log_hazard(np.array([0.0, 1e3]))
    >>> np.exp(apart).round(6).tolist()
    [0.5, 2.0]
    """
    ratio, long = xp.exp(log_short - log_long), xp.exp(log_long)

    def passed(cumulative: Array, by: Array) -> Array:
        """``log(1 + (exp(u) - 1) by)``, in the form that keeps its digits near 0 and far out."""
        near = xp.log1p(by * xp.expm1(xp.minimum(cumulative, 1.0)))
        far = xp.maximum(cumulative, 1.0)
        beyond = far + xp.log(xp.exp(-far) - by * xp.expm1(-far))
        return xp.where(cumulative < 1.0, near, beyond)

    def log_hazard(time: Array) -> Array:
        gone = hazard.cumulative_hazard(time)
        share = xp.exp(-gone) - ratio * xp.expm1(-gone)
        return hazard.log_hazard(time) + log_short - xp.log(share)

    return Hazard(
        log_hazard=log_hazard,
        cumulative_hazard=lambda time: long * passed(hazard.cumulative_hazard(time), ratio),
        time_at=lambda cumulative: hazard.time_at(passed(cumulative / long, 1.0 / ratio)),
    )


def log_ratio_at(survival: Array, log_short: Array, log_long: Array, xp: ModuleType | Any) -> Array:
    """Log hazard ratio where the patient compared with survives with a probability.

    Examples
    --------
    >>> import numpy as np
    >>> at = log_ratio_at(np.array([1.0, 0.5, 0.0]), np.log(0.5), np.log(2.0), np)
    >>> np.exp(at).round(3).tolist()
    [0.5, 0.8, 2.0]
    """
    ratio = xp.exp(log_short - log_long)
    return log_short - xp.log(survival + ratio * (1.0 - survival))


@dataclass(frozen=True)
class YangPrentice:
    """That the hazard ratio of a term goes from a short-term to a long-term value.

    Its reciprocal is their reciprocals' mean, weighted by the shares of those compared with who are
    and who are no longer event-free. Two parameters a column, each under the term's prior, and no
    cuts. Other terms act on the hazard that is compared with; a number counts from its mean.

    Parameters
    ----------
    term : str
        Term of the formula with one covariate, such as ``arm``.

    Examples
    --------
    >>> YangPrentice("arm").term
    'arm'
    """

    term: str

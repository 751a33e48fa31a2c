"""Reverse Bayes: how strong a prior it takes to undo a printed result, and bounds on it."""

import math
from dataclasses import dataclass

from scipy.special import ndtr, ndtri

from posthaz.evidence.consistency import wald_p
from posthaz.evidence.printed import PrintedRatio, require_possible


@dataclass(frozen=True)
class Credibility:
    """Analysis of credibility of a printed hazard ratio.

    Parameters
    ----------
    significant : bool
        Whether the interval excludes 1.
    critical_sd : float
        Standard deviation of the sceptical prior (mean 0, on the log hazard ratio) under which
        the posterior interval just reaches 1; NaN where it includes 1 already.
    sceptical_limit : float
        Hazard ratio, on the benefit's or harm's own side, at the end of that prior's interval.
    advocacy_limit : float
        For a result that isn't significant: hazard ratio at the far end of the prior interval
        from 1 under which the posterior interval just excludes 1; NaN otherwise.
    intrinsic_p : float
        P value for intrinsic credibility.
    intrinsically_credible : bool
        Whether it is at most one minus the level.
    replication : float
        Probability that an identical study finds an effect in the same direction.
    significant_replication : float
        Probability that it finds a significant one in that direction.
    p : float
        Wald P value.
    bound_p : float
        Least Bayes factor for no effect by the P value, ``-e p log p``; 1 for P above 1/e.
    bound_z : float
        Least Bayes factor for no effect over all alternatives, ``exp(-z^2 / 2)``.
    bound_local : float
        Least Bayes factor over normal alternatives around no effect.
    """

    significant: bool
    critical_sd: float
    sceptical_limit: float
    advocacy_limit: float
    intrinsic_p: float
    intrinsically_credible: bool
    replication: float
    significant_replication: float
    p: float
    bound_p: float
    bound_z: float
    bound_local: float


def credibility(printed: PrintedRatio) -> Credibility:
    """Analysis of credibility of a printed hazard ratio.

    Sceptical and advocacy limits: Matthews, R Soc Open Sci 2018;5:171047. Intrinsic
    credibility and its tie to replication: Held, R Soc Open Sci 2019;6:181534. Bounds of Bayes
    factors: Sellke, Bayarri and Berger, Am Stat 2001;55:62-71; Edwards, Lindman and Savage,
    Psychol Rev 1963;70:193-242. Significant replication: Goodman, Stat Med 1992;11:875-879.

    Parameters
    ----------
    printed : PrintedRatio
        The hazard ratio.

    Returns
    -------
    Credibility

    Examples
    --------
    >>> found = credibility(PrintedRatio(0.54, 0.31, 0.94))
    >>> round(found.sceptical_limit, 2), found.intrinsically_credible
    (0.32, False)
    """
    require_possible(printed)
    z, quantile, error = abs(printed.z), printed.quantile, printed.standard_error
    side = 1.0 if printed.estimate > 0 else -1.0
    significant = z > quantile
    critical = error / math.sqrt((z / quantile) ** 2 - 1.0) if significant else math.nan
    intrinsic = 2.0 * float(ndtr(-z / math.sqrt(2.0)))
    p = wald_p(printed)
    return Credibility(
        significant=significant,
        critical_sd=critical,
        sceptical_limit=_limit(side * quantile * critical),
        advocacy_limit=math.nan if significant else _advocacy(printed),
        intrinsic_p=intrinsic,
        intrinsically_credible=intrinsic <= 1.0 - printed.level,
        replication=float(ndtr(z / math.sqrt(2.0))),
        significant_replication=float(ndtr((z - quantile) / math.sqrt(2.0))),
        p=p,
        bound_p=p_value_bound(p),
        bound_z=math.exp(-0.5 * z**2),
        bound_local=z * math.exp(0.5 * (1.0 - z**2)) if z > 1.0 else 1.0,
    )


def p_value_bound(p: float) -> float:
    """Least Bayes factor for no effect that a P value allows, ``-e p log p``.

    Examples
    --------
    >>> round(p_value_bound(0.05), 3), p_value_bound(0.5)
    (0.407, 1.0)
    """
    if p >= 1.0 / math.e:
        return 1.0
    return -math.e * p * math.log(p) if p > 0 else 0.0


def least_probability(bound: float, prior: float = 0.5) -> float:
    """Least probability of no effect that a bound of the Bayes factor leaves.

    Examples
    --------
    >>> round(least_probability(0.407), 2)
    0.29
    """
    odds = bound * prior / (1.0 - prior)
    return odds / (1.0 + odds)


def events_needed(printed: PrintedRatio, power: float = 0.8) -> float:
    """Events in two equal arms that would make the printed ratio significant with `power`.

    Schoenfeld's formula (Biometrika 1981;68:316-319); infinite for a ratio of 1.

    Examples
    --------
    >>> round(events_needed(PrintedRatio(0.54, 0.31, 0.94)))
    83
    """
    if printed.estimate == 0:
        return math.inf
    return 4.0 * ((printed.quantile + float(ndtri(power))) / printed.estimate) ** 2


def _advocacy(printed: PrintedRatio) -> float:
    """Far end of the advocate's prior interval, which begins at 1."""
    z, quantile = printed.z, printed.quantile
    if z == 0:
        return math.nan
    gap = max(quantile**2 - z**2, 1e-300)  # at the edge of significance any advocate will do
    return _limit(4.0 * printed.estimate * quantile**2 / gap)


def _limit(log_ratio: float) -> float:
    """A hazard ratio from its logarithm, which may be missing or beyond what can be written."""
    if math.isnan(log_ratio):
        return math.nan
    return math.exp(log_ratio) if abs(log_ratio) < 700 else (math.inf if log_ratio > 0 else 0.0)

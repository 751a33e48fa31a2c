"""A share of patients who never have the event."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import ModuleType
from typing import Any, Literal, get_args

import numpy as np

from posthaz.design import formula_variables
from posthaz.errors import Finding, Findings, FormulaError, SpecError
from posthaz.hazards import Array, Hazard, survival_area
from posthaz.priors import Prior

Kind = Literal["mixture", "promotion_time"]
KINDS: tuple[str, ...] = get_args(Kind)
INTERCEPT = "intercept"


def mixture_cure(hazard: Hazard, log_odds: Array, xp: ModuleType | Any) -> Hazard:
    """Hazard of patients of whom a share is cured and the others have a hazard of their own.

    Parameters
    ----------
    hazard : Hazard
        Hazard of those who are not cured.
    log_odds : array
        Log odds of being cured; broadcasts against time.
    xp : module
        Array module of the arguments.

    Returns
    -------
    Hazard
        With survival ``p + (1 - p) S(t)``.

    Examples
    --------
    >>> import numpy as np
    >>> from posthaz.hazards import Exponential
    >>> uncured = Exponential().hazard({"log_rate": 0.0}, np)
    >>> half = mixture_cure(uncured, np.zeros(1), np)
    >>> np.exp(-half.cumulative_hazard(np.array([0.0, 100.0]))).round(3).tolist()
    [1.0, 0.5]
    """
    log_cured, log_uncured = -xp.logaddexp(0.0, -log_odds), -xp.logaddexp(0.0, log_odds)

    uncured_share = xp.exp(log_uncured)

    def cumulative_hazard(time: Array) -> Array:
        own = hazard.cumulative_hazard(time)
        # near 0 and far out, each in the form that keeps its digits there
        early = -xp.log1p(uncured_share * xp.expm1(-xp.minimum(own, 1.0)))
        return xp.where(own < 1.0, early, -xp.logaddexp(log_cured, log_uncured - own))

    def log_hazard(time: Array) -> Array:
        alive = log_uncured - hazard.cumulative_hazard(time)
        return hazard.log_hazard(time) + alive - xp.logaddexp(log_cured, alive)

    def time_at(cumulative: Array) -> Array:
        # in logarithms, for survival may be far below the smallest number
        reached = log_cured < -cumulative
        share = xp.exp(xp.where(reached, log_cured + cumulative, -xp.inf))
        own = log_uncured + cumulative - xp.log1p(-share)
        lost = xp.minimum(-xp.expm1(-cumulative) / uncured_share, 0.5)
        own = xp.where(lost < 0.5, -xp.log1p(-lost), own)
        return xp.where(reached, hazard.time_at(xp.maximum(own, 0.0)), xp.inf)

    alone = Hazard(log_hazard, cumulative_hazard, time_at)

    def survival_integral(horizon: Array, multiplier: Array, start: float) -> Array:
        if np.any(np.asarray(multiplier) != 1.0):
            return survival_area(alone, horizon, multiplier, start)
        begin = np.asarray([float(start)])
        uncured = survival_area(hazard, horizon, 1.0, start)
        uncured = uncured * np.exp(log_uncured - hazard.cumulative_hazard(begin))
        whole = np.exp(log_cured) * (horizon - start) + uncured
        return whole * np.exp(cumulative_hazard(begin))

    return replace(alone, survival_integral=survival_integral)


def promotion_time(hazard: Hazard, log_theta: Array, xp: ModuleType | Any) -> Hazard:
    """Hazard of patients with a Poisson number of clonogenic cells, each with a time of its own.

    Parameters
    ----------
    hazard : Hazard
        Hazard of the time at which one cell makes the event.
    log_theta : array
        Log of the mean number of cells; broadcasts against time.
    xp : module
        Array module of the arguments.

    Returns
    -------
    Hazard
        With survival ``exp(-theta F(t))``, and so a cured share of ``exp(-theta)``; covariates of
        ``theta`` have proportional hazards (Yakovlev and Tsodikov 1996, Chen et al. 1999).

    Examples
    --------
    >>> import numpy as np
    >>> from posthaz.hazards import Exponential
    >>> cell = Exponential().hazard({"log_rate": 0.0}, np)
    >>> whole = promotion_time(cell, np.log([2.0]), np)
    >>> whole.cumulative_hazard(np.array([0.0, 100.0])).round(3).tolist()
    [0.0, 2.0]
    """
    theta = xp.exp(log_theta)

    def cumulative_hazard(time: Array) -> Array:
        return -theta * xp.expm1(-hazard.cumulative_hazard(time))

    def log_hazard(time: Array) -> Array:
        return log_theta + hazard.log_hazard(time) - hazard.cumulative_hazard(time)

    def time_at(cumulative: Array) -> Array:
        share = cumulative / theta
        reached = share < 1.0
        own = -xp.log1p(-xp.where(reached, share, 0.0))
        return xp.where(reached, hazard.time_at(own), xp.inf)

    return Hazard(log_hazard, cumulative_hazard, time_at)


@dataclass(frozen=True)
class Cure:
    """That a share of patients is cured.

    Parameters
    ----------
    formula : str
        Covariates of the cured share; ``"1"`` for one share of all.
    kind : {"mixture", "promotion_time"}
        Mixture: a linear predictor gives the log odds of being cured. Promotion time: it gives
        the log of minus the log of the cured share, so that a larger value is fewer cured.
    priors : mapping of str to Prior
        By ``intercept``, coefficient, term, or ``covariates`` for all others.

    Raises
    ------
    SpecError
        When an option can't be.

    Examples
    --------
    >>> Cure("arm").kind
    'mixture'
    """

    formula: str = "1"
    kind: Kind = "mixture"
    priors: Mapping[str, Prior] = field(default_factory=dict[str, Prior])

    def __post_init__(self) -> None:
        findings = Findings()
        if self.kind not in KINDS:
            findings.add("Cure, kind", f"found {self.kind!r}", f"give one of {', '.join(KINDS)}")
        try:
            formula_variables(self.formula)
        except FormulaError as error:
            findings.extend([Finding("Cure, formula", str(error), "correct the formula")])
        else:
            if "|" in self.formula:
                what = "a cured share can't have a frailty"
                findings.add("Cure, formula", what, "leave it out; frailties act on the hazard")
        findings.raise_if_any(SpecError, "Cure can't be used:")

    def apply(self, hazard: Hazard, predictor: Array, xp: ModuleType | Any) -> Hazard:
        """The hazard under a cured share with that linear predictor."""
        made = mixture_cure if self.kind == "mixture" else promotion_time
        return made(hazard, predictor, xp)

    def log_share(self, predictor: Array, xp: ModuleType | Any) -> Array:
        """Log of the cured share."""
        return -xp.logaddexp(0.0, -predictor) if self.kind == "mixture" else -xp.exp(predictor)

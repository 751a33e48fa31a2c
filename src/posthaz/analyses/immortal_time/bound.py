"""How late treatment would have to begin, on average, to explain its effect by itself."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import brentq

from posthaz.cohort import Cohort
from posthaz.cohort.argument import checks_arguments

_FAR = 1e6
_NEAR = 1e-6


@dataclass(frozen=True)
class Delay:
    """The delay that would explain an effect.

    Parameters
    ----------
    mean : float
        Mean time from the start of follow-up to treatment, among the treated, at which a treatment
        without effect looks as good as this one; 0 where it doesn't look good, infinite where no
        delay explains it.
    longest : float
        The mean of the treated if each began at any time of their follow-up with equal chance,
        the largest mean that was tried.
    treated : int
        Treated patients.
    """

    mean: float
    longest: float
    treated: int


@checks_arguments
def delay_to_explain(cohort: Cohort, arm: str = "") -> Delay:
    """Mean delay before treatment that explains an effect as immortal time.

    Treatment is taken to begin at exponential times, so that who is treated is who lived to be.
    The delay is the one at which the log-rank score of treatment as it changes is 0.

    Parameters
    ----------
    cohort : Cohort
        A cohort of two arms with one exact event a patient, its arm the one that each patient
        came to be in.
    arm : str, optional
        The arm that had the treatment, whose patients lived until it began; the second one when
        not given.

    Returns
    -------
    Delay
        The mean delay among the treated.

    Examples
    --------
    >>> import posthaz as ph
    >>> delay = delay_to_explain(ph.simulated_example())
    >>> round(delay.mean, 1), delay.treated
    (3.4, 60)
    """
    exit_, weight = cohort.exit, cohort.weight
    treated = cohort.arm == (arm or cohort.arms[1])
    times = np.unique(exit_[cohort.event])
    dead = np.array([weight[cohort.event & (exit_ == time)].sum() for time in times])
    there = (cohort.entry < times[:, None]) & (exit_ >= times[:, None])
    at_risk = (there * weight).sum(axis=1)
    own = (there * weight)[:, treated]
    seen = float(weight[treated & cohort.event].sum())

    def score(scale: float) -> float:
        share = -np.expm1(-times[:, None] / scale) / -np.expm1(-exit_[treated] / scale)
        return seen - float((dead * (own * share).sum(axis=1) / at_risk).sum())

    span = float(exit_.max())
    mean = _means(exit_[treated], weight[treated], _FAR * span)
    size = round(float(cohort.patients_each[treated & cohort.first].sum()))
    if score(_NEAR * span) >= 0:
        return Delay(0.0, mean, size)
    if score(_FAR * span) < 0:
        return Delay(float("inf"), mean, size)
    ends = np.log(_NEAR * span), np.log(_FAR * span)
    root: Any = brentq(lambda x: score(float(np.exp(x))), *ends)
    return Delay(_means(exit_[treated], weight[treated], float(np.exp(root))), mean, size)


def _means(exit_: np.ndarray, weight: np.ndarray, scale: float) -> float:
    """Mean of exponential times before the ends of follow-up."""
    share = exit_ / scale
    small = share < 1e-4
    inner = np.where(small, 1.0, share)
    each = np.where(small, exit_ / 2.0, scale - exit_ / np.expm1(inner))
    return float(np.average(each, weights=weight))

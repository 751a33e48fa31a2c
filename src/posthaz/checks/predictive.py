"""Posterior predictive check: Kaplan-Meier curves of replicated cohorts under the observed one."""

from dataclasses import replace

import numpy as np
import pandas as pd

from posthaz.baselines import kaplan_meier
from posthaz.cohort import Cohort
from posthaz.errors import PosthazError
from posthaz.inference import Fit

_DECIMALS = 9


def replicated_kaplan_meier(fit: Fit, cohort: Cohort, replicates: int = 200) -> pd.DataFrame:
    """Kaplan-Meier curves by arm of cohorts drawn from the fit.

    Replicated follow-up keeps each patient's entry and ends at the longest follow-up seen, since
    the censoring times of those with an event are unknown. It is recorded as the cohort's is, at
    the ends of steps where there is a resolution.

    Parameters
    ----------
    fit : Fit
        A fit.
    cohort : Cohort
        The cohort it was fitted to.
    replicates : int
        Number of replicated cohorts.

    Returns
    -------
    DataFrame
        Columns ``arm, replicate, time, survival``.

    Raises
    ------
    PosthazError
        When the fit has no predicted times: covariates that change leave open what they would
        have been after follow-up, and fits to very large cohorts keep none.
    """
    if "posterior_predictive" not in fit.draws.children:
        raise PosthazError(
            f"model '{fit.spec.name}' has no predicted times to replicate the cohort from. Mend: "
            "leave covariates that change during follow-up out of the formula, or check a sample "
            "of a very large cohort."
        )
    horizon, cohort = float(cohort.exit.max()), cohort.patients
    times = fit.draws["posterior_predictive"]["time"].to_numpy().reshape(-1, len(cohort))
    chosen = np.linspace(0, len(times) - 1, min(replicates, len(times))).round().astype(int)
    parts = []
    for number, drawn in enumerate(times[chosen]):
        seen = drawn <= horizon
        recorded = np.minimum(_at_end_of_step(drawn, cohort.resolution), horizon)
        ended = np.maximum(recorded, np.nextafter(cohort.entry, np.inf))
        replicate = replace(
            cohort,
            lower=ended,
            upper=np.where(seen, ended, np.inf),
            cause=seen.astype(int),
        )
        curve = kaplan_meier(replicate)
        parts.append(curve[["arm", "time", "survival"]].assign(replicate=number))
    return pd.concat(parts, ignore_index=True)[["arm", "replicate", "time", "survival"]]


def _at_end_of_step(time: np.ndarray, step: float) -> np.ndarray:
    if not step:
        return time
    # rounded, since multiples of a step such as 0.1 are not what tables have
    return np.round(np.ceil(time / step) * step, _DECIMALS)


def predictive_agreement(
    observed: pd.DataFrame, replicated: pd.DataFrame, interval: float = 0.95
) -> pd.DataFrame:
    """How far the observed Kaplan-Meier curve stays within the replicated ones.

    Parameters
    ----------
    observed : DataFrame
        Kaplan-Meier of the cohort: ``arm, time, survival``.
    replicated : DataFrame
        Result of `replicated_kaplan_meier`.
    interval : float
        Probability of the pointwise predictive band.

    Returns
    -------
    DataFrame
        Columns ``arm, inside`` (fraction of the observed event times at which the curve lies
        within the band) and ``largest`` (largest distance from the predictive median).
    """
    rows = []
    # where everybody at risk had failed before others entered, there is no curve to compare
    for arm, curve in observed.dropna(subset=["survival"]).groupby("arm", sort=False):
        times = curve["time"].to_numpy()
        own = replicated[replicated["arm"] == arm]
        stack = np.stack([_at(group, times) for _, group in own.groupby("replicate")])
        tail = (1.0 - interval) / 2.0
        lower, middle, upper = np.nanquantile(stack, (tail, 0.5, 1.0 - tail), axis=0)
        survival = curve["survival"].to_numpy()
        inside = (survival >= lower - 1e-12) & (survival <= upper + 1e-12)
        rows.append((arm, float(inside.mean()), float(np.abs(survival - middle).max())))
    return pd.DataFrame(rows, columns=["arm", "inside", "largest"])


def _at(curve: pd.DataFrame, times: np.ndarray) -> np.ndarray:
    """Right-continuous step function at `times`, 1 before its first step."""
    position = np.searchsorted(curve["time"].to_numpy(), times, side="right") - 1
    survival = curve["survival"].to_numpy()
    return np.where(position >= 0, survival[np.maximum(position, 0)], 1.0)

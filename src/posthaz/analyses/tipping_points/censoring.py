"""How much worse patients must have fared after censoring for the conclusion to change."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from posthaz.adjust.patients import first_rows
from posthaz.analyses.tipping_points.confounder import refuse_rows
from posthaz.analyses.tipping_points.pool import treatment_effect
from posthaz.answers import median_and_limits
from posthaz.cohort import Cohort
from posthaz.inference import Fit, fit_many
from posthaz.sensitivity.completed import completed_times
from posthaz.spec import Sampling

CENSORING_COLUMNS = ("delta", "imputations", "censored", "events_imputed", "hr", "lower", "upper",
                     "p_hr_below_1", "within", "changes")  # fmt: skip


def censoring_deltas(
    fit: Fit,
    cohort: Cohort,
    deltas: Sequence[float],
    sampling: Sampling,
    *,
    imputations: int = 10,
    level: float = 0.95,
) -> pd.DataFrame:
    """The effect were censored patients of one arm worse off than those still followed.

    Times of the censored are drawn from the posterior of the fit up to the longest follow-up, the
    hazard after censoring multiplied by ``delta`` in the arm that fares better and as it was in
    the other; the model is fitted to each completed cohort and the posteriors are pooled
    (Jackson et al. 2014; Lipkovich et al. 2016).

    Parameters
    ----------
    fit : Fit
        A fit under proportional hazards, with two arms and one row a patient.
    cohort : Cohort
        Its cohort.
    deltas : sequence of float
        Hazard ratios after censoring, against those of the same arm who are followed.
    sampling : Sampling
        How the completed cohorts are fitted.
    imputations : int, optional
        Completed cohorts for each.
    level : float, optional
        Probability of the intervals.

    Returns
    -------
    DataFrame
        Columns `CENSORING_COLUMNS`, one row a ``delta`` in their order: number of censored
        patients of that arm whose time is drawn, mean number of events drawn for them, the pooled
        hazard ratio with its interval, ``within`` (share of its variance that lies within the
        completed cohorts), and ``changes``: ``"sign"``, ``"interval"`` or nothing.

    Raises
    ------
    SpecError
        When patients enter late, are followed in several rows, or have times between two visits.

    References
    ----------
    Jackson D et al. (2014), Statistics in Medicine 33:4681-4694, doi:10.1002/sim.6274.
    Lipkovich I et al. (2016), Pharmaceutical Statistics 15:216-229, doi:10.1002/pst.1738.
    """
    refuse_rows(
        fit, cohort, "the completion of censored times", "leave censoring out of [tipping_points]"
    )
    cohort = first_rows(cohort)  # each patient's time is drawn, also of those in one row
    effect = treatment_effect(fit)
    own = replace(sampling, method="auto", chains=2, draws=max(200, sampling.draws // 4))
    better = cohort.arms[1] if np.median(effect.draws) < 0 else cohort.arms[0]
    worse_off = (cohort.cause == 0) & (cohort.arm == better)
    before = _summary(effect.draws, level)
    tasks, events = [], []
    for delta in deltas:
        random = np.random.default_rng(sampling.seed)
        made = [
            completed_times(fit, cohort, np.where(worse_off, delta, 1.0), random)
            for _ in range(imputations)
        ]
        events.append(float(np.mean([one.event[worse_off].sum() for one in made])))
        tasks += [(fit.spec, one) for one in made]
    # the completions of each delta are pooled, so that each needs a seed of its own
    seeds = [own.seed + k for k in range(imputations)] * len(deltas)
    fits = fit_many(tasks, own, seeds)
    rows = []
    for place, delta in enumerate(deltas):
        parts = [treatment_effect(one).draws
                 for one in fits[place * imputations : (place + 1) * imputations]]  # fmt: skip
        pooled = np.concatenate(parts)
        found = _summary(pooled, level)
        share = float(np.mean([part.var() for part in parts]) / pooled.var())
        below = float(np.mean(pooled < 0))
        rows.append((delta, imputations, int(worse_off.sum()), events[place],
                     *np.exp(found), below, share, _changes(before, found)))  # fmt: skip
    return pd.DataFrame(rows, columns=list(CENSORING_COLUMNS))


def _summary(draws: np.ndarray, level: float) -> tuple[float, float, float]:
    middle, low, high = median_and_limits(draws, level)
    return float(middle), float(low), float(high)


def _changes(before: tuple[float, float, float], after: tuple[float, float, float]) -> str:
    """Which conclusion changes: the sign of the effect, or whether the interval holds 1."""
    if before[0] * after[0] <= 0:
        return "sign"
    held, holds = (one[1] <= 0 <= one[2] for one in (before, after))
    return "interval" if held != holds else ""

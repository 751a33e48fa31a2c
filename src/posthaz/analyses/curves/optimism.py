"""What choosing the best cut does where the truth is a curve, by simulation from its fit."""

import numpy as np

from posthaz.baselines.selected_cut import (
    cut_places,
    logrank_scores,
    one_step_ratio,
    standardised_sums,
)
from posthaz.cohort import Cohort
from posthaz.errors import CohortError
from posthaz.inference import Fit, flat_draws, hazard_of
from posthaz.simulate import simulate_times

_SIMULATED = 200


def optimism(
    curve: Fit, cohort: Cohort, values: np.ndarray, seed: int, cohorts: int = _SIMULATED
) -> dict[str, float]:
    """What choosing the best cut does where the truth is the curve.

    Parameters
    ----------
    curve : Fit
        The fit whose draws are taken for the truth, one a simulated cohort.
    cohort : Cohort
        The patients, whose covariates and censoring times the simulated ones have.
    values : ndarray of float, shape (patient,)
        The number.
    seed : int
        Seed.
    cohorts : int, optional
        How many are simulated.

    Returns
    -------
    dict of str to float
        As `Threshold.optimism`.

    Raises
    ------
    CohortError
        When times lie between two, rows have weights, or deaths from other causes are among the
        events: such cohorts are not simulated as they were seen.
    """
    unseen = cohort.interval_censored.any() or np.any(cohort.weight != 1)
    if unseen or curve.spec.background is not None:
        raise CohortError(
            "cohorts are simulated from the curve with exact times, patients of weight 1 and "
            "events of one kind",
            fix="read the posterior of the cut",
        )
    random = np.random.default_rng(seed)
    every = flat_draws(curve.draws["posterior"].to_dataset())
    total = len(next(iter(every.values())))
    drawn = {k: v[random.choice(total, cohorts)] for k, v in every.items()}
    frame = cohort.covariates.loc[:, list(curve.design.variables)].reset_index(drop=True)
    hazard = hazard_of(curve.spec, curve.design, drawn, frame)
    shape = (cohorts, len(cohort), 1)
    first, second = (
        simulate_times(hazard, cohort.entry[:, None], shape, random)[..., 0] for _ in range(2)
    )
    places, starts = cut_places(values)
    order = np.argsort(values, kind="stable")
    apparent, fresh, chosen = [], [], []
    for own, other in zip(first, second, strict=True):
        here, there = (_censored(cohort, times, random) for times in (own, other))
        if here[1].sum() < 2 or there[1].sum() < 2:
            continue
        scores = logrank_scores(cohort.entry, *here)[order][None, :]
        cut = starts[int(np.argmax(np.abs(standardised_sums(scores, places))[0]))]
        upper = values >= cut
        ratios = [one_step_ratio(cohort.entry, *one, upper) for one in (here, there)]
        sign = 1.0 if ratios[0] >= 0 else -1.0
        apparent.append(sign * ratios[0])
        fresh.append(sign * ratios[1])
        chosen.append(float(cut))
    low, high = np.quantile(chosen, [0.05, 0.95])
    return {
        "apparent": float(np.exp(np.mean(apparent))),
        "fresh": float(np.exp(np.mean(fresh))),
        "lower": float(low),
        "upper": float(high),
        "cohorts": float(len(chosen)),
    }


def _censored(
    cohort: Cohort, times: np.ndarray, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Times cut off as follow-up was: at a patient's own censoring, or one drawn from the others.

    A patient whose event was seen has a censoring time drawn from those that lie later than it,
    by the reverse Kaplan-Meier curve; the end of all follow-up where there is none.
    """
    exit_, event = cohort.exit, cohort.event
    end = float(exit_.max())
    order = np.argsort(exit_, kind="stable")
    at_risk = np.arange(len(exit_), 0, -1)
    free = np.cumprod(1.0 - (~event[order]) / at_risk)
    here = np.concatenate([[1.0], free])[np.searchsorted(exit_[order], exit_, "right")]
    wanted = random.uniform(size=len(exit_)) * here
    place = len(free) - np.searchsorted(free[::-1], wanted, "right")
    drawn = np.where(place < len(free), exit_[order][np.minimum(place, len(free) - 1)], end)
    limit = np.where(event, np.maximum(drawn, exit_), exit_)
    return np.minimum(times, limit), times <= limit

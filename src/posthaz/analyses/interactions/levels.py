"""The effect of a covariate within each level of another, and its ratios between levels."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import xarray as xr

from posthaz.analyses.adjust.matched_sample import EVERYBODY
from posthaz.analyses.interactions.rows import EffectCohort
from posthaz.arms.arm_model import (
    ArmTask,
    Quick,
    cox_of,
    cox_summary,
    joined,
    ratio_summary,
    varying_terms,
)
from posthaz.arms.groups import arm_counts, shortcoming
from posthaz.arms.interaction_test import InteractionTest
from posthaz.baselines import CoxFit, logrank
from posthaz.cohort import Cohort, restricted
from posthaz.design import quoted
from posthaz.errors import PosthazError
from posthaz.estimands import effect_in_patients
from posthaz.inference import Fit

WHOLE = "all"


def level_effect(
    ready: EffectCohort,
    level: str,
    arm: str,
    quick: Quick,
    interval: float,
    fitted: Fit | None,
    rows: np.ndarray,
) -> dict[str, object]:
    """Counts, tests and hazard ratios of one level of the effect in one level of the other.

    Parameters
    ----------
    ready : EffectCohort
        The cohort.
    level : str
        Level of the other covariate, or `WHOLE` for everybody.
    arm : str
        Level of the effect, compared with its reference.
    quick : Quick
        How the effect in everybody is fitted.
    interval : float
        Probability of the intervals.
    fitted : Fit or None
        Fit of the interaction, to the rows of `rows`.
    rows : ndarray of bool, shape (row,)
        Rows of the cohort that it used.

    Returns
    -------
    dict
        A row of the table of levels, with a note where something can't be given.
    """
    whole = level == WHOLE
    covariate = ready.cohort.covariates[ready.by]
    inside = (covariate == level).to_numpy(dtype=bool) | whole
    part = _pair(ready, inside, arm)
    reference = ready.cohort.arms[0]
    counts = arm_counts(part)
    row: dict[str, object] = {
        "by_level": level,
        "by_label": EVERYBODY[ready.sample] if whole else ready.by_label(level),
        "level": arm,
        "level_label": ready.cohort.arm_label(arm),
        "reference_label": ready.cohort.arm_label(reference),
        "patients_reference": counts[reference][0],
        "events_reference": counts[reference][1],
        "patients": counts[arm][0],
        "events": counts[arm][1],
        "note": shortcoming(part),
    }
    if row["note"]:
        return row
    task = ArmTask(part, joined((quoted(ready.effect), *varying_terms(part, ready.adjusted))))
    try:
        if part.weights_count:  # P values of weighted rows mean nothing
            test = logrank(part).iloc[0]
            row |= {"logrank_chisq": float(test["chisq"]), "logrank_p": float(test["p"])}
        cox = cox_of(part, task.formula, interval)
        numbers, row["note"] = cox_summary(cox, f"{ready.effect}[{arm}]")
        row |= {f"cox_{key}": value for key, value in numbers.items()}
    except PosthazError as error:
        row["note"] = error.reason
    if whole:
        (alone,) = quick.fit_all([task])
        said = isinstance(alone, str)
        return row | ({"note": alone} if said else ratio_summary(task.effect(alone), interval))
    whom = ready.cohort.where(rows & inside)
    if fitted is not None and len(whom):
        effect = effect_in_patients(fitted, whom.covariates, arm, reference, whom.patient_weight)
        row |= ratio_summary(effect, interval)
    return row


def _pair(ready: EffectCohort, inside: np.ndarray, arm: str) -> Cohort:
    """Rows of the reference and one other level of the effect."""
    kept = [ready.cohort.arms[0], arm]
    part = restricted(ready.cohort, inside & np.isin(ready.cohort.arm.astype(str), kept))
    levels = part.covariates[ready.effect].cat.set_categories(kept, ordered=True)
    return replace(part, covariates=part.covariates.assign(**{ready.effect: levels}))


def level_ratios(
    ready: EffectCohort,
    part: Cohort,
    cox: CoxFit | None,
    test: InteractionTest,
    fitted: Fit | None,
    interval: float,
) -> Iterator[dict[str, object]]:
    """Ratios of hazard ratios of every level of the other covariate against its first."""
    if fitted is None or cox is None:
        return
    reference, *arms = part.arms
    first, *rest = (str(level) for level in part.covariates[ready.by].cat.categories)
    groups = {
        level: part.where((part.covariates[ready.by] == level).to_numpy(bool))
        for level in (first, *rest)
    }

    def effect(level: str, arm: str) -> xr.DataArray:
        whom = groups[level]
        return effect_in_patients(fitted, whom.covariates, arm, reference, whom.patient_weight)

    for arm in arms:
        for level in rest:
            numbers = ratio_summary(effect(level, arm) - effect(first, arm), interval)
            term = f"{ready.effect}[{arm}]:{ready.by}[{level}]"
            frequentist, note = cox_summary(cox, term)
            name = f"{ready.cohort.arm_label(arm)}: " if len(arms) > 1 else ""
            yield {
                "model": "levels",
                "contrast": f"{name}{ready.by_label(level)} v {ready.by_label(first)}",
                "cox_ratio": frequentist["hr"],
                **{f"cox_{key}": frequentist[key] for key in ("lower", "upper", "p")},
                "ratio": numbers["hr"],
                "lower": numbers["lower"],
                "upper": numbers["upper"],
                "p_above_1": 1.0 - numbers["p_below_1"],
                "chisq": test.chisq,
                "df": test.df,
                "p": test.p,
                "test": test.kind,
                "note": "; ".join(dict.fromkeys(n for n in (note, test.note) if n)),
            }

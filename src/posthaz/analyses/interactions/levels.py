"""The cohort of an interaction, the effect within each level, and its ratios between levels."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr

from posthaz.analyses.adjust.matched_sample import EVERYBODY, check_sample
from posthaz.analyses.interactions.spec import InteractionSpec, interaction_faults
from posthaz.arms.arm_model import (
    ArmTask,
    Quick,
    complete_in,
    cox_of,
    cox_summary,
    joined,
    ratio_summary,
    varying_terms,
)
from posthaz.arms.groups import arm_counts, group_name, shortcoming, with_cuts
from posthaz.arms.interaction_test import InteractionTest
from posthaz.baselines import CoxFit, logrank
from posthaz.cohort import Cohort, restricted
from posthaz.design import quoted
from posthaz.errors import CohortError, PosthazError
from posthaz.estimands import effect_in_patients
from posthaz.inference import Fit


@dataclass(frozen=True)
class EffectCohort:
    """A cohort whose arms are the levels of the effect.

    Parameters
    ----------
    cohort : Cohort
        Rows complete in the effect and the adjustment.
    effect, by : str
        Factors: the covariates asked for, or their groups.
    adjusted : tuple of str
        Terms that every model is adjusted for.
    sample : {"all", "matched"}
        Which patients these are.
    """

    cohort: Cohort
    effect: str
    by: str
    adjusted: tuple[str, ...]
    sample: str

    def by_label(self, level: str) -> str:
        """Name to show for a level of the other covariate."""
        column = self.cohort.columns.get(self.by)
        return column.level_label(level) if column else level


def effect_cohort(cohort: Cohort, asked: InteractionSpec) -> EffectCohort:
    """The cohort with both covariates as factors, the effect in place of the treatment.

    Parameters
    ----------
    cohort : Cohort
        A cohort.
    asked : InteractionSpec
        Which effect, by what.

    Returns
    -------
    EffectCohort
        Numbers that are cut have their groups beside them.

    Raises
    ------
    CohortError
        When a covariate isn't there, or isn't what it is taken for; when a matched sample is
        asked for and the cohort has no sets.
    """
    check_sample(asked.sample, cohort, f"{cohort.source.name}, interaction {asked.name}")
    faults = tuple(interaction_faults((asked,), cohort))
    if faults:
        raise CohortError.from_findings("The interaction can't be estimated:", faults)
    pairs = {asked.effect: asked.effect_cut, asked.by: asked.by_cut}
    cohort = with_cuts(cohort, {name: cut for name, cut in pairs.items() if cut})
    effect = group_name(asked.effect) if asked.effect_cut else asked.effect
    by = group_name(asked.by) if asked.by_cut else asked.by
    known = complete_in(cohort, (quoted(effect), *asked.adjusted))
    cohort = replace(cohort.where(known), treatment=effect)
    if len(cohort.arms) < 2:
        place = f"{cohort.source.name}, interaction {asked.name}"
        raise CohortError(f"{place}: '{asked.effect}' has one level", fix="name another effect")
    return EffectCohort(cohort, effect, by, asked.adjusted, asked.sample)


def measured(cohort: Cohort, asked: InteractionSpec) -> np.ndarray:
    """Rows that lack neither covariate, shape (row,), bool."""
    return cohort.covariates[[asked.effect, asked.by]].notna().all(axis=1).to_numpy(dtype=bool)


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

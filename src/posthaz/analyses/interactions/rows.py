"""The cohort of an interaction: both covariates as factors, the effect as the treatment."""

from dataclasses import dataclass, replace

import numpy as np

from posthaz.analyses.adjust.matched_sample import check_sample
from posthaz.analyses.interactions.spec import InteractionSpec, interaction_faults
from posthaz.arms.arm_model import complete_in
from posthaz.arms.cut_groups import group_name, with_cuts
from posthaz.cohort import Cohort
from posthaz.design import quoted
from posthaz.errors import CohortError


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

"""How the effect of one covariate depends on another: within levels, and along numbers."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pandas as pd

from posthaz.analyses.adjust.matched_sample import NO_SAMPLE, sample_note
from posthaz.analyses.interactions.levels import (
    WHOLE,
    EffectCohort,
    effect_cohort,
    level_effect,
    level_ratios,
    measured,
)
from posthaz.analyses.interactions.smooth import SmoothInteraction, smooth_interaction
from posthaz.analyses.interactions.spec import InteractionSpec
from posthaz.analyses.interactions.within import (
    GAIN_COLUMNS,
    LevelCurves,
    level_curves,
    level_gains,
)
from posthaz.arms.arm_model import (
    ArmTask,
    Quick,
    cox_of,
    joined,
    shared_baseline,
    varying_terms,
)
from posthaz.arms.departures import departures
from posthaz.arms.groups import compared_rows, covariate_label
from posthaz.arms.interaction_test import InteractionTest, interaction_test
from posthaz.baselines import CoxFit
from posthaz.checks import compare_models, leave_one_out
from posthaz.cohort import Cohort, restricted
from posthaz.cohort.argument import checks_arguments
from posthaz.design import quoted
from posthaz.errors import PosthazError
from posthaz.errors.lost import Lost
from posthaz.inference import Fit
from posthaz.spec import ModelSpec, Sampling
from posthaz.spec.sample import MATCHED

LEVEL_COLUMNS = (
    *("name", "by_level", "by_label", "level", "level_label", "reference_label"),
    *("patients_reference", "events_reference", "patients", "events", "logrank_chisq", "logrank_p"),
    *("cox_hr", "cox_lower", "cox_upper", "cox_p", "hr", "lower", "upper", "p_below_1", "note"),
    "sample",
)
RATIO_COLUMNS = (
    *("name", "model", "contrast", "cox_ratio", "cox_lower", "cox_upper", "cox_p"),
    *("ratio", "lower", "upper", "p_above_1", "chisq", "df", "p", "note", "test", "sample"),
)


@dataclass(frozen=True, eq=False)
class InteractionEffects:
    """What is known of one interaction.

    Parameters
    ----------
    asked : InteractionSpec
        What was asked.
    effect, by : str
        Labels of the two covariates.
    levels : DataFrame
        Columns `LEVEL_COLUMNS`: the effect in everybody (``by_level`` is ``all``) and in each
        level of the other covariate, Cox in the level alone, the posterior from the model of the
        interaction.
    ratios : DataFrame
        Columns `RATIO_COLUMNS`: ratios of hazard ratios between levels (``model`` is ``levels``)
        and along numbers (``continuous``), with the test of the interaction (``test`` says which).
    smooth : SmoothInteraction or None
        The continuous model.
    comparison : DataFrame or None
        Result of `compare_models` for both models.
    notes : tuple of str
        What a reader must know.
    sample_note : str
        What must be said of a matched sample; empty for all patients.
    curves : tuple of LevelCurves
        Survival by level of the effect within each level of the other covariate.
    gains : DataFrame
        Columns `GAIN_COLUMNS`: restricted mean gained within each level, and what these gains
        differ by.
    """

    asked: InteractionSpec
    effect: str
    by: str
    levels: pd.DataFrame
    ratios: pd.DataFrame
    smooth: SmoothInteraction | None
    comparison: pd.DataFrame | None
    notes: tuple[str, ...]
    sample_note: str = ""
    curves: tuple[LevelCurves, ...] = ()
    gains: pd.DataFrame = field(default_factory=partial(pd.DataFrame, columns=[*GAIN_COLUMNS]))

    @property
    def gained(self) -> pd.DataFrame:
        """Rows of `gains` within a level."""
        return self.gains[self.gains["against"] == ""]

    @property
    def gain_differences(self) -> pd.DataFrame:
        """Rows of `gains` that are differences of two levels' gains."""
        return self.gains[self.gains["against"] != ""]


@checks_arguments
def interaction_effects(
    cohort: Cohort,
    model: ModelSpec,
    asked: InteractionSpec,
    sampling: Sampling | None = None,
    *,
    horizon: float | None = None,
    interval: float = 0.95,
    progress: Callable[[str, int, int], None] | None = None,
) -> InteractionEffects:
    """Effect of a covariate within the levels of another, and along both as numbers.

    Parameters
    ----------
    cohort : Cohort
        A cohort; where ``asked.sample`` is ``"matched"``, that of `match_patients`, whose sets are
        its clusters.
    model : ModelSpec
        Its baseline hazard, with cuts from the whole cohort, and its priors are used; hazards
        are proportional whatever its form.
    asked : InteractionSpec
        Which effect, by what.
    sampling : Sampling, optional
        Draws and seed; models are fitted by Laplace with importance weights, and by NUTS where
        these can't be trusted.
    horizon : float, optional
        Horizon of the restricted mean gained within each level; none is given without it.
    interval : float
        Probability of the intervals.
    progress : callable, optional
        Takes a label, steps done and steps in all.

    Returns
    -------
    InteractionEffects
        A level that can't be analysed is said, and the others are given.

    Raises
    ------
    CohortError
        When a covariate isn't there or isn't what it is taken for, or there is no event.

    Examples
    --------
    >>> import posthaz as ph
    >>> asked = ph.InteractionSpec("x", "arm", "gtv_cc", by_cut=(146.0,))
    >>> model = ph.ModelSpec("exponential", ph.Exponential())
    >>> sampling = ph.Sampling(chains=2, draws=250)
    >>> found = ph.interaction_effects(ph.simulated_example(), model, asked, sampling)
    >>> found.levels["by_level"].tolist()
    ['all', '<146', '>=146']
    """
    ready = effect_cohort(cohort, asked)
    base = shared_baseline(model, ready.cohort)
    quick = Quick(base, sampling or Sampling(), asked.sample == MATCHED)
    show = progress or (lambda label, done, total: None)
    rows = compared_rows(ready.cohort, [ready.by]) & measured(ready.cohort, asked)
    part = restricted(ready.cohort, rows)
    notes = [*departures(model), *_left_out(rows)]
    cut = _cut_off_model(ready, part, quick, interval, notes)
    show("interaction", 1, 3)
    levels = [
        level_effect(ready, level, arm, quick, interval, cut.fit, rows)
        for level in (WHOLE, *map(str, ready.cohort.covariates[ready.by].cat.categories))
        for arm in ready.cohort.arms[1:]
    ]
    ratios = list(level_ratios(ready, part, cut.cox, cut.test, cut.fit, interval))
    show("interaction", 2, 3)
    smooth = _smooth(part, asked, quick, interval, notes) if asked.continuous else None
    show("interaction", 3, 3)
    return InteractionEffects(
        asked=asked,
        effect=covariate_label(cohort, asked.effect),
        by=covariate_label(cohort, asked.by),
        levels=_frame(levels, LEVEL_COLUMNS, asked),
        ratios=_frame([*ratios, *_smooth_ratios(smooth)], RATIO_COLUMNS, asked),
        smooth=smooth,
        comparison=_comparison(cut.fit, smooth),
        notes=tuple(notes),
        sample_note=sample_note(asked.sample, cohort),
        curves=tuple(level_curves(ready, part, cut.fit, interval)),
        gains=_frame(
            list(level_gains(ready, part, cut.fit, horizon, interval)), GAIN_COLUMNS, asked
        ),
    )


def no_interaction(cohort: Cohort, asked: InteractionSpec) -> InteractionEffects:
    """The answer where no matched sample could be made: nothing, and why.

    Parameters
    ----------
    cohort : Cohort
        All patients.
    asked : InteractionSpec
        Which effect, by what.

    Returns
    -------
    InteractionEffects
        Empty tables, and a note.
    """
    return InteractionEffects(
        asked=asked,
        effect=covariate_label(cohort, asked.effect),
        by=covariate_label(cohort, asked.by),
        levels=_frame([], LEVEL_COLUMNS, asked),
        ratios=_frame([], RATIO_COLUMNS, asked),
        smooth=None,
        comparison=None,
        notes=(Lost("interaction in the matched sample", NO_SAMPLE),),
    )


def _frame(
    rows: list[dict[str, object]], columns: tuple[str, ...], asked: InteractionSpec
) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=list(columns))
    return table.assign(name=asked.name, sample=asked.sample)


@dataclass(frozen=True, eq=False)
class _CutOff:
    """The model of levels, Cox and Bayesian, and the test of its interaction."""

    test: InteractionTest
    cox: CoxFit | None = None
    fit: Fit | None = None


def _cut_off_model(
    ready: EffectCohort, part: Cohort, quick: Quick, interval: float, notes: list[str]
) -> _CutOff:
    """Interaction of the two factors; what can't be given goes to the notes."""
    nothing = InteractionTest(float("nan"), 0, float("nan"))
    if len(part.covariates[ready.by].cat.categories) < 2:
        notes.append("Fewer than two levels can be compared: there is no interaction to estimate.")
        return _CutOff(nothing)
    others = varying_terms(part, ready.adjusted)
    terms = quoted(ready.effect), quoted(ready.by)
    formula = joined((f"{terms[0]} * {terms[1]}", *others))
    try:
        cox = cox_of(part, formula, interval)
        fit = quick.fit(ArmTask(part, formula), "levels")
    except PosthazError as error:
        notes.append(Lost("model of the levels", error.reason))
        return _CutOff(nothing)
    return _CutOff(interaction_test(part, terms, others), cox, fit)


def _smooth(
    part: Cohort, asked: InteractionSpec, quick: Quick, interval: float, notes: list[str]
) -> SmoothInteraction | None:
    others = varying_terms(part, asked.adjusted)
    try:
        return smooth_interaction(part, asked, others, quick, interval)
    except PosthazError as error:
        notes.append(Lost("continuous model", error.reason))
        return None


def _smooth_ratios(smooth: SmoothInteraction | None) -> list[dict[str, object]]:
    if smooth is None:
        return []
    test = smooth.test
    tested = {"chisq": test.chisq, "df": test.df, "p": test.p, "note": test.note}
    tested |= {"test": test.kind}
    return [{"model": "continuous", **row, **tested} for row in smooth.ratios]


def _comparison(cut: Fit | None, smooth: SmoothInteraction | None) -> pd.DataFrame | None:
    if cut is None or smooth is None:
        return None
    return compare_models({one.spec.name: leave_one_out(one) for one in (cut, smooth.fit)})


def _left_out(rows: np.ndarray) -> list[str]:
    missing = int((~rows).sum())
    if not missing:
        return []
    return [
        f"The models of the interaction leave out {missing} of {len(rows)} rows: the covariate is "
        "missing, or its level lacks a level of the effect."
    ]

"""Toxicity by grade: counts, tests, risks one by one and pooled, and benefit against risk."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from posthaz.adjust import GradeCounts, count_grades, grade_table, grade_tests, threshold_remark
from posthaz.analyses.toxicity.benefit_risk import BenefitRisk, benefit_risk
from posthaz.analyses.toxicity.grade_model import (
    GradeModel,
    fit_grades,
    grade_odds_ratios,
    pooled_risks,
)
from posthaz.analyses.toxicity.risk import separate_risks
from posthaz.analyses.toxicity.spec import ToxicitySpec
from posthaz.cohort import Cohort
from posthaz.cohort.argument import checks_arguments
from posthaz.inference import Fit
from posthaz.spec import Sampling


@dataclass(frozen=True, eq=False)
class ToxicityAnswer:
    """Toxicity of the arms.

    Parameters
    ----------
    counts : tuple of GradeCounts
        Patients by arm and grade.
    grades, tests, risks : DataFrame
        As of `grade_table`, `grade_tests`, and `separate_risks` with `pooled_risks` below it.
    odds : DataFrame or None
        As of `grade_odds_ratios`; None without the pooled model.
    model : GradeModel or None
        The pooled model.
    benefit : tuple of BenefitRisk
        Gain in survival against the chosen toxicity, one an arm but the reference.
    remarks : tuple of str
        What can't be given, and why.
    """

    counts: tuple[GradeCounts, ...]
    grades: pd.DataFrame
    tests: pd.DataFrame
    risks: pd.DataFrame
    odds: pd.DataFrame | None
    model: GradeModel | None
    benefit: tuple[BenefitRisk, ...]
    remarks: tuple[str, ...]


def toxicity_counts(spec: ToxicitySpec, cohort: Cohort) -> tuple[GradeCounts, ...]:
    """Patients by arm and grade: those of the cohort's columns, then those printed.

    Parameters
    ----------
    spec : ToxicitySpec
        Columns and printed counts.
    cohort : Cohort
        The cohort, whose arms give the order.

    Returns
    -------
    tuple of GradeCounts

    Raises
    ------
    CohortError
        When a column holds something else than grades.
    """
    counted = [
        _cut(one) if one.name in spec.or_higher else one
        for one in count_grades(cohort, spec.columns)
    ]
    printed = []
    for name, arms in spec.counts.items():
        order = [arm for arm in cohort.arms if arm in arms]
        order += [arm for arm in arms if arm not in order]
        patients = np.array([arms[arm] for arm in order], dtype=int)
        label = spec.labels.get(name, name)
        printed.append(GradeCounts(name, label, tuple(order), patients, name in spec.or_higher))
    return (*counted, *printed)


def _cut(counts: GradeCounts) -> GradeCounts:
    """Counts whose highest grade seen stands for itself and all above."""
    seen = np.flatnonzero(counts.patients.sum(axis=0))
    top = max(int(seen.max(initial=1)), 1)
    return replace(counts, patients=counts.patients[:, : top + 1], or_higher=True)


@checks_arguments
def compare_toxicity(
    cohort: Cohort,
    asked: ToxicitySpec,
    *,
    fit: Fit | None = None,
    horizon: float = 0.0,
    sampling: Sampling | None = None,
    interval: float = 0.95,
    progress: Callable[[int, int], None] | None = None,
) -> ToxicityAnswer:
    """Compare the toxicity of the arms.

    Parameters
    ----------
    cohort : Cohort
        The cohort.
    asked : ToxicitySpec
        What is asked.
    fit : Fit, optional
        A fit with the treatment in its formula, for benefit against risk.
    horizon : float
        Horizon of the restricted mean.
    sampling : Sampling, optional
        How to sample the pooled model; its seed also seeds the exact draws.
    interval : float
        Probability of the intervals.
    progress : callable, optional
        Called with (draws done, draws in all) of the pooled model.

    Returns
    -------
    ToxicityAnswer
        Counts that allow no comparison are said in `remarks` and the rest is given.

    Raises
    ------
    CohortError
        When a column holds something else than grades.
    """
    counts, sampling = toxicity_counts(asked, cohort), sampling or Sampling()
    chosen = {"interval": interval, "acceptable": asked.acceptable}
    separate = separate_risks(counts, asked.grades, prior=asked.prior, seed=sampling.seed, **chosen)
    model = fit_grades(counts, asked.priors, sampling, progress) if asked.pooled else None
    tables, odds = [separate], None
    if model is not None:
        tables.append(pooled_risks(model, asked.grades, **chosen))
        odds = grade_odds_ratios(model, interval=interval, seed=sampling.seed)
    benefit, why_not = _benefit(asked, counts, fit, horizon, sampling.seed)
    return ToxicityAnswer(
        counts=counts,
        grades=grade_table(counts),
        tests=grade_tests(counts, asked.grades),
        risks=_side_by_side(tables, counts),
        odds=odds,
        model=model,
        benefit=benefit,
        remarks=(*_remarks(asked, cohort, counts, model), *why_not),
    )


def _benefit(
    spec: ToxicitySpec,
    counts: Sequence[GradeCounts],
    fit: Fit | None,
    horizon: float,
    seed: int,
) -> tuple[tuple[BenefitRisk, ...], tuple[str, ...]]:
    """Benefit against risk of each arm, or why there is none."""
    if fit is None:
        return (), ()
    wanted = spec.benefit_risk or spec.names[0]
    chosen = next(one for one in counts if one.name == wanted)
    start = "Benefit is not set against risk:"
    if not fit.treatment:
        return (), (f"{start} the primary model has no treatment.",)
    events, grade = chosen.at_least(spec.benefit_risk_grade), spec.benefit_risk_grade
    if events is None:
        why = threshold_remark(chosen, grade)
        return (), (f"{start} grade {grade} or worse of {chosen.label.lower()} is {why}.",)
    known = [str(arm) for arm in fit.design.frame[fit.treatment].cat.categories]
    arms = [
        arm
        for a, arm in enumerate(chosen.arms)
        if a and arm in known and chosen.totals[a] and chosen.totals[0]
    ]
    if not arms or chosen.arms[0] not in known:
        return (), (f"{start} {chosen.label.lower()} is not known for two of the model's arms.",)
    pairs = [
        benefit_risk(
            fit, chosen, arm, grade=grade, horizon=horizon, prior=spec.prior,
            acceptable=spec.acceptable, seed=seed,
        )
        for arm in arms
    ]  # fmt: skip
    return tuple(pairs), ()


def _side_by_side(tables: Sequence[pd.DataFrame], counts: Sequence[GradeCounts]) -> pd.DataFrame:
    """One table, the sources of a toxicity, grade and arm below each other."""
    joined = pd.concat([table for table in tables if len(table)], ignore_index=True)
    order = {one.name: number for number, one in enumerate(counts)}
    arms = {arm: number for one in counts for number, arm in enumerate(one.arms)}
    keys = joined.assign(toxicity=joined["toxicity"].map(order), arm=joined["arm"].map(arms))
    rows = keys.sort_values(["toxicity", "grade", "arm"], kind="stable").index
    return joined.loc[rows].reset_index(drop=True)


def _remarks(
    spec: ToxicitySpec,
    cohort: Cohort,
    counts: Sequence[GradeCounts],
    model: GradeModel | None,
) -> tuple[str, ...]:
    names = {arm: cohort.arm_label(arm) for arm in cohort.arms}
    said: dict[tuple[str, str], list[str]] = {}
    for one in counts:
        for grade in spec.grades:
            if remark := threshold_remark(one, grade, names):
                said.setdefault((one.label, remark), []).append(grade_words(grade))
    found = [f"{label}, {'; '.join(grades)}: {why}." for (label, why), grades in said.items()]
    kept = {one.name for one in model.toxicities} if model else set()
    left = [one.label for one in counts if one.name not in kept]
    if spec.pooled and left:
        found.append(
            "Left out of the pooled model, since patients of two arms and two grades are "
            f"needed: {', '.join(left)}."
        )
    return tuple(found)


def grade_words(grade: int) -> str:
    """A threshold in words.

    Examples
    --------
    >>> grade_words(1), grade_words(3)
    ('any grade', 'grade 3 or worse')
    """
    return "any grade" if grade == 1 else f"grade {grade} or worse"

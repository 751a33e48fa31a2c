"""Which Bayesian models are fitted to which sample, and why some are not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from posthaz.adjust import MATCHED_SET, Matched, PropensityScore, effective_weights
from posthaz.analyses.adjust.effects import CRUDE, Sample
from posthaz.arms.arm_model import joined, varying_terms
from posthaz.cohort import Cohort
from posthaz.design import learn_design, quoted
from posthaz.errors import FormulaError

POSTERIOR = "posterior"
ADJUSTED = "posterior, adjusted"
WITH_FRAILTY = "posterior, frailty of the set"
STANDARDISED = "posterior, standardised"

SCORE = "propensity_score"
MOST_SETS = 400
"""Most matched sets for which a frailty each is fitted."""

_WEIGHTED_NOTE = (
    "weighted likelihood: the interval is not calibrated, compare the robust one of Cox"
)


@dataclass(frozen=True)
class Planned:
    """One model of the treatment: in which sample, about whom, and with what formula."""

    sample: str
    target: str
    analysis: str
    cohort: Cohort
    formula: str
    note: str = ""


def plan_models(
    cohort: Cohort,
    score: PropensityScore | None,
    samples: Mapping[str, Sample],
    adjusted: Sequence[str] = (),
) -> tuple[list[Planned], list[str]]:
    """Models to fit, and what a reader must know about those that are not.

    Parameters
    ----------
    cohort : Cohort
        All patients.
    score : PropensityScore or None
        The score.
    samples : mapping of str to Matched or Weighted
        Samples.

    adjusted : sequence of str, optional
        Terms of a second model in all patients and in each sample.

    Returns
    -------
    list of Planned
        All patients first; the standardised model last.
    list of str
        Remarks.
    """
    arm = quoted(cohort.treatment)
    planned, remarks = [Planned(CRUDE, "", POSTERIOR, cohort, arm)], []
    if adjusted:
        formula = joined((arm, *varying_terms(cohort, adjusted)))
        planned.append(Planned(CRUDE, "", ADJUSTED, cohort, formula))
    for name, sample in samples.items():
        part, note = normalised(sample)
        planned.append(Planned(name, sample.target, POSTERIOR, part, arm, note))
        if adjusted:
            formula = joined((arm, *varying_terms(part, adjusted)))
            planned.append(Planned(name, sample.target, ADJUSTED, part, formula, note))
        if not isinstance(sample, Matched) or sample.replace:
            continue
        if sample.sets > MOST_SETS:
            remarks.append(
                f"No frailty of the matched set was fitted: {sample.sets:,} sets, more than "
                f"{MOST_SETS}. The posterior without frailty treats the members of a set as "
                "independent; compare the robust interval of Cox."
            )
            continue
        formula = f"{arm} + (1 | {MATCHED_SET})"
        plain = replace(part, weight=np.ones(len(part)))
        planned.append(Planned(name, sample.target, WITH_FRAILTY, plain, formula))
    if score is not None:
        with_score, formula, remark = _with_score(cohort, score)
        remarks += [remark] if remark else []
        planned.append(Planned(CRUDE, "", STANDARDISED, with_score, formula))
    return planned, remarks


def normalised(sample: Sample) -> tuple[Cohort, str]:
    """A sample for a weighted likelihood: each arm weighs its effective sample size.

    Returns
    -------
    Cohort
        The patients; weights that are all 1 stay so.
    str
        What is to be said of the weights.
    """
    part = sample.cohort
    return effective_weights(part), "" if np.all(part.weight == 1) else _WEIGHTED_NOTE


def _with_score(cohort: Cohort, score: PropensityScore) -> tuple[Cohort, str, str]:
    """All patients with the score as a covariate, and the formula that uses it."""
    covariates = cohort.covariates.assign(**{SCORE: score.probability})
    wider = replace(cohort, covariates=covariates)
    plain = f"{quoted(cohort.treatment)} + {score.formula}"
    with_spline = f"{plain} + bs({SCORE}, df=4)"
    try:
        learn_design(covariates, with_spline)
    except FormulaError:
        remark = (
            "The model behind the standardised answers has the covariates, without the score: "
            "they determine it."
        )
        return wider, plain, remark
    return wider, with_spline, ""

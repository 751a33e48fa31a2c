"""The matched and weighted cohorts of an analysis, with what could not be made and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from posthaz.adjust import (
    Matched,
    PropensityScore,
    SeparationError,
    Weighted,
    balancing_weights,
    match_patients,
    overlap_table,
    propensity_score,
)
from posthaz.analyses.adjust.spec import AdjustSpec
from posthaz.cohort import Cohort
from posthaz.errors import PosthazError
from posthaz.errors.lost import Lost

MATCHED, WEIGHTED, OVERLAP = "matched", "weighted", "overlap"


@dataclass(frozen=True, eq=False)
class AdjustedSamples:
    """Samples in which the arms are compared.

    Parameters
    ----------
    score : PropensityScore or None
        The score; None where there can't be one.
    samples : mapping of str to Matched or Weighted
        ``"matched"``, ``"weighted"`` and ``"overlap"``, those asked for and possible.
    remarks : tuple of str
        What a reader must know: what could not be made, and why.
    """

    score: PropensityScore | None
    samples: Mapping[str, Matched | Weighted] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()


def adjusted_samples(cohort: Cohort, spec: AdjustSpec) -> AdjustedSamples:
    """Estimate the score and make the samples asked for; what fails is said, not raised.

    Parameters
    ----------
    cohort : Cohort
        A cohort.
    spec : AdjustSpec
        How the arms are made comparable.

    Returns
    -------
    AdjustedSamples
        What could be made. Where covariates separate the arms the score is Firth's.
    """
    remarks: list[str] = []
    try:
        score = propensity_score(cohort, spec.formula, estimate=spec.score)
    except SeparationError as error:
        remarks.append(f"{error} The score below is Firth's.")
        score = propensity_score(cohort, spec.formula, estimate="firth")
    except PosthazError as error:
        return AdjustedSamples(None, {}, (Lost("propensity score", str(error)),))
    if not _ranges_meet(score):
        remarks.append(
            "The scores of the arms do not overlap: every patient of one arm has a score above "
            "every patient of the other. No comparison of like with like is possible; what is "
            "given below extrapolates."
        )
    samples, failed = samples_of(score, spec)
    return AdjustedSamples(score, samples, (*remarks, *failed))


def samples_of(
    score: PropensityScore, spec: AdjustSpec
) -> tuple[dict[str, Matched | Weighted], tuple[str, ...]]:
    """The samples asked for under one score, and why others could not be made."""
    makers = {
        "match": lambda: match_patients(
            score,
            ratio=spec.ratio,
            caliper=spec.caliper,
            caliper_scale=spec.caliper_scale,
            order=spec.order,
            replace=spec.replace,
            method=spec.distance,
            exact=spec.exact,
            target=spec.match_target,
        ),
        "weight": lambda: balancing_weights(
            score, spec.weight_target, stabilised=spec.stabilised, trim=spec.trim
        ),
        "overlap": lambda: balancing_weights(score, "ATO", trim=spec.trim),
    }
    names = {"match": MATCHED, "weight": WEIGHTED, "overlap": OVERLAP}
    samples: dict[str, Matched | Weighted] = {}
    failed = []
    for method in spec.method:
        try:
            samples[names[method]] = makers[method]()
        except PosthazError as error:
            failed.append(Lost(f"{names[method]} sample", str(error)))
    return samples, tuple(failed)


def _ranges_meet(score: PropensityScore) -> bool:
    table = overlap_table(score)
    return bool(table["minimum"].max() <= table["maximum"].min())

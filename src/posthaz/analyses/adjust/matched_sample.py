"""Analyses of the matched sample alone: which patients they are, and what must be said of them."""

from typing import TYPE_CHECKING

import numpy as np

from posthaz.analyses.adjust.samples import MATCHED as MATCHED_COHORT
from posthaz.analyses.adjust.samples import AdjustedSamples, adjusted_samples
from posthaz.cohort import Cohort
from posthaz.errors import CohortError
from posthaz.spec.sample import ALL, MATCHED

if TYPE_CHECKING:
    from posthaz.report.clinical import Given

EVERYBODY = {ALL: "All patients", MATCHED: "Matched patients"}
"""Name to show for everybody in each sample."""

NO_SAMPLE = (
    "No matched sample could be made (the adjustment by the propensity score says why), so that "
    "nothing is given here."
)


def given_samples(given: "Given") -> AdjustedSamples | None:
    """Samples of ``[adjust]``, made once for every analysis; None without that table."""
    spec = given.analysis.clinical.get("adjust")
    if spec is None:
        return None
    return given.once("adjust", lambda: adjusted_samples(given.cohort, spec))


def cohort_of(sample: str, cohort: Cohort, made: AdjustedSamples | None) -> Cohort | None:
    """The patients of a sample.

    Parameters
    ----------
    sample : {"all", "matched"}
        Which.
    cohort : Cohort
        All patients.
    made : AdjustedSamples or None
        Samples that could be made.

    Returns
    -------
    Cohort or None
        None where there is no matched sample.
    """
    if sample == ALL:
        return cohort
    matched = made.samples.get(MATCHED_COHORT) if made else None
    return None if matched is None else matched.cohort


def check_sample(sample: str, cohort: Cohort, place: str) -> None:
    """Raise a `CohortError` for a matched sample that is none: it has no sets."""
    if sample == MATCHED and cohort.cluster is None:
        raise CohortError(
            f"{place}: the matched sample is asked for, and these patients are in no matched sets",
            fix='give the cohort of match_patients, or sample = "all"',
        )


def sample_note(sample: str, cohort: Cohort) -> str:
    """What a reader must know of the analyses of a matched sample; empty for all patients."""
    if sample == ALL:
        return ""
    text = (
        f"These are the {len(cohort):,} matched patients. Cox intervals and tests are robust, by "
        "matched set; Bayesian models take the members of a set as independent."
    )
    if np.any(cohort.weight != 1):
        text += (
            " Patients have the weights of the matching; in Bayesian models each arm’s add up to "
            "its effective sample size, and credible intervals have no guaranteed coverage: "
            "compare the robust ones of Cox."
        )
    return text

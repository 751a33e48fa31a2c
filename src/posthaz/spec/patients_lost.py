"""How many patients each model is about, and whom it leaves out."""

from collections.abc import Sequence

from posthaz.cohort import Cohort
from posthaz.errors import CohortError, Finding
from posthaz.spec.analysis import Analysis
from posthaz.spec.model_spec import ModelSpec

_ALONE = "Kaplan-Meier curves and Table 1 are about everybody"


def own_patients(spec: ModelSpec, cohort: Cohort) -> Cohort:
    """The part of a cohort that a model is about: the patients who lack none of its covariates.

    Parameters
    ----------
    spec : ModelSpec
        The model.
    cohort : Cohort
        The cohort.

    Returns
    -------
    Cohort
        The cohort itself where nobody is left out.

    Raises
    ------
    CohortError
        When nobody is left, or nobody of an arm or level that the formula is about.
    """
    if not cohort.drop_missing:
        return cohort
    own = cohort.complete(spec.needed)
    if own is cohort:
        return cohort
    lacking = own.dropped[-1].reason.partition(": ")[2]
    if not len(own):
        raise CohortError(
            f"no patient has every covariate of '{spec.formula}' (missing {lacking})",
            fix="leave one of them out",
        )
    emptied = [
        f"'{level}' of '{name}'"
        for name in spec.needed
        if hasattr(cohort.covariates.get(name), "cat")
        for level in cohort.covariates[name].cat.categories
        if (cohort.covariates[name] == level).any() and not (own.covariates[name] == level).any()
    ]
    if emptied:
        raise CohortError(
            f"nobody with {', '.join(emptied)} is left once patients who lack a covariate of "
            f"'{spec.formula}' are left out (missing {lacking}), so that nothing can be said of it",
            fix="leave the covariate out of the formula, or those patients by [cohort.where]",
        )
    return own


def patients_of(spec: ModelSpec, cohort: Cohort) -> tuple[int, str]:
    """Patients that a model is about, and what the others lack.

    Parameters
    ----------
    spec : ModelSpec
        The model.
    cohort : Cohort
        The cohort.

    Returns
    -------
    tuple of (int, str)
        Number of patients, and such as ``"'bmi' in 12 rows"``; empty where nobody is left out.
    """
    own = own_patients(spec, cohort)
    patients = own.patient_count
    if own is cohort:
        return patients, ""
    return patients, own.dropped[-1].reason.partition(": ")[2]


def patients_lost(analysis: Analysis, cohort: Cohort) -> Sequence[Finding]:
    """A notice for each model that leaves out patients.

    Parameters
    ----------
    analysis : Analysis
        Its models.
    cohort : Cohort
        The cohort.

    Returns
    -------
    sequence of Finding
        None where every model is about everybody.
    """
    whole = cohort.patient_count
    several = len(analysis.models) > 1
    shared = "Models are compared on the patients that they share" if several else _ALONE
    others = "the other models" if several else "everybody"
    found = []
    for model in analysis.models:
        patients, lacking = patients_of(model, cohort)
        if lacking:
            found.append(
                Finding(
                    f"{cohort.source.name}, model '{model.name}'",
                    f"it is about {patients:,} of {whole:,} patients; the others are left out, "
                    f"missing {lacking}. {shared}",
                    f"read its numbers beside those of {others} with this in mind, or say "
                    "same_patients = true in [cohort]",
                )
            )
    return found

"""How many patients each model is about, and whom it leaves out."""

from collections.abc import Sequence

from posthaz.cohort import Cohort
from posthaz.design import formula_variables
from posthaz.errors import Finding
from posthaz.spec.analysis import Analysis


def patients_of(formula: str, cohort: Cohort) -> tuple[int, str]:
    """Patients that a model of a formula is about, and what the others lack.

    Parameters
    ----------
    formula : str
        The model's formula.
    cohort : Cohort
        The cohort.

    Returns
    -------
    tuple of (int, str)
        Number of patients, and such as ``"'bmi' in 12 rows"``; empty where nobody is left out.
    """
    own = cohort.complete(formula_variables(formula)) if cohort.drop_missing else cohort
    patients = int(own.first.sum())
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
    whole = int(cohort.first.sum())
    found = []
    for model in analysis.models:
        patients, lacking = patients_of(model.formula, cohort)
        if lacking:
            found.append(
                Finding(
                    f"{cohort.source.name}, model '{model.name}'",
                    f"it is about {patients} of {whole} patients; the others are left out, missing "
                    f"{lacking}. Models are compared on the patients that they share",
                    "read its numbers beside those of the other models with this in mind, or say "
                    "same_patients = true in [cohort]",
                )
            )
    return found

"""Formulas that take the outcome for a covariate."""

from collections.abc import Iterable

from posthaz.cohort import CohortSpec
from posthaz.cohort.rules.naming import OUTCOME_MEND, outcome_meaning
from posthaz.design import effect_variables
from posthaz.spec.model_spec import ModelSpec
from posthaz.spec.sensitivity import SensitivitySpec
from posthaz.spec.toml_table import TomlTable


def refuse_outcome_terms(
    file: TomlTable,
    cohort: CohortSpec,
    models: Iterable[ModelSpec],
    sensitivity: SensitivitySpec | None,
) -> None:
    """Record every use of a column of follow-up as a covariate.

    Parameters
    ----------
    file : TomlTable
        The analysis file.
    cohort : CohortSpec
        Which column means what.
    models : iterable of ModelSpec
        Its models.
    sensitivity : SensitivitySpec or None
        Its sensitivity analysis.
    """
    for model in models:
        place = ("models", model.name, "formula")
        _refuse(file, place, effect_variables(model.formula), cohort)
    for formula in getattr(sensitivity, "formulas", ()):
        _refuse(file, ("sensitivity",), effect_variables(formula), cohort)


def _refuse(
    file: TomlTable, place: tuple[str, ...], names: Iterable[str], cohort: CohortSpec
) -> None:
    for name in dict.fromkeys(names):
        meaning = outcome_meaning(cohort, name)
        if meaning:
            file.refuse(place, f"'{name}' is {meaning}, and no covariate", OUTCOME_MEND)
        elif name == cohort.subject and name:
            file.refuse(
                place,
                f"'{name}' tells the subjects apart, and is no covariate",
                f"leave it out, or give subjects a frailty, (1 | {name})",
            )

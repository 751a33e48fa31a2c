"""The table ``[sensitivity]`` of an analysis file."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product

from posthaz.cohort import CohortSpec
from posthaz.design import formula_variables
from posthaz.errors import nearest
from posthaz.spec.fields import choice, either, flag, several, table, text
from posthaz.spec.model_spec import ModelSpec
from posthaz.spec.prior_table import PRIOR
from posthaz.spec.sensitivity import Axis, BaselineChange, FormulaChange, SensitivitySpec
from posthaz.spec.sensitivity_changes import baseline_axis, formula_axis, subset_axis
from posthaz.spec.sensitivity_priors import prior_axes
from posthaz.spec.toml_table import TomlTable

COMBINATIONS = ("one_at_a_time", "full")

_FIELDS = {
    "models": several(text(), "names of models"),
    "combine": choice(COMBINATIONS),
    "method": choice(["auto", "nuts", "laplace"]),
    "report": flag(),
    "priors": table(each=table(each=PRIOR)),
    "baselines": table(each=table()),
    "formulas": table(each=either(text(), table({"model": text()}))),
    "subsets": table(each=table()),
}
SENSITIVITY = table(_FIELDS)
"""The table ``[sensitivity]``."""


def read_sensitivity(
    file: TomlTable, models: Sequence[ModelSpec], cohort: CohortSpec
) -> SensitivitySpec | None:
    """What a file's sensitivity analysis varies.

    Parameters
    ----------
    file : TomlTable
        The whole file.
    models : sequence of ModelSpec
        Its models, those that could be read.
    cohort : CohortSpec
        How its cohort is read.

    Returns
    -------
    SensitivitySpec or None
        What could be read, the rest being recorded; None without ``[sensitivity]``.
    """
    if not isinstance(file.values.get("sensitivity"), dict) or not models:
        return None
    toml = file.below("sensitivity")
    before = len(toml.findings)
    parsed = toml.read(_FIELDS)
    names = parsed.pop("models", (models[0].name,))
    varied = _varied(toml, names, models, list(file.below("models").values))
    treatment = cohort.treatment or next(
        (name for name, column in cohort.columns.items() if column.role == "treatment"), ""
    )
    if not treatment:
        toml.refuse(
            (),
            "the analysis has no treatment, whose effect the variants could be compared by",
            "name one in [treatment], or remove [sensitivity]",
        )
    _check_treatment(toml, varied, treatment)
    baselines = baseline_axis(toml.below("baselines"), models)
    formulas = formula_axis(toml.below("formulas"), models, treatment)
    full = parsed.get("combine") == "full"
    met = [*_reshaped(varied, baselines, formulas)] if full else varied
    priors = prior_axes(toml.below("priors"), met)
    axes = (*priors, baselines, formulas, subset_axis(toml.below("subsets"), cohort.columns))
    known = {key: parsed[key] for key in ("combine", "method", "report") if key in parsed}
    if len(toml.findings) == before and not any(axis.alternatives for axis in axes):
        toml.refuse(
            (), "nothing is varied", "give at least one of priors, baselines, formulas, subsets"
        )
    return SensitivitySpec(names, tuple(axis for axis in axes if axis.alternatives), **known)


def _varied(
    toml: TomlTable, names: Sequence[str], models: Sequence[ModelSpec], known: Sequence[str]
) -> list[ModelSpec]:
    for name in names:
        if name not in known:
            toml.refuse(
                "models",
                f"there is no model '{name}' ({nearest(name, known)})",
                "name models of [models]",
            )
    if len(set(names)) < len(names):
        toml.refuse("models", "a model is named twice", "name each once")
    return [model for model in models if model.name in names]


def _check_treatment(toml: TomlTable, varied: Sequence[ModelSpec], treatment: str) -> None:
    for model in varied:
        if treatment and treatment not in formula_variables(model.formula):
            toml.refuse(
                "models",
                f"model '{model.name}' has no treatment '{treatment}' in its formula, whose "
                "effect the variants are compared by",
                "name models with the treatment",
            )


def _reshaped(models: Sequence[ModelSpec], *axes: Axis) -> Iterator[ModelSpec]:
    """The models with every baseline and formula that they meet in a full combination."""
    changes = [[None, *(each.change for each in axis.alternatives)] for axis in axes]
    for model, baseline, formula in product(models, *changes):
        if isinstance(baseline, BaselineChange):
            model = replace(model, baseline=baseline.baseline)
        if isinstance(formula, FormulaChange):
            model = model.with_formula(formula.formula)
        yield model

"""The table ``[sensitivity]`` of an analysis file."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product

from posthaz.cohort import CohortSpec
from posthaz.design import formula_variables, in_product
from posthaz.errors import nearest
from posthaz.spec.axes.baselines_and_patients import NO_RATIO, WITHOUT_PRODUCT
from posthaz.spec.axes.given import GivenFile
from posthaz.spec.axes.registry import AXES, read_axes
from posthaz.spec.fields import choice, flag, several, table, text
from posthaz.spec.model_spec import ModelSpec
from posthaz.spec.sensitivity import Axis, Change, SensitivitySpec
from posthaz.spec.toml_table import TomlTable

COMBINATIONS = ("one_at_a_time", "full")

_FIELDS = {
    "models": several(text(), "names of models"),
    "combine": choice(COMBINATIONS),
    "method": choice(["auto", "nuts", "laplace"]),
    "report": flag(),
    **{key: axis.field for key, axis in AXES.items()},
}
SENSITIVITY = table(_FIELDS)
"""The table ``[sensitivity]``."""


def read_sensitivity(
    file: TomlTable,
    models: Sequence[ModelSpec],
    cohort: CohortSpec,
    starts: str = "",
    landmark: float = 0.0,
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
    starts : str, optional
        Column with the times at which treatment began.
    landmark : float, optional
        The file's landmark.

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
    given = GivenFile(models, varied, varied, cohort, treatment, starts, landmark)
    read = {key: read_axes(toml, parsed, key, given) for key in _SHAPING}
    full = parsed.get("combine") == "full"
    met = [*_reshaped(varied, *(axis for axes in read.values() for axis in axes))] if full else ()
    given = replace(given, met=met or varied)
    read |= {key: read_axes(toml, parsed, key, given) for key in AXES if key not in read}
    axes = tuple(axis for key in AXES for axis in read[key])
    known = {key: parsed[key] for key in ("combine", "method", "report") if key in parsed}
    axes = tuple(axis for axis in axes if axis.alternatives or axis.rule)
    if len(toml.findings) == before and not axes:
        toml.refuse((), "nothing is varied", f"give at least one of {', '.join(AXES)}")
    return SensitivitySpec(names, axes, **known)


_SHAPING = ("baselines", "formulas")


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
        elif treatment and in_product(model.formula, treatment):
            toml.refuse("models", f"in model '{model.name}' {NO_RATIO}", WITHOUT_PRODUCT)


def _reshaped(models: Sequence[ModelSpec], *axes: Axis) -> Iterator[ModelSpec]:
    """The models with every baseline and formula that they meet in a full combination."""
    changes: list[list[Change | None]] = [
        [None, *(each.change for each in axis.alternatives)] for axis in axes
    ]
    for model in models:
        for made in product(*changes):
            shaped = model
            for change in made:
                shaped = shaped if change is None else change.of_model(shaped)
            yield shaped

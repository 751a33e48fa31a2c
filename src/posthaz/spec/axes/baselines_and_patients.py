"""Axes of baselines, formulas and patients: ``baselines``, ``formulas``, ``subsets``."""

from collections.abc import Mapping, Sequence
from typing import Any

from posthaz.cohort import Column, Condition, Where
from posthaz.design import formula_variables, in_product
from posthaz.errors import nearest
from posthaz.spec.fields import several, text
from posthaz.spec.model_spec import ModelSpec
from posthaz.spec.model_table import formula_covariates, read_model
from posthaz.spec.prior_targets import baseline_targets
from posthaz.spec.sensitivity import (
    Alternative,
    Axis,
    BaselineChange,
    FormulaChange,
    SubsetChange,
)
from posthaz.spec.toml_table import TomlTable, shown
from posthaz.spec.where_table import read_where

LEAVE_OUT = "leave_out"
_FOREIGN = ("formula", "form", "centre")


def baseline_axis(toml: TomlTable, models: Sequence[ModelSpec]) -> Axis:
    """Other baselines: the table ``[sensitivity.baselines]``.

    Parameters
    ----------
    toml : TomlTable
        The table; each entry has the keys of a model's baseline and ``priors``, or ``model``.
    models : sequence of ModelSpec
        Models of the file, whose baseline an entry may take with its priors.

    Returns
    -------
    Axis
        What could be read; the rest is recorded.
    """
    found = []
    for label, inner in toml.each():
        model = _named(inner, models) if inner.has("model") else _stated(label, inner)
        if model is not None:
            targets = baseline_targets(model.baseline)
            priors = {key: prior for key, prior in model.priors.items() if key in targets}
            found.append(Alternative(label, BaselineChange(model.baseline, priors)))
    return Axis("baseline", tuple(found))


def _stated(label: str, toml: TomlTable) -> ModelSpec | None:
    foreign = [key for key in _FOREIGN if toml.has(key)]
    for key in foreign:
        toml.refuse(key, "a baseline has none", "remove it, or give a formula in formulas")
    return None if foreign else read_model("baseline", toml)


def _named(toml: TomlTable, models: Sequence[ModelSpec]) -> ModelSpec | None:
    """The model of the file that ``{ model = "NAME" }`` names."""
    parsed = toml.read({"model": text()})
    known = {model.name: model for model in models}
    if "model" in parsed and parsed["model"] not in known:
        name = parsed["model"]
        toml.refuse(
            "model",
            f"there is no model '{name}' ({nearest(name, list(known))})",
            "name a model of [models]",
        )
    return known.get(parsed.get("model", ""))


NO_RATIO = (
    "the treatment interacts with a covariate: its coefficient is the effect where that is 0 or at "
    "its reference, and comparable with no other"
)
WITHOUT_PRODUCT = "leave the product out, or ask for it in [interactions]"


def formula_axis(toml: TomlTable, models: Sequence[ModelSpec], treatment: str) -> Axis:
    """Other covariates: the table ``[sensitivity.formulas]``.

    Parameters
    ----------
    toml : TomlTable
        The table; each entry is a formula, or ``{ model = "NAME" }``.
    models : sequence of ModelSpec
        Models of the file, whose formula an entry may take with its priors.
    treatment : str
        Covariate that every formula has to hold.

    Returns
    -------
    Axis
        What could be read; the rest is recorded.
    """
    found = []
    for label, raw in toml.values.items():
        change = _formula(toml, label, raw, models)
        if change is None:
            continue
        if treatment and treatment not in formula_variables(change.formula):
            toml.refuse(
                label,
                f"the formula '{change.formula}' lacks the treatment '{treatment}', whose effect "
                "the variants are compared by",
                f"add '{treatment}'",
            )
        elif treatment and in_product(change.formula, treatment):
            toml.refuse(label, f"in the formula '{change.formula}' {NO_RATIO}", WITHOUT_PRODUCT)
        found.append(Alternative(label, change))
    return Axis("covariates", tuple(found))


def _formula(
    toml: TomlTable, label: str, raw: Any, models: Sequence[ModelSpec]
) -> FormulaChange | None:
    if isinstance(raw, dict):
        model = _named(toml.below(label), models)
        if model is None:
            return None
        baseline = baseline_targets(model.baseline)
        priors = {key: prior for key, prior in model.priors.items() if key not in baseline}
        return FormulaChange(model.formula, priors)
    if not isinstance(raw, str) or not raw.strip():
        toml.refuse(label, f"found {shown(raw)}", 'give a formula, or { model = "NAME" }')
        return None
    formula = " ".join(raw.split())
    if formula_covariates(toml, label, formula) is None:
        return None
    return FormulaChange(formula)


def subset_axis(toml: TomlTable, columns: Mapping[str, Column]) -> Axis:
    """Fewer patients: the table ``[sensitivity.subsets]``.

    Parameters
    ----------
    toml : TomlTable
        The table; each entry holds conditions, ``leave_out`` names factors whose levels are
        left out in turn.
    columns : mapping of str to Column
        Covariates described in ``[cohort.columns]``.

    Returns
    -------
    Axis
        What could be read; the rest is recorded.
    """
    found: list[Alternative] = []
    named = {key: value for key, value in toml.values.items() if key != LEAVE_OUT}
    for label, inner in TomlTable(named, toml.file, toml.keys, toml.findings).each():
        where = read_where(inner, columns)
        if not inner.values:
            inner.refuse((), "it has no condition", 'give one, as { stage = ["III"] }')
        elif where:
            found.append(Alternative(label, SubsetChange(where)))
    if toml.has(LEAVE_OUT):
        only = TomlTable({LEAVE_OUT: toml.values[LEAVE_OUT]}, toml.file, toml.keys, toml.findings)
        for name in only.read({LEAVE_OUT: several(text(), "factors")}).get(LEAVE_OUT, ()):
            found += _without_each(toml, name, columns)
    return Axis("patients", tuple(found))


def _without_each(toml: TomlTable, name: str, columns: Mapping[str, Column]) -> list[Alternative]:
    """One alternative for each level of a factor, without its patients."""
    column = columns.get(name)
    if column is None or len(column.levels) < 2:
        toml.refuse(
            LEAVE_OUT,
            f"the levels of '{name}' are not known from the file",
            f"give them as levels in [cohort.columns.{name}]",
        )
        return []
    return [
        Alternative(
            f"without {column.label or name}: {column.level_label(level)}",
            SubsetChange(
                Where((Condition(name, tuple(one for one in column.levels if one != level)),))
            ),
        )
        for level in column.levels
    ]

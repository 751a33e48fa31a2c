"""The models of an analysis file."""

import re
from pathlib import Path

from posthaz.design import formula_terms, formula_variables, quoted, syntax_fault
from posthaz.effects import FORMS, ChangingEffect, Frailty
from posthaz.errors import FormulaError, nearest
from posthaz.hazards import BASELINES, Baseline
from posthaz.priors import Prior
from posthaz.spec.baseline_options import all_options, own_options, read_baseline
from posthaz.spec.effect_tables import (
    BACKGROUND,
    CURE,
    FRAILTY,
    STRATA,
    read_background,
    read_changing,
    read_cure,
    read_frailty,
    read_strata,
)
from posthaz.spec.effect_tables import FIELDS as CHANGING
from posthaz.spec.fields import Field, choice, table, text
from posthaz.spec.model_faults import CENTRES, crossing_fault, frailty_faults
from posthaz.spec.model_spec import ModelSpec
from posthaz.spec.prior_table import PRIOR, read_prior
from posthaz.spec.prior_targets import prior_keys, prior_target, spread_keys
from posthaz.spec.toml_table import TomlTable

_FIELDS = {
    "formula": text(),
    "form": choice(tuple(FORMS)),
    "centre": choice(CENTRES),
    "priors": table(each=PRIOR),
    "changing": table(each=table(CHANGING)),
    "cure": table(CURE),
    "strata": table(STRATA),
    "background": table(BACKGROUND),
    "frailty": table(FRAILTY),
}
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


def model_fields(kind: object = None) -> dict[str, Field]:
    """What a model's table may hold, its options those of one baseline where several have them."""
    own = own_options(kind) if isinstance(kind, str) and kind in BASELINES else {}
    return {"baseline": choice(list(BASELINES), required=True), **_FIELDS, **all_options(), **own}


MODEL = table(model_fields(), about=ModelSpec)
"""The table ``[models.NAME]``."""


def read_models(
    toml: TomlTable, folder: Path | None = None, root: Path | None = None
) -> tuple[ModelSpec, ...]:
    """Models of ``[models]``, in the file's order; the first is the primary one.

    Parameters
    ----------
    toml : TomlTable
        The table ``[models]``.
    folder, root : Path, optional
        Folder of the analysis file, and that below which files it names must lie.

    Returns
    -------
    tuple of ModelSpec
        The models that could be read; what is wrong with the others is recorded.
    """
    if not toml.values:
        toml.refuse((), "there is no model", "give at least one, such as [models.weibull]")
    words = [name for name in toml.values if _FILE_NAME.fullmatch(name)]
    toml.refuse_file_names(words, "give the model another name")
    models = [read_model(name, model, folder, root) for name, model in toml.each()]
    return tuple(model for model in models if model is not None)


def read_model(name: str, toml: TomlTable, *places: Path | None) -> ModelSpec | None:
    """The model of one table ``[models.NAME]``; `None` after recording what is wrong with it.

    Parameters
    ----------
    name : str
        Name of the model; result files are named after it.
    toml : TomlTable
        Its table.
    *places : Path or None
        As of `read_models`.

    Returns
    -------
    ModelSpec or None
        The model.

    Examples
    --------
    >>> from posthaz.errors import Findings
    >>> toml = TomlTable({"baseline": "weibull"}, "x.toml", ("models", "weibull"), Findings())
    >>> read_model("weibull", toml).formula
    '1'
    """
    if not _FILE_NAME.fullmatch(name):
        toml.refuse((), "files are named after the model", "use letters, digits, '_' and '-' only")
    before = len(toml.findings)
    parsed = toml.read(model_fields(toml.values.get("baseline")))
    baseline = read_baseline(toml, parsed)
    formula = " ".join(parsed.get("formula", "1").splitlines())
    readable = "formula" in parsed or not toml.has("formula")
    variables = formula_covariates(toml, "formula", formula) if readable else None
    form = parsed.get("form", "proportional_hazards")
    changing, crossing = read_changing(
        toml.below("changing"), formula_terms(formula) if variables else (), baseline
    )
    if changing and form == "accelerated_failure_time":
        what = "effects that change with time act on the hazard, and the accelerated form on time"
        toml.refuse("changing", what, 'use form = "proportional_hazards", or remove it')
    if crossing is not None and variables is not None:
        changed = [effect.term for effect in changing]
        if fault := crossing_fault(crossing.term, formula_terms(formula), changed, form):
            toml.below("changing").refuse(crossing.term, *fault)
    cure = read_cure(toml.below("cure"), formula_covariates) if toml.has("cure") else None
    strata, pooled = read_strata(toml.below("strata")) if toml.has("strata") else ("", False)
    expected = toml.below("background")
    background = read_background(expected, *places) if toml.has("background") else None
    if pooled and strata and variables is not None:
        what = "strata that are pooled differ in their hazards, and the form acts on time"
        if form == "accelerated_failure_time":
            toml.refuse("strata", what, 'use form = "proportional_hazards", or pooling = "none"')
        elif strata not in variables:  # they are a factor whose effect changes with time
            formula = quoted(strata) if formula.strip() == "1" else f"{formula} + {quoted(strata)}"
            changing, variables = (*changing, ChangingEffect(strata)), (*variables, strata)
            strata = ""
    frailty = read_frailty(toml.below("frailty")) if toml.has("frailty") else Frailty()
    if variables is not None and toml.has("frailty"):
        for what, fix in frailty_faults(frailty, formula, form, stated=True):
            toml.refuse("frailty", what, fix)
    priors: dict[str, Prior] = {}
    if baseline is not None and variables is not None:
        spreads = spread_keys(formula, changing)
        priors = _read_priors(toml.below("priors"), baseline, variables, form, spreads)
    if baseline is None or len(toml.findings) > before:
        return None
    centre = parsed.get("centre", "mean")
    if strata and strata in (variables or ()):
        what = f"'{strata}' is in the formula too, and its strata say all about it"
        toml.refuse("strata", what, "take it out of the formula")
        return None
    parts = {"changing": changing, "cure": cure, "strata": strata, "background": background}
    effects = {"crossing": crossing, "frailty": frailty}
    return ModelSpec(name, baseline, formula, form, priors, centre, **parts, **effects)


def formula_covariates(toml: TomlTable, key: str, formula: str) -> tuple[str, ...] | None:
    """Covariates of the formula under `key`; `None` after recording why it can't be used."""
    fault = syntax_fault(formula)
    if fault:
        toml.refuse(key, f"the formula can't be read\n{fault}", "correct the formula")
        return None
    try:
        return formula_variables(formula)
    except RecursionError:
        toml.refuse(key, "the formula is nested too deeply", "shorten the formula")
        return None
    except FormulaError as error:
        toml.refuse(key, error.what, error.fix or "correct the formula")
        return None


def _read_priors(
    toml: TomlTable,
    baseline: Baseline,
    variables: tuple[str, ...],
    form: str,
    spreads: tuple[str, ...],
) -> dict[str, Prior]:
    priors: dict[str, Prior] = {}
    for key, inner in toml.each():
        target = prior_target(key, baseline, variables, spreads)
        if target is None:
            known = prior_keys(baseline, variables, spreads)
            toml.refuse(
                key,
                f"the model has nothing called '{key}' ({nearest(key, known)})",
                f"put the prior on one of {', '.join(known)}",
            )
            continue
        prior = read_prior(inner, target, form)
        if prior is not None:
            priors[key] = prior
    _refuse_twice(toml, baseline)
    return priors


def _refuse_twice(toml: TomlTable, baseline: Baseline) -> None:
    for parameter in baseline.parameters():
        positive = parameter.positive_name
        if positive and toml.has(positive) and toml.has(parameter.name):
            toml.refuse(
                positive,
                f"'{positive}' and '{parameter.name}' are one parameter, with a prior each",
                "keep one of them",
            )

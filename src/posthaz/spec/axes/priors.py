"""Axes of priors: named alternatives for one parameter, or a grid of them."""

from collections.abc import Sequence
from itertools import product
from typing import Any

from posthaz.errors import PriorError, nearest
from posthaz.priors import FAMILIES, Prior, historical
from posthaz.spec.fields import choice, number, several, table
from posthaz.spec.model_spec import ModelSpec
from posthaz.spec.prior_table import PRIOR, read_prior
from posthaz.spec.prior_targets import Target, model_keys, model_target
from posthaz.spec.sensitivity import Alternative, Axis, PriorChange
from posthaz.spec.toml_table import TomlTable

GRID = "grid"
DISCOUNTS = "discounts"
PRIOR_AXES = table(each=table(each=PRIOR))
_DISCOUNT_FIELDS = {
    "hr": number(above=0, required=True),
    "lower": number(above=0, required=True),
    "upper": number(above=0, required=True),
    "level": number(above=0, below=1),
    "at": several(number(above=0, at_most=1), "discounts", required=True),
}


def prior_axes(toml: TomlTable, models: Sequence[ModelSpec]) -> tuple[Axis, ...]:
    """One axis for each parameter whose prior is varied.

    Parameters
    ----------
    toml : TomlTable
        The table ``[sensitivity.priors]``.
    models : sequence of ModelSpec
        The models that the priors are put on.

    Returns
    -------
    tuple of Axis
        What could be read; the rest is recorded.

    Examples
    --------
    >>> from posthaz.errors import Findings
    >>> from posthaz.hazards import Weibull
    >>> toml = TomlTable({"arm": {"grid": {"mean": [0.0], "sd": [0.5, 1.0]}}}, "", (), Findings())
    >>> (axis,) = prior_axes(toml, [ModelSpec("m", Weibull(), "arm")])
    >>> axis.title, [alternative.label for alternative in axis.alternatives]
    ('prior on arm', ['normal(0, 0.5)', 'normal(0, 1)'])
    """
    return tuple(_axis(key, inner, models) for key, inner in toml.each() if models)


def _axis(key: str, toml: TomlTable, models: Sequence[ModelSpec]) -> Axis:
    title = f"prior on {key}"
    target = _target(key, models)
    if target is None:
        first = models[0]
        known = model_keys(first)
        toml.refuse(
            (),
            f"no model that is varied has anything called '{key}' ({nearest(key, known)})",
            f"vary the prior on one of {', '.join(known)}",
        )
        return Axis(title, ())
    if not toml.values:
        toml.refuse((), "it is empty", "give priors by name, as { wide = { ... } }, or a grid")
    # a statement about a hazard ratio has to fit every model, so that the strictest form counts
    forms = {model.form for model in models}
    form = "accelerated_failure_time" if len(forms) > 1 else forms.pop()
    alternatives: list[Alternative] = []
    for label, inner in toml.each():
        if label == GRID:
            priors = _grid(inner, target)
            alternatives += [Alternative(str(one), PriorChange(key, one)) for one in priors]
            continue
        if label == DISCOUNTS and "at" in inner.values:
            alternatives += _discounts(inner, key)
            continue
        prior = read_prior(inner, target, form)
        if prior is not None:
            alternatives.append(Alternative(label, PriorChange(key, prior)))
    return Axis(title, tuple(alternatives))


def _target(key: str, models: Sequence[ModelSpec]) -> Target | None:
    found = (model_target(key, model) for model in models)
    return next((target for target in found if target is not None), None)


def _grid(toml: TomlTable, target: Target) -> list[Prior]:
    """Every combination of the values of one family."""
    before = len(toml.findings)
    families = [name for name, one in FAMILIES.items() if one.support == target.support]
    default = "normal" if target.support == "real" else "half_normal"
    asked: Any = toml.values.get("family", default)
    names = FAMILIES[asked].values if asked in families else ()
    values = several(number(), "numbers", required=True)
    fields = {"family": choice(families), **dict.fromkeys(names, values)}
    if asked not in families:
        table_of_family = {"family": toml.values["family"]}
        TomlTable(table_of_family, toml.file, toml.keys, toml.findings).read(fields)
        return []
    parsed = toml.read(fields)
    if len(toml.findings) > before:
        return []
    try:
        rows = product(*(parsed[name] for name in names))
        return [Prior(asked, row, "a grid of the sensitivity analysis") for row in rows]
    except PriorError as error:
        toml.refuse((), str(error), "correct the values")
        return []


def _discounts(toml: TomlTable, key: str) -> list[Alternative]:
    """An earlier study's hazard ratio, its information discounted to each of some shares."""
    before = len(toml.findings)
    parsed = toml.read(_DISCOUNT_FIELDS)
    if len(toml.findings) > before:
        return []
    shares = parsed.pop("at")
    try:
        priors = [historical(**parsed, discount=share) for share in shares]
    except PriorError as error:
        toml.refuse((), str(error), "correct the values")
        return []
    return [
        Alternative(f"earlier study, discounted to {100 * share:g} %", PriorChange(key, prior))
        for share, prior in zip(shares, priors, strict=True)
    ]

"""The baseline hazard a model's table asks for, by the fields of its class."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Literal, get_args, get_origin, get_type_hints

from posthaz.errors import SpecError
from posthaz.hazards import BASELINES, Baseline
from posthaz.hazards.option import Option
from posthaz.spec.fields import MOST_ELEMENTS, Field, choice, either, flag, number, several, text
from posthaz.spec.toml_table import TomlTable


def own_options(kind: str) -> dict[str, Field]:
    """What the table of a model with a baseline may hold for it.

    Examples
    --------
    >>> own_options("weibull")["location"].expects
    'one of "log_scale", "log_rate"'
    """
    baseline = BASELINES[kind]
    hints = get_type_hints(baseline)
    limits = _limits(baseline)
    return {
        name: _field(hints[name], one, limits.get(one.counted_by))
        for name, one in limits.items()
        if one.in_files
    }


def all_options() -> dict[str, Field]:
    """Every option of every registered baseline."""
    return {key: field for kind in BASELINES for key, field in own_options(kind).items()}


def _limits(baseline: type[Baseline]) -> dict[str, Option]:
    declared = fields(baseline)  # type: ignore[arg-type]
    return {one.name: one.metadata.get("option", Option()) for one in declared}


def _field(hint: Any, limits: Option, counted: Option | None) -> Field:
    """What a key takes, from the annotation of a field and its limits."""
    if get_origin(hint) is Literal:
        return choice(get_args(hint))
    if hint is bool:
        return flag()
    if hint is str:
        return text()
    if get_origin(hint) is tuple:
        every = several(_number(float, limits), limits.many, most=limits.most or MOST_ELEMENTS)
        return either(_number(int, counted), every) if counted else every
    return _number(hint, limits)


def _number(hint: Any, limits: Option) -> Field:
    return number(
        above=limits.above,
        at_least=limits.at_least,
        at_most=limits.at_most,
        whole=hint is int,
    )


def read_baseline(toml: TomlTable, parsed: Mapping[str, Any]) -> Baseline | None:
    """The baseline hazard that a model's table asks for; `None` after recording problems.

    Parameters
    ----------
    toml : TomlTable
        The table ``[models.NAME]``.
    parsed : mapping
        Its good values; keys of `all_options` among them.

    Returns
    -------
    Baseline or None
        The baseline, not yet resolved against data.

    Examples
    --------
    >>> from posthaz.errors import Findings
    >>> toml = TomlTable({}, "x.toml", ("models", "pwe"), Findings())
    >>> read_baseline(toml, {"baseline": "piecewise_exponential", "cuts": 4}).intervals
    4
    """
    kind = parsed.get("baseline")
    if kind is None:
        return None
    before = len(toml.findings)
    own = own_options(kind)
    _refuse_foreign(toml, kind, own)
    options = {key: parsed[key] for key in own if key in parsed}
    for name, one in _limits(BASELINES[kind]).items():
        if one.counted_by and isinstance(options.get(name), int):
            options[one.counted_by] = options.pop(name)
        other, value, why = one.needs or ("", None, "")
        if name in options and options.get(other) != value:
            toml.refuse(name, why, f'add {other} = "{value}" or remove it')
    if len(toml.findings) > before:
        return None
    try:
        return BASELINES[kind](**options)
    except SpecError as error:
        for finding in error.findings:
            toml.refuse(finding.where, finding.what, finding.fix)
    return None


def _refuse_foreign(toml: TomlTable, kind: str, own: Mapping[str, Field]) -> None:
    """Refuse options of other baselines."""
    for key in all_options():
        if toml.has(key) and key not in own:
            owners = [name for name in BASELINES if key in own_options(name)]
            toml.refuse(
                key,
                f"has no meaning for the {BASELINES[kind].title} baseline",
                f"remove it; it belongs to {' and '.join(owners)}",
            )

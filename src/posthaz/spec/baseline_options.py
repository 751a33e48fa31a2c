"""The baseline hazard a model's table asks for, by the fields of its class."""

from collections.abc import Mapping
from typing import Any

from posthaz.errors import SpecError
from posthaz.hazards import BASELINES, Baseline
from posthaz.hazards.option import Option
from posthaz.spec.derived import keys_of, limits_of
from posthaz.spec.fields import Field
from posthaz.spec.toml_table import TomlTable


def own_options(kind: str) -> dict[str, Field]:
    """What the table of a model with a baseline may hold for it.

    Examples
    --------
    >>> own_options("weibull")["location"].expects
    'one of "log_scale", "log_rate"'
    """
    return keys_of(BASELINES[kind])


def all_options() -> dict[str, Field]:
    """Every option of every registered baseline."""
    return {key: field for kind in BASELINES for key, field in own_options(kind).items()}


def counted_option(baseline: type[Baseline], name: str) -> str:
    """The option that a whole number given for another stands for; empty where there is none.

    Examples
    --------
    >>> counted_option(BASELINES["piecewise_exponential"], "cuts")
    'intervals'
    """
    return _limits(baseline)[name].counted_by


def _limits(baseline: type[Baseline]) -> dict[str, Option]:
    return limits_of(baseline)


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

"""Margins of the columns of a described cohort: counts, shares, quartiles, cut-offs."""

from collections.abc import Mapping
from typing import Any

from posthaz.errors import nearest
from posthaz.simulate import CovariateMargins, Margin
from posthaz.spec.fields import (
    Field,
    UnfitError,
    choice,
    flag,
    label,
    number,
    several,
    table,
    text,
)
from posthaz.spec.toml_table import TomlTable

_KINDS = ("counts", "shares", "quartiles", "below", "like")
_LEVELS = table()


def _level_numbers(whole: bool) -> Field:
    each = number(at_least=0, whole=whole)

    def parse(raw: Any) -> Mapping[str, float]:
        if not isinstance(raw, dict) or not raw:
            raise UnfitError
        return {str(level): float(each.parse(value)) for level, value in raw.items()}

    what = "count" if whole else "share"
    return Field(f"a table of level = {what}", parse)


_OF_GROUP = {
    "counts": _level_numbers(whole=True),
    "shares": _level_numbers(whole=False),
    "quartiles": several(number(), "three numbers: lower quartile, median, upper quartile"),
    "below": number(at_least=0, whole=True),
    "like": text(),
}
_FIELDS = {
    **dict.fromkeys(_KINDS, table()),
    "number": flag(),
    "shape": choice(["lognormal", "normal"]),
    "range": several(number(), "two numbers"),
    "decimals": number(at_least=0, at_most=6, whole=True),
    "cut": number(),
    "spread": number(above=0),
    "grouped": table(),
    "empty": several(text(), "groups"),
    "where": text(),
}
_GROUPED_FIELDS = {
    "column": text(required=True),
    "levels": several(label(), "two levels, below the cut-off first", required=True),
}


def read_covariate(toml: TomlTable, sizes: Mapping[str, int]) -> CovariateMargins | None:
    """One column of a described cohort: the table ``[columns.NAME]``.

    Parameters
    ----------
    toml : TomlTable
        Its table.
    sizes : mapping of str to int
        Size of every group.

    Returns
    -------
    CovariateMargins or None
        None after recording what is wrong.
    """
    before = len(toml.findings)
    parsed = toml.read(_FIELDS)
    margins: dict[tuple[str, ...], Margin] = {}
    for kind in _KINDS[:-1]:
        for key, value in (
            toml.below(kind).read(dict.fromkeys(toml.below(kind).values, _OF_GROUP[kind])).items()
        ):
            groups = _groups(toml, kind, key, sizes)
            margins[groups] = _margin(toml, kind, key, groups, value, sizes)
    _read_like(toml, margins, sizes)
    for key in parsed.get("empty", ()):
        groups = _groups(toml, "empty", key, sizes)
        margins[groups] = Margin(groups)
    _check_cover(toml, margins, sizes)
    grouped = toml.below("grouped").read(_GROUPED_FIELDS) if toml.has("grouped") else {}
    _check_columns(toml, parsed, margins, grouped)
    if len(toml.findings) > before:
        return None
    limits = parsed.get("range", (-float("inf"), float("inf")))
    return CovariateMargins(
        name=toml.keys[-1],
        margins=tuple(margins.values()),
        number=parsed.get("number", False),
        shape=parsed.get("shape", "lognormal"),
        limits=(limits[0], limits[1]),
        decimals=parsed.get("decimals", 1),
        cut=parsed.get("cut"),
        spread=parsed.get("spread", 1.0),
        grouped=(grouped["column"], *grouped["levels"]) if grouped else (),
        where=parsed.get("where", ""),
    )


def _groups(toml: TomlTable, kind: str, key: str, sizes: Mapping[str, int]) -> tuple[str, ...]:
    names = tuple(sizes) if key == "all" else tuple(part.strip() for part in key.split("+"))
    for name in names:
        if name not in sizes:
            toml.refuse(
                (kind, key),
                f"'{name}' is not a group ({nearest(name, list(sizes))})",
                "give groups, joined by +, or all",
            )
    return names


def _margin(
    toml: TomlTable,
    kind: str,
    key: str,
    groups: tuple[str, ...],
    value: Any,
    sizes: Mapping[str, int],
) -> Margin:
    size = sum(sizes.get(name, 0) for name in groups)
    if kind == "counts" and sum(value.values()) != size:
        toml.refuse(
            (kind, key),
            f"the counts add up to {sum(value.values()):g}, and the group has {size}",
            "correct the counts, or give shares",
        )
    if kind == "shares" and sum(value.values()) <= 0:
        toml.refuse((kind, key), "all shares are 0", "give a share above 0")
    if kind == "quartiles" and (len(value) != 3 or list(value) != sorted(value)):
        toml.refuse((kind, key), "not three numbers in order", "give lower quartile, median, upper")
    if kind == "below" and value > size:
        toml.refuse((kind, key), f"{value} of {size} patients", "correct the count")
    if kind in ("counts", "shares"):
        total = sum(value.values()) or 1.0
        shares = {level: part / total for level, part in value.items()}
        return Margin(groups, shares=shares)
    if kind == "quartiles":
        return Margin(groups, quartiles=value)
    return Margin(groups, below=value / max(size, 1))


def _read_like(
    toml: TomlTable, margins: dict[tuple[str, ...], Margin], sizes: Mapping[str, int]
) -> None:
    likes = toml.below("like")
    for key, other in likes.read(dict.fromkeys(likes.values, _OF_GROUP["like"])).items():
        groups = _groups(toml, "like", key, sizes)
        model = next((m for names, m in margins.items() if other in names), None)
        if model is None:
            toml.refuse(
                ("like", key),
                f"there is no margin of '{other}'",
                "name a group whose margin is given in this table",
            )
            continue
        margins[groups] = Margin(groups, model.shares, model.quartiles, model.below)


def _check_cover(
    toml: TomlTable, margins: Mapping[tuple[str, ...], Margin], sizes: Mapping[str, int]
) -> None:
    named = [name for groups in margins for name in groups]
    for name in sizes:
        if named.count(name) != 1:
            toml.refuse(
                (),
                f"group '{name}' has {named.count(name)} margins",
                f"give it one, under {', '.join(_KINDS)}, or name it in empty",
            )


def _check_columns(
    toml: TomlTable,
    parsed: Mapping[str, Any],
    margins: Mapping[tuple[str, ...], Margin],
    grouped: Mapping[str, Any],
) -> None:
    by_cut = any(margin.below is not None for margin in margins.values())
    described = [margin for margin in margins.values() if not margin.empty]
    if len({bool(margin.shares) for margin in described}) > 1:
        toml.refuse((), "some groups have levels and others numbers", "describe all of one kind")
    if (by_cut or grouped) and "cut" not in parsed:
        toml.refuse("cut", "it is missing", "give the cut-off")
    if by_cut and "spread" not in parsed:
        toml.refuse("spread", "it is missing", "give the standard deviation (of the log)")
    if grouped and len(grouped.get("levels", ())) != 2:
        toml.refuse(("grouped", "levels"), "not two levels", "give the level below the cut first")
    if len(parsed.get("range", (0, 1))) != 2 or sorted(parsed.get("range", (0, 1))) != list(
        parsed.get("range", (0, 1))
    ):
        toml.refuse("range", "not two numbers in order", "give the smallest and largest value")
    if parsed.get("number"):
        for margin in margins.values():
            for level in margin.shares:
                try:
                    float(level)
                except ValueError:
                    toml.refuse("number", f"level '{level}' is no number", "remove number")

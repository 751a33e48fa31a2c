"""End points of a described cohort, and the printed numbers they have to meet."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scipy.special import chdtri

from posthaz.errors import nearest
from posthaz.simulate import Endpoint, Printed
from posthaz.spec.fields import Field, choice, either, label, number, several, table, text
from posthaz.spec.toml_table import TomlTable

QUANTITIES = ("survival", "median", "hazard_ratio", "chi_square", "p_value", "events")
_COMPARISONS = ("hazard_ratio", "chi_square", "p_value")
_LEVELS = either(several(label(), "levels"), label())

_ENDPOINT_FIELDS = {
    "time": text(),
    "event": text(required=True),
    "cause": text(),
    "knots": several(number(above=0), "times", empty=True),
    "effects": several(text(), "columns, or column:column", empty=True),
    "proportional": several(text(), "columns of the groups", empty=True),
    "roughness": number(above=0),
    "after": text(),
    "deaths": number(at_least=0, at_most=1),
    "deaths_where": text(),
    "part_of": text(),
    "where": text(),
    "printed": Field("[[printed]] tables", lambda raw: raw),
}
_PRINTED_FIELDS = {
    "quantity": choice(QUANTITIES, required=True),
    "value": either(number(at_least=0), choice(["not reached"])),
    "values": several(number(at_least=0, at_most=1), "shares"),
    "time": number(above=0),
    "times": several(number(above=0), "times"),
    "among": table(),
    "column": text(),
    "level": label(),
    "reference": label(),
    "step": number(above=0),
    "adjusted_for": several(text(), "columns"),
    "direction": choice(["higher", "lower"]),
    "tolerance": number(above=0),
    "where": text(required=True),
}


def read_endpoints(
    toml: TomlTable, columns: Mapping[str, Sequence[str]], of_groups: Sequence[str]
) -> tuple[Endpoint, ...]:
    """End points of a described cohort, each after those that it refers to.

    Parameters
    ----------
    toml : TomlTable
        The table ``[endpoints]``.
    columns : mapping of str to sequence of str
        Columns of the cohort and their levels; none for numbers.
    of_groups : sequence of str
        Columns that are constant in every group.

    Returns
    -------
    tuple of Endpoint
        What could be read; the rest is recorded.
    """
    found = {name: _read_endpoint(name, inner, columns, of_groups) for name, inner in toml.each()}
    if not found:
        toml.refuse((), "there is no end point", "give [endpoints.os] with time and event")
    for name, one in found.items():
        for key in ("after", "part_of"):
            other = getattr(one, key)
            if other and (other not in found or found[other].after or found[other].part_of):
                toml.refuse(
                    (name, key),
                    f"'{other}' is not an end point that stands by itself",
                    f"give one of {', '.join(found)}, itself neither after nor part of another",
                )
    return tuple(sorted(found.values(), key=_depth))


def _depth(one: Endpoint) -> int:
    return 2 if one.part_of else 1 if one.after else 0


def _read_endpoint(
    name: str, toml: TomlTable, columns: Mapping[str, Sequence[str]], of_groups: Sequence[str]
) -> Endpoint:
    parsed = toml.read(_ENDPOINT_FIELDS)
    if parsed.get("after") and parsed.get("part_of"):
        toml.refuse((), "both after and part_of", "keep one of them")
    if "time" not in parsed:
        toml.refuse("time", "it is missing", "name the column of times")
    knots = parsed.get("knots", ())
    if list(knots) != sorted(set(knots)):
        toml.refuse("knots", "not increasing", "give increasing times")
    for term in parsed.get("effects", ()):
        for column in term.split(":"):
            _check_column(toml, "effects", column, columns)
    for column in parsed.get("proportional", ()):
        if column not in of_groups:
            toml.refuse(
                "proportional",
                f"'{column}' doesn't tell groups apart ({nearest(column, of_groups)})",
                "name a column of the groups' values",
            )
    printed = tuple(one for inner in _each(toml) for one in _read_printed(inner, columns))
    return Endpoint(
        name=name,
        time=parsed.get("time", ""),
        event=parsed.get("event", ""),
        cause=parsed.get("cause", ""),
        knots=knots,
        effects=parsed.get("effects", ()),
        proportional=parsed.get("proportional", ()),
        roughness=parsed.get("roughness", 0.7),
        after=parsed.get("after", ""),
        deaths=parsed.get("deaths", 0.1),
        part_of=parsed.get("part_of", ""),
        printed=printed,
    )


def _each(toml: TomlTable) -> Iterator[TomlTable]:
    raw = toml.values.get("printed", [])
    if not isinstance(raw, list) or not all(isinstance(one, dict) for one in raw):
        toml.refuse("printed", "found something else than tables", "write [[endpoints.X.printed]]")
        return
    for place, values in enumerate(raw, start=1):
        yield TomlTable(values, toml.file, (*toml.keys, "printed", str(place)), toml.findings)


def _read_printed(toml: TomlTable, columns: Mapping[str, Sequence[str]]) -> Iterator[Printed]:
    before = len(toml.findings)
    parsed: dict[str, Any] = toml.read(_PRINTED_FIELDS)
    quantity = parsed.get("quantity", "")
    among = _read_among(toml, columns)
    _check_printed(toml, parsed, quantity, columns)
    if len(toml.findings) > before:
        return
    shared = {
        "among": among,
        "column": parsed.get("column", ""),
        "level": parsed.get("level", ""),
        "reference": parsed.get("reference", ""),
        "step": parsed.get("step", 1.0),
        "adjusted_for": parsed.get("adjusted_for", ()),
        "direction": -1 if parsed.get("direction") == "lower" else 1,
        "tolerance": parsed.get("tolerance"),
        "where": parsed["where"],
    }
    if quantity == "survival":
        times = parsed.get("times") or (parsed["time"],)
        values = parsed.get("values") or (parsed["value"],)
        for time, value in zip(times, values, strict=True):
            yield Printed(quantity, value, time, **shared)
        return
    value = parsed["value"]
    if quantity == "p_value":
        quantity, value = "chi_square", float(chdtri(1, value))
    yield Printed(quantity, float("inf") if value == "not reached" else value, **shared)


def _read_among(
    toml: TomlTable, columns: Mapping[str, Sequence[str]]
) -> dict[str, tuple[str, ...]]:
    inner = toml.below("among")
    among: dict[str, tuple[str, ...]] = {}
    for name, value in inner.read(dict.fromkeys(inner.values, _LEVELS)).items():
        among[name] = value if isinstance(value, tuple) else (value,)
        _check_column(toml, "among", name, columns)
        for level in among[name]:
            _check_level(toml, "among", name, level, columns)
    return among


def _check_printed(
    toml: TomlTable,
    parsed: Mapping[str, Any],
    quantity: str,
    columns: Mapping[str, Sequence[str]],
) -> None:
    if quantity == "survival":
        times, values = parsed.get("times", ()), parsed.get("values", ())
        single = "time" in parsed and isinstance(parsed.get("value"), float)
        if not single and (not times or len(times) != len(values)):
            toml.refuse((), "no time and share", "give time and value, or times and values")
        if single and parsed["value"] > 1:
            toml.refuse("value", "above 1", "give survival as a share between 0 and 1")
        return
    if "value" not in parsed:
        toml.refuse("value", "it is missing", "give the printed number")
    elif parsed["value"] == "not reached" and quantity != "median":
        toml.refuse("value", "only a median may be not reached", "give a number")
    if quantity not in _COMPARISONS:
        return
    if "column" not in parsed:
        toml.refuse("column", "it is missing", "name the column that is compared")
        return
    _check_column(toml, "column", parsed["column"], columns)
    for key in ("level", "reference"):
        if columns.get(parsed["column"]) and key not in parsed:
            toml.refuse(key, "it is missing", f"give a level of {parsed['column']}")
        elif key in parsed:
            _check_level(toml, key, parsed["column"], parsed[key], columns)
    for name in parsed.get("adjusted_for", ()):
        _check_column(toml, "adjusted_for", name, columns)


def _check_column(
    toml: TomlTable, key: str, name: str, columns: Mapping[str, Sequence[str]]
) -> None:
    if name not in columns:
        toml.refuse(
            key,
            f"there is no column '{name}' ({nearest(name, list(columns))})",
            "name a column of [columns], or of the groups' values",
        )


def _check_level(
    toml: TomlTable, key: str, name: str, level: str, columns: Mapping[str, Sequence[str]]
) -> None:
    known = columns.get(name, ())
    if known and level not in known:
        toml.refuse(
            key,
            f"'{level}' is not a level of '{name}' ({nearest(level, known)})",
            f"give one of {', '.join(known)}",
        )

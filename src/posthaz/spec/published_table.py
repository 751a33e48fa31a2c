"""Numbers that a paper printed."""

from collections.abc import Iterator
from typing import Any

from posthaz.spec.analysis import Published
from posthaz.spec.fields import choice, label, number, text
from posthaz.spec.toml_table import TomlTable

QUANTITIES = ("hazard_ratio", "median", "survival", "rmst", "events", "logrank")
_NEED_TIME = ("survival", "rmst")

_FIELDS = {
    "quantity": choice(QUANTITIES, required=True),
    "value": number(at_least=0, required=True),
    "lower": number(at_least=0),
    "upper": number(at_least=0),
    "arm": label(),
    "time": number(above=0),
    "tolerance": number(at_least=0),
    "where": text(),
}


def read_published(parent: TomlTable, arms: tuple[str, ...]) -> tuple[Published, ...]:
    """Printed numbers: ``[[published]]``, or ``[published.NAME]`` where NAME may be the quantity.

    Parameters
    ----------
    parent : TomlTable
        The whole file.
    arms : tuple of str
        Levels of the treatment where the file names them; empty lets any arm pass.

    Returns
    -------
    tuple of Published
        The numbers that could be read; the rest is recorded.
    """
    numbers = (_read_one(toml, arms) for toml in _each(parent))
    return tuple(number for number in numbers if number is not None)


def _each(parent: TomlTable) -> Iterator[TomlTable]:
    raw = parent.values.get("published")
    if isinstance(raw, dict):
        for name, inner in parent.below("published").each():
            named = {"quantity": name} if name in QUANTITIES else {}
            yield TomlTable({**named, **inner.values}, inner.file, inner.keys, inner.findings)
    elif isinstance(raw, list) and all(isinstance(element, dict) for element in raw):
        for position, element in enumerate(raw, start=1):
            keys = (*parent.keys, "published", str(position))
            yield TomlTable(element, parent.file, keys, parent.findings)
    elif raw is not None:
        parent.refuse("published", "found something else than tables", "write [[published]]")


def _read_one(toml: TomlTable, arms: tuple[str, ...]) -> Published | None:
    before = len(toml.findings)
    parsed: dict[str, Any] = toml.read(_FIELDS)
    value, quantity = parsed.get("value"), parsed.get("quantity")
    if quantity in _NEED_TIME and not toml.has("time"):
        toml.refuse("time", "it is missing", f"give the time the {quantity} belongs to")
    if quantity == "survival" and value is not None and value > 1:
        toml.refuse("value", f"found {value:g}", "give survival as a share between 0 and 1")
    if value is not None and not _in_order(parsed.get("lower"), value, parsed.get("upper")):
        toml.refuse("value", "it lies outside lower and upper", "correct the three numbers")
    if arms and parsed.get("arm", arms[0]) not in arms:
        toml.refuse(
            "arm",
            f"'{parsed['arm']}' is not a level of the treatment",
            f"give one of {', '.join(arms)}",
        )
    return None if len(toml.findings) > before else Published(**parsed)


def _in_order(lower: float | None, value: float, upper: float | None) -> bool:
    return (lower is None or lower <= value) and (upper is None or value <= upper)

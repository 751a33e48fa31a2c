"""What an analysis file says about one covariate column."""

from collections.abc import Mapping
from typing import Any

from posthaz.cohort import ROLES, Column, Cut
from posthaz.cohort.columns import column_faults
from posthaz.cohort.levels import level_text
from posthaz.cohort.units import conversion
from posthaz.spec.derivation_table import DERIVATION, read_derivation
from posthaz.spec.fields import (
    Field,
    UnfitError,
    choice,
    either,
    flag,
    label,
    number,
    several,
    table,
    text,
)
from posthaz.spec.toml_table import TomlTable


def labelled_levels() -> Field:
    """A table of codes, each with a text."""

    def parse(raw: Any) -> Mapping[str, str]:
        if not isinstance(raw, dict) or not raw:
            raise UnfitError
        for level, shown in raw.items():
            if not isinstance(shown, str):
                raise UnfitError(f"the label of level {level} is not text")
        return raw

    schema = {"type": "object", "additionalProperties": {"type": "string"}, "minProperties": 1}
    return Field('a table such as { "0" = "Observation", "1" = "PCI" }', parse, schema=schema)


def _conversion() -> Field:
    """Two units of one kind."""
    plain = text()

    def parse(raw: Any) -> str:
        said = plain.parse(raw)
        read = conversion(said)
        if isinstance(read, str):
            raise UnfitError(read)
        return said

    return Field('units, as "mm3 to cm3"', parse, schema=plain.schema)


_FIELDS = {
    "label": text(),
    "unit": text(),
    "role": choice(ROLES),
    "levels": either(several(label(), "codes in order"), labelled_levels()),
    "level_labels": several(text(), "labels"),
    "reference": label(),
    "step": either(number(above=0), choice(["doubling"])),
    "derived": DERIVATION,
    "measured_after": flag(),
    "from": text(),
    "convert": _conversion(),
}

COLUMN = table(_FIELDS, about=Column)
"""The table ``[cohort.columns.NAME]``."""


def read_column(name: str, toml: TomlTable) -> Column:
    """Meaning of one column: the table ``[cohort.columns.NAME]``.

    Parameters
    ----------
    name : str
        Column name.
    toml : TomlTable
        Its table.

    Returns
    -------
    Column
        What could be read; the rest is recorded.

    Examples
    --------
    >>> from posthaz.errors import Findings
    >>> values = {"levels": {"0": "Observation", "1": "PCI"}, "reference": 0}
    >>> column = read_column("arm", TomlTable(values, "x.toml", ("arm",), Findings()))
    >>> column.levels, column.level_labels, column.reference
    (('0', '1'), ('Observation', 'PCI'), '0')
    """
    parsed = toml.read(_FIELDS)
    levels, labels = parsed.get("levels", ()), parsed.get("level_labels", ())
    if isinstance(levels, dict):
        if toml.has("level_labels"):
            toml.refuse("level_labels", "levels already has the labels", "keep one of them")
        levels, labels = tuple(levels), tuple(levels.values())
    reference = parsed.get("reference", "")
    derived = read_derivation(toml.below("derived")) if "derived" in parsed else None
    said: dict[str, Any] = {
        "name": name,
        "label": parsed.get("label", ""),
        "unit": parsed.get("unit", ""),
        "role": parsed.get("role", ""),
        "levels": tuple(level_text(level) for level in levels),
        "level_labels": labels,
        "reference": reference,
        "step": parsed.get("step"),
        "derived": derived,
        "measured_after": parsed.get("measured_after", False),
        "taken_from": parsed.get("from", ""),
        "convert": parsed.get("convert", ""),
    }
    faults = list(column_faults(said))
    for key, what, fix in faults:
        toml.refuse("from" if key == "taken_from" else key, what, fix)
    if faults:
        return Column(name)
    if isinstance(derived, Cut):
        said["levels"] = derived.levels
    return Column(**said)

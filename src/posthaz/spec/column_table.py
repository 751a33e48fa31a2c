"""What an analysis file says about one covariate column."""

from collections.abc import Mapping
from typing import Any

from posthaz.cohort import ROLES, Column, Cut
from posthaz.cohort.own_columns import conversion, same_unit
from posthaz.errors import nearest
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
    if isinstance(derived, Cut):
        if levels:
            toml.refuse("levels", "a cut makes its own levels", "remove levels, or the cut")
        levels = derived.levels
    _check_levels(toml, levels, labels, reference)
    for key in ("from", "convert"):
        if derived is not None and key in parsed:
            toml.refuse(key, "the column is derived from others", "remove it, or derived")
    if "convert" in parsed and "unit" in parsed:
        made = parsed["convert"].split(" to ")[1]
        if not same_unit(made, parsed["unit"]):
            toml.refuse("convert", f"it makes {made}, and unit is {parsed['unit']}",
                        "give the same unit")  # fmt: skip
    if levels and "step" in parsed:
        toml.refuse("step", "a factor has levels, not steps", "remove step or levels")
    return Column(
        name=name,
        label=parsed.get("label", ""),
        unit=parsed.get("unit", ""),
        role=parsed.get("role", ""),
        levels=levels,
        level_labels=labels,
        reference=reference,
        step=parsed.get("step"),
        derived=derived,
        measured_after=parsed.get("measured_after", False),
        taken_from=parsed.get("from", ""),
        convert=parsed.get("convert", ""),
    )


def _check_levels(
    toml: TomlTable, levels: tuple[str, ...], labels: tuple[str, ...], reference: str
) -> None:
    if len(set(levels)) < len(levels):
        toml.refuse("levels", "a level is named twice", "name each level once")
    if toml.has("level_labels") and len(labels) != len(levels):
        toml.refuse(
            "level_labels",
            f"{len(labels)} label(s) for {len(levels)} level(s)",
            "give one label for each level, in the same order",
        )
    if reference and levels and reference not in levels:
        toml.refuse(
            "reference",
            f"'{reference}' is not one of the levels ({nearest(reference, levels)})",
            f"give one of {', '.join(levels)}",
        )

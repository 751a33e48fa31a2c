"""What an analysis file says about a covariate that is computed from others."""

from itertools import pairwise
from typing import Any

from posthaz.cohort import Cut, Derivation, FractionatedDose
from posthaz.spec.fields import Field, UnfitError, either, number, several, table, text
from posthaz.spec.toml_table import TomlTable

_DOSE = {
    "dose": text(required=True),
    "per_fraction": either(number(above=0, required=True), text()),
    "alpha_beta": number(above=0, required=True),
}


def increasing() -> Field:
    """Numbers that increase, or one number."""
    numbers = several(number(), "numbers")

    def parse(raw: Any) -> tuple[float, ...]:
        values = numbers.parse(raw if isinstance(raw, list) else [raw])
        if any(later <= earlier for earlier, later in pairwise(values)):
            raise UnfitError("they don't increase")
        return values

    schema = {"anyOf": [numbers.schema, {"type": "number"}]}
    return Field("increasing numbers, as [146]", parse, required=True, schema=schema)


def column_or_cut(required: bool = False) -> Field:
    """A column, or one with the numbers at which it is cut."""
    cuts = increasing()

    def parse(raw: Any) -> tuple[str, tuple[float, ...]]:
        if isinstance(raw, str) and raw.strip():
            return raw.strip(), ()
        if not isinstance(raw, dict) or len(raw) != 1:
            raise UnfitError
        ((name, at),) = raw.items()
        try:
            return name, cuts.parse(at)
        except UnfitError as error:
            raise UnfitError(f"cuts of '{name}': {str(error) or 'not numbers'}") from None

    one = {"type": "object", "additionalProperties": cuts.schema, "maxProperties": 1}
    schema = {"anyOf": [text().schema, {**one, "minProperties": 1}]}
    expects = "a column, or one with its cuts, as { age = [60] }"
    return Field(expects, parse, required, schema=schema)


_CUT = {"column": text(required=True), "at": increasing()}
_WAYS = {"eqd2": _DOSE, "bed": _DOSE, "cut": _CUT}
DERIVATION = table({way: table(fields) for way, fields in _WAYS.items()})
"""The table ``derived`` of a column."""


def read_derivation(toml: TomlTable) -> Derivation | None:
    """How a column is derived: ``{ cut = { column = "gtv_cc", at = [146] } }``.

    Parameters
    ----------
    toml : TomlTable
        The table ``derived`` of a column.

    Returns
    -------
    FractionatedDose, Cut or None
        None after recording what is wrong.

    Examples
    --------
    >>> from posthaz.errors import Findings
    >>> values = {"cut": {"column": "gtv_cc", "at": [146]}}
    >>> read_derivation(TomlTable(values, "x.toml", ("derived",), Findings()))
    Cut(column='gtv_cc', at=(146.0,))
    """
    before = len(toml.findings)
    toml.read({way: table() for way in _WAYS})
    ways = [way for way in _WAYS if toml.has(way)]
    if len(ways) != 1:
        if len(toml.findings) == before:
            toml.refuse((), "there are several ways" if ways else "it is empty",
                        f"give one of {', '.join(_WAYS)}")  # fmt: skip
        return None
    (way,) = ways
    inner = toml.below(way)
    parsed = inner.read(_WAYS[way])
    if way != "cut" and not inner.has("per_fraction"):
        inner.refuse("per_fraction", "it is missing", "give a column, or Gy per fraction")
    if len(toml.findings) > before:
        return None
    if way == "cut":
        return Cut(parsed["column"], parsed["at"])
    return FractionatedDose("eqd2" if way == "eqd2" else "bed", **parsed)

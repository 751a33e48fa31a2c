"""Numbers that a paper printed."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from posthaz.cohort import CohortSpec
from posthaz.errors import nearest
from posthaz.spec.analysis import Published, Within
from posthaz.spec.covariate_checks import check_terms
from posthaz.spec.fields import choice, either, flag, label, number, table, text
from posthaz.spec.toml_table import TomlTable

SAMPLES = {"matched": "match", "weighted": "weight", "overlap": "overlap"}
"""Samples that ``[adjust]`` makes, and the method that makes each."""

WITHIN = {
    "subset": text(),
    "sample": choice(tuple(SAMPLES)),
    "column": text(),
    "level": label(),
}
_ONE_OF = (
    'give { subset = "..." }, { sample = "matched" }, or { column = "...", level = "..." }; '
    "leave within out for the whole cohort"
)


def read_within(toml: TomlTable, clinical: Mapping[str, Any]) -> Within:
    """Patients of a printed number.

    Parameters
    ----------
    toml : TomlTable
        The table ``within`` of one ``[[published]]``.
    clinical : mapping of str to object
        The file's clinical analyses: they name subsets, samples and subgroups.

    Returns
    -------
    Within
        What could be read; the rest is recorded.

    Examples
    --------
    >>> from posthaz.errors import Findings
    >>> from posthaz.analyses.adjust.spec import AdjustSpec
    >>> toml = TomlTable({"sample": "matched"}, "x.toml", ("published", "1", "within"), Findings())
    >>> read_within(toml, {"adjust": AdjustSpec("age")}).sample
    'matched'
    """
    parsed = toml.read(WITHIN)
    named = [key for key in ("subset", "sample", "column") if toml.has(key)]
    if len(named) != 1 or toml.has("level") != toml.has("column"):
        toml.refuse((), "it doesn't name one group of patients", _ONE_OF)
        return Within()
    for key, known, where in _known(clinical):
        if key in parsed and parsed[key] not in known:
            hint = nearest(parsed[key], known) if known else f"there is no {where}"
            toml.refuse(
                key,
                f"'{parsed[key]}' is not in {where} of this file ({hint})",
                f"add it there, or correct the {key}",
            )
    return Within(**parsed)


def _known(clinical: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """Groups that the file's clinical analyses give answers for."""
    subsets = clinical["subsets"].subsets if "subsets" in clinical else ()
    yield "subset", tuple(one.name for one in subsets), "[subsets]"
    methods = clinical["adjust"].method if "adjust" in clinical else ()
    yield "sample", tuple(s for s, method in SAMPLES.items() if method in methods), "[adjust]"
    columns = clinical["subgroups"].columns if "subgroups" in clinical else ()
    by = tuple(one.by for one in clinical.get("interactions", ()))
    yield "column", (*columns, *by), "[subgroups] or [interactions]"


QUANTITIES = ("hazard_ratio", "median", "survival", "rmst", "events", "logrank", "p_value", "share")
_NEED_TIME = ("survival", "rmst")
_SHARES = {"survival": "survival as a share", "p_value": "the P value", "share": "the share"}
NOT_REACHED = "not reached"

_FIELDS = {
    "quantity": choice(QUANTITIES, required=True),
    "value": replace(either(number(at_least=0), choice((NOT_REACHED,))), required=True),
    "lower": number(at_least=0),
    "upper": number(at_least=0),
    "arm": label(),
    "time": number(above=0),
    "tolerance": number(at_least=0),
    "where": text(),
    "covariate": text(),
    "level": label(),
    "grade": number(at_least=1, whole=True),
    "model": choice(("univariable", "multivariable")),
    "below": flag(),
    "within": table(WITHIN, about=Within),
}
PUBLISHED = table(_FIELDS, about=Published)
"""One table ``[[published]]``."""
NAMED = table({**_FIELDS, "quantity": choice(QUANTITIES)}, about=Published)
"""One table ``[published.NAME]``, whose name may be the quantity."""
_OF_LEVELS = ("median", "survival")
_OF_COVARIATES = ("hazard_ratio", "logrank", "p_value", "share", *_OF_LEVELS)


def read_published(
    parent: TomlTable, cohort: CohortSpec, clinical: Mapping[str, Any]
) -> tuple[Published, ...]:
    """Printed numbers: ``[[published]]``, or ``[published.NAME]`` where NAME may be the quantity.

    Parameters
    ----------
    parent : TomlTable
        The whole file.
    cohort : CohortSpec
        How the cohort is read; levels that it names are checked.
    clinical : mapping of str to object
        The file's clinical analyses, which `within` may name.

    Returns
    -------
    tuple of Published
        The numbers that could be read; the rest is recorded.
    """
    numbers = (_read_one(toml, cohort, clinical) for toml in _each(parent))
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


def _read_one(toml: TomlTable, cohort: CohortSpec, clinical: Mapping[str, Any]) -> Published | None:
    before = len(toml.findings)
    parsed: dict[str, Any] = toml.read(_FIELDS)
    quantity = parsed.get("quantity")
    if parsed.get("value") == NOT_REACHED:
        if quantity != "median":
            toml.refuse("value", f"only a median is {NOT_REACHED}", "give a number")
        parsed["value"] = math.inf
    value = parsed.get("value")
    if quantity in _NEED_TIME and not toml.has("time"):
        toml.refuse("time", "it is missing", f"give the time the {quantity} belongs to")
    if quantity in _SHARES and value is not None and value > 1:
        what = _SHARES[quantity]
        toml.refuse("value", f"found {value:g}", f"give {what} between 0 and 1")
    if value is not None and not _in_order(parsed.get("lower"), value, parsed.get("upper")):
        toml.refuse("value", "it lies outside lower and upper", "correct the three numbers")
    _check_level(toml, "arm", parsed.get("arm", ""), cohort, cohort.treatment)
    _check_covariate(toml, parsed, cohort)
    if "within" in parsed:
        parsed["within"] = read_within(toml.below("within"), clinical)
    return None if len(toml.findings) > before else Published(**parsed)


def _check_covariate(toml: TomlTable, parsed: Mapping[str, Any], cohort: CohortSpec) -> None:
    quantity = parsed.get("quantity")
    for key in ("covariate", "level", "model"):
        if toml.has(key) and quantity not in _OF_COVARIATES:
            toml.refuse(key, f"a {quantity} has none", "remove it")
    if quantity == "share" and not toml.has("covariate"):
        toml.refuse("covariate", "it is missing", "name the toxicity, a column of [toxicity]")
    if toml.has("grade") and quantity not in ("share", "p_value"):
        toml.refuse("grade", "only the share of a toxicity, and its test, have one", "remove it")
    name = parsed.get("covariate", "")
    if name and quantity in _OF_LEVELS and not toml.has("level"):
        toml.refuse("level", "it is missing", f"name the level of '{name}'")
    if toml.has("model") and quantity in _OF_LEVELS:
        toml.refuse("model", f"a {quantity} has none", "remove it")
    if toml.has("level") and not name:
        toml.refuse("level", "there is no covariate it is a level of", "name the covariate")
    if name and name not in cohort.columns:
        check_terms(toml, "covariate", (name,), cohort)
    _check_level(toml, "level", parsed.get("level", ""), cohort, name)


def _check_level(toml: TomlTable, key: str, level: str, cohort: CohortSpec, name: str) -> None:
    """A level that is named must be one of those that the file names for its column."""
    column = cohort.columns.get(name)
    if level and column and column.levels and level not in column.levels:
        what = "the treatment" if key == "arm" else f"'{name}'"
        toml.refuse(
            key, f"'{level}' is not a level of {what}", f"give one of {', '.join(column.levels)}"
        )


def _in_order(lower: float | None, value: float, upper: float | None) -> bool:
    return (lower is None or lower <= value) and (upper is None or value <= upper)

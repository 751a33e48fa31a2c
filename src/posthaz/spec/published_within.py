"""Of which patients a printed number is, where they aren't the whole cohort: ``within``."""

from collections.abc import Iterator, Mapping
from typing import Any

from posthaz.errors import nearest
from posthaz.spec.analysis import Within
from posthaz.spec.fields import choice, label, text
from posthaz.spec.toml_table import TomlTable

SAMPLES = {"matched": "match", "weighted": "weight", "overlap": "overlap"}
"""Samples that ``[adjust]`` makes, and the method that makes each."""

FIELDS = {
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
    parsed = toml.read(FIELDS)
    named = [key for key in ("subset", "sample", "column") if toml.has(key)]
    if len(named) != 1 or toml.has("level") != toml.has("column"):
        toml.refuse((), "it doesn't name one group of patients", _ONE_OF)
        return Within()
    for key, known, table in _known(clinical):
        if key in parsed and parsed[key] not in known:
            hint = nearest(parsed[key], known) if known else f"there is no {table}"
            toml.refuse(
                key,
                f"'{parsed[key]}' is not in {table} of this file ({hint})",
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

"""Which patients a clinical analysis is about: all of them, or those that ``[adjust]`` matched."""

from collections.abc import Iterator, Mapping
from typing import Any

from posthaz.spec.toml_table import TomlTable

ALL, MATCHED = "all", "matched"
SAMPLES = (ALL, MATCHED)


def check_samples(file: TomlTable, clinical: Mapping[str, Any]) -> None:
    """Record matched samples that are asked for and that ``[adjust]`` doesn't make.

    Parameters
    ----------
    file : TomlTable
        The whole file.
    clinical : mapping of str to object
        Specifications of the clinical analyses, by the name of their table.
    """
    adjust = clinical.get("adjust")
    if adjust is not None and "match" in adjust.method:
        return
    what = 'the method of [adjust] is not "match"' if adjust else "there is no [adjust]"
    for table in _asking(file):
        table.refuse(
            "sample",
            f"{what}, so that there is no matched sample",
            'add [adjust] with method "match", or remove it',
        )


def _asking(file: TomlTable) -> Iterator[TomlTable]:
    """Tables that ask for the matched sample."""
    interactions = file.below("interactions")
    once = (file.below("screening"), file.below("subgroups"))
    tables = (*once, *map(interactions.below, interactions.values))
    return (table for table in tables if table.values.get("sample") == MATCHED)

"""A TOML table to read from, and what was found wrong with it."""

import tomllib

from posthaz.errors import Findings
from posthaz.spec.toml_table import TomlTable


def toml_table(text: str, *keys: str) -> TomlTable:
    """The table under `keys` of a TOML text, in a file called x.toml."""
    table = TomlTable(tomllib.loads(text), "x.toml", (), Findings())
    for key in keys:
        table = table.below(key)
    return table


def problems(table: TomlTable) -> list[str]:
    """What was found wrong, as the user reads it."""
    return [str(finding) for finding in table.findings.found]

"""Visits at which covariates were measured again: ``[cohort.visits]``."""

from pathlib import Path

from posthaz.cohort.visits import Visits
from posthaz.files import place_below
from posthaz.spec.fields import distinct, several, table, text
from posthaz.spec.toml_file import outside_finding
from posthaz.spec.toml_table import TomlTable

_FIELDS = {
    "table": text(required=True),
    "subject": text(),
    "time": text(required=True),
    "columns": distinct(several(text(), "names of columns")),
}
VISITS = table(_FIELDS, about=Visits)
"""The table ``[cohort.visits]``."""


def read_visits(toml: TomlTable, folder: Path, root: Path | None = None) -> Visits | None:
    """The visits as ``[cohort.visits]`` states them.

    Parameters
    ----------
    toml : TomlTable
        The table.
    folder : Path
        Folder of the analysis file.
    root : Path, optional
        Folder below which the table of visits must lie; anywhere without it.

    Returns
    -------
    Visits or None
        None where there is no such table, or after recording what is wrong with it.
    """
    if not toml.values:
        return None
    parsed = toml.read(_FIELDS)
    if not parsed.get("columns"):
        toml.refuse("columns", "no column is named", "name what was measured at the visits")
    if not {"table", "time", "columns"} <= set(parsed):
        return None
    path, inside = place_below(parsed["table"], folder, root)
    if not inside and root is not None:
        toml.findings.extend([outside_finding(toml.where("table"), path)])
        return None
    columns = tuple(parsed["columns"])
    return Visits(path, parsed.get("subject", ""), parsed["time"], columns)

"""A second table with one row a patient: ``[cohort.merge]``."""

from pathlib import Path

from posthaz.cohort.merge import Merge
from posthaz.files import place_below
from posthaz.spec.fields import distinct, several, table, text
from posthaz.spec.toml_file import outside_finding
from posthaz.spec.toml_table import TomlTable

_FIELDS = {
    "table": text(required=True),
    "by": text(required=True),
    "columns": distinct(several(text(), "names of columns")),
}
MERGE = table(_FIELDS, about=Merge)
"""The table ``[cohort.merge]``."""


def read_merge(toml: TomlTable, folder: Path, root: Path | None = None) -> Merge | None:
    """The second table as ``[cohort.merge]`` states it.

    Parameters
    ----------
    toml : TomlTable
        The table.
    folder : Path
        Folder of the analysis file.
    root : Path, optional
        Folder below which the second table must lie; anywhere without it.

    Returns
    -------
    Merge or None
        None where there is no such table, or after recording what is wrong with it.
    """
    if not toml.values:
        return None
    parsed = toml.read(_FIELDS)
    if not {"table", "by"} <= set(parsed):
        return None
    path, inside = place_below(parsed["table"], folder, root)
    if not inside and root is not None:
        toml.findings.extend([outside_finding(toml.where("table"), path)])
        return None
    return Merge(path, parsed["by"], tuple(parsed.get("columns", ())))

"""From which printed numbers a cohort is simulated: the table ``[simulate]``."""

from dataclasses import dataclass
from pathlib import Path

from posthaz.files import place_below, unreadable
from posthaz.simulate import PrintedCohort
from posthaz.spec.fields import number, table, text
from posthaz.spec.printed_cohort import read_printed_cohort
from posthaz.spec.toml_file import (
    outside_finding,
    parsed_toml,
    read_toml_text,
    shown_path,
    toml_hint,
)
from posthaz.spec.toml_table import TomlTable

_FIELDS = {
    "cohort": text(required=True),
    "seed": number(at_least=0, whole=True),
}
SIMULATE = table(_FIELDS)
"""The table ``[simulate]``."""


@dataclass(frozen=True)
class SimulateSpec:
    """From what a twin of a paper's cohort is drawn.

    Parameters
    ----------
    cohort : PrintedCohort
        What the paper printed.
    seed : int
        Seed of the twin when the command gives none.
    """

    cohort: PrintedCohort
    seed: int = 1


def read_simulate(toml: TomlTable, folder: Path, root: Path | None = None) -> SimulateSpec | None:
    """The table ``[simulate]`` and the cohort description that it names.

    Parameters
    ----------
    toml : TomlTable
        The table.
    folder : Path
        Folder of the analysis file.
    root : Path, optional
        Folder below which the description must lie; anywhere without it.

    Returns
    -------
    SimulateSpec or None
        None where there is no such table, or after recording what is wrong with it.

    Raises
    ------
    SpecError
        When the description can't be read as TOML.
    """
    if not toml.values:
        return None
    parsed = toml.read(_FIELDS)
    if "cohort" not in parsed:
        return None
    path, inside = place_below(parsed["cohort"], folder, root)
    if not inside and root is not None:
        toml.findings.extend([outside_finding(toml.where("cohort"), path)])
        return None
    reason = unreadable(path)
    if reason:
        what = f"{shown_path(path)}: {reason}{toml_hint(path)}"
        toml.refuse("cohort", what, "correct the path")
        return None
    shown = shown_path(path)
    values = parsed_toml(read_toml_text(path, shown), shown)
    cohort = read_printed_cohort(values, shown, path, toml.findings)
    return None if cohort is None else SimulateSpec(cohort, parsed.get("seed", 1))

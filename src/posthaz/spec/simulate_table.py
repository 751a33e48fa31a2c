"""From which printed numbers a cohort is simulated: the table ``[simulate]``."""

from dataclasses import dataclass
from pathlib import Path

from posthaz.errors import nearest
from posthaz.files import unreadable
from posthaz.simulate import PrintedCohort, TwinStarts
from posthaz.spec.fields import number, table, text
from posthaz.spec.printed_cohort import read_printed_cohort
from posthaz.spec.toml_file import (
    parsed_toml,
    read_toml_text,
    shown_path,
    toml_hint,
)
from posthaz.spec.toml_table import TomlTable

STARTS_FIELDS = {
    "column": text(required=True),
    "treated": text(required=True),
    "within": text(required=True),
    "median": number(above=0, required=True),
}
_FIELDS = {
    "cohort": text(required=True),
    "seed": number(at_least=0, whole=True),
    "starts": table(STARTS_FIELDS),
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
    starts : TwinStarts or None
        When the treated are taken to have begun.
    """

    cohort: PrintedCohort
    seed: int = 1
    starts: TwinStarts | None = None


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
    path = toml.file_below("cohort", parsed["cohort"], folder, root)
    if path is None:
        return None
    reason = unreadable(path)
    if reason:
        what = f"{shown_path(path)}: {reason}{toml_hint(path)}"
        toml.refuse("cohort", what, "correct the path")
        return None
    shown = shown_path(path)
    values = parsed_toml(read_toml_text(path, shown), shown)
    cohort = read_printed_cohort(values, shown, path, toml.findings)
    if cohort is None:
        return None
    starts = _read_starts(toml.below("starts"), cohort) if "starts" in parsed else None
    return SimulateSpec(cohort, parsed.get("seed", 1), starts)


def _read_starts(toml: TomlTable, cohort: PrintedCohort) -> TwinStarts | None:
    """When the treated begin; what the description doesn't have is recorded."""
    said = toml.read(STARTS_FIELDS)
    if len(said) < len(STARTS_FIELDS):
        return None
    column, _, level = said["treated"].partition(" = ")
    levels = sorted({group.values.get(column, "") for group in cohort.groups})
    known = sorted({name for group in cohort.groups for name in group.values})
    if column not in known:
        toml.refuse("treated", f"no group has a column '{column}' ({nearest(column, known)})",
                    'give one of theirs and its level, as "trt = yes"')  # fmt: skip
    elif level not in levels:
        toml.refuse("treated", f"no group has {column} = '{level}' ({nearest(level, levels)})",
                    f"give one of {', '.join(levels)}")  # fmt: skip
    times = [endpoint.time for endpoint in cohort.endpoints]
    if said["within"] not in times:
        toml.refuse("within", f"no end point has the times '{said['within']}'",
                    f"give one of {', '.join(times)}")  # fmt: skip
    return TwinStarts(said["column"], (column, level), said["within"], said["median"])

"""From which printed numbers a cohort is simulated: the table ``[simulate]``."""

from dataclasses import dataclass
from os.path import normpath
from pathlib import Path

from posthaz.errors import nearest
from posthaz.simulate import PrintedCohort
from posthaz.spec.fields import number, text
from posthaz.spec.printed_cohort import read_printed_cohort
from posthaz.spec.toml_file import parsed_toml, read_toml_text, shown_path
from posthaz.spec.toml_table import TomlTable

_FIELDS = {
    "cohort": text(required=True),
    "seed": number(at_least=0, whole=True),
}


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


def read_simulate(toml: TomlTable, folder: Path) -> SimulateSpec | None:
    """The table ``[simulate]`` and the cohort description that it names.

    Parameters
    ----------
    toml : TomlTable
        The table.
    folder : Path
        Folder of the analysis file.

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
    path = Path(normpath(folder / parsed["cohort"]))
    if not path.is_file():
        there = [other.name for other in path.parent.glob("*.toml")]
        hint = f" ({nearest(path.name, there)})" if there else ""
        toml.refuse("cohort", f"there is no file {shown_path(path)}{hint}", "correct the path")
        return None
    shown = shown_path(path)
    values = parsed_toml(read_toml_text(path, shown), shown)
    cohort = read_printed_cohort(values, shown, path, toml.findings)
    return None if cohort is None else SimulateSpec(cohort, parsed.get("seed", 1))

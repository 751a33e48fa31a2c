"""An analysis on a table of one's own: a file that says which column is which."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from posthaz.cohort import CohortSpec
from posthaz.cohort.own_columns import OwnColumn
from posthaz.errors import Findings, SpecError
from posthaz.files import unreadable
from posthaz.spec.analysis import Analysis
from posthaz.spec.column_table import labelled_levels
from posthaz.spec.derivation_table import increasing
from posthaz.spec.fields import either, label, several, table, text
from posthaz.spec.toml_file import parsed_toml, quotable, read_toml_text, shown_name, shown_path
from posthaz.spec.toml_table import TomlTable

COLUMN_FIELDS = {
    "from": text(),
    "convert": text(),
    "levels": either(several(label(), "codes of the groups, in order"), labelled_levels()),
    "cut": replace(increasing(), required=False),
}
ABOUT_FIELDS = {"population": text(), "source": text()}


@dataclass(frozen=True)
class ColumnMap:
    """Where the columns of an analysis stand in a table, and whose patients these are.

    Parameters
    ----------
    columns : tuple of OwnColumn
        Columns with another name, unit or codes; the others have the analysis's own.
    population, source : str
        Whose patients, and where the table comes from.
    name : str
        File.
    """

    columns: tuple[OwnColumn, ...]
    population: str = ""
    source: str = ""
    name: str = ""


def read_column_map(path: str | Path) -> ColumnMap:
    """Read a file that maps columns of a table to those of an analysis.

    Parameters
    ----------
    path : str or Path
        TOML file with tables ``[columns.NAME]`` and, if wanted, ``[about]``.

    Returns
    -------
    ColumnMap
        What it says.

    Raises
    ------
    SpecError
        With everything that is wrong with it.
    """
    path = Path(path)
    if reason := unreadable(path):
        raise SpecError(f"{shown_name(path)}: {reason}", fix="give the path of a column map")
    shown, findings = shown_path(path), Findings()
    values = parsed_toml(read_toml_text(path, shown), shown, quoted=quotable(path))
    file = TomlTable(values, shown, (), findings)
    file.read({"about": table(ABOUT_FIELDS), "columns": table(each=table(COLUMN_FIELDS))})
    about = file.below("about").read(ABOUT_FIELDS)
    columns = []
    for name, inner in file.below("columns").each():
        said = inner.read(COLUMN_FIELDS)
        if not inner.values:
            inner.refuse((), "it says nothing", 'give from = "THEIR_NAME", convert or levels')
        columns.append(_own_column(name, inner, said))
    if not columns and not findings.found:
        file.refuse("columns", "no column is mapped", "add a table [columns.NAME] for each")
    findings.raise_if_any(SpecError, f"{shown} can't be used:")
    return ColumnMap(tuple(columns), name=path.name, **about)


def map_columns(
    analysis: Analysis, data: str | Path, column_map: ColumnMap | str | Path
) -> Analysis:
    """An analysis to be made of a table of one's own.

    Parameters
    ----------
    analysis : Analysis
        Such as one of a paper.
    data : str or Path
        The table.
    column_map : ColumnMap, str or Path
        Which of its columns is which, or the file that says so.

    Returns
    -------
    Analysis
        Of the table's patients: no longer simulated, and printed numbers are those of others, to
        be met by nobody. Columns that nothing asks for may be lacking in the table.

    Raises
    ------
    SpecError
        When the map names a column that the analysis doesn't have.

    Examples
    --------
    >>> import posthaz as ph
    >>> own = OwnColumn("gtv_cc", "GTV_mm3", "mm3 to cm3")
    >>> mapped = map_columns(ph.load_analysis("su2016_dose_os"), "mine.csv", ColumnMap((own,)))
    >>> mapped.simulated, mapped.table.name
    (False, 'mine.csv')
    """
    if not isinstance(data, str | Path):
        what = f"map_columns: data is a {type(data).__name__}, and no path of a table"
        raise SpecError(what, fix="write the table to a file, and give its path")
    refuse_second_tables(analysis)
    if not isinstance(column_map, ColumnMap):
        column_map = read_column_map(column_map)
    spec, findings = analysis.cohort, Findings()
    roles = ("time", "event", "entry", "lower", "upper", "cause", "subject", "cluster", "weight")
    known = {getattr(spec, role) for role in (*roles, "duration", "treatment")} - {""}
    known |= {*spec.columns, *(one.column for one in spec.where.conditions)}
    known |= {n for model in analysis.models for n in model.needed} | set(analysis.table_one)
    known |= {analysis.starts} - {""}
    for column in spec.columns.values():
        known |= set(column.derived.sources) if column.derived else set()
    for column in column_map.columns:
        if column.name not in known:
            findings.add(
                f"{column_map.name or 'map'} [columns.{column.name}]",
                f"the analysis has no column '{column.name}'",
                f"name one of {', '.join(sorted(known))}",
            )
    findings.raise_if_any(SpecError, f"{column_map.name or 'The map'} can't be used:")
    mapped = {column.name for column in column_map.columns}
    columns = {
        name: replace(column, taken_from="", convert="") if name in mapped else column
        for name, column in spec.columns.items()
    }
    return replace(
        analysis,
        table=Path(data).resolve(),
        outside=None,
        simulated=False,
        cohort=replace(spec, columns=columns),
        column_map=column_map,
        published=tuple(replace(one, tolerance=None) for one in analysis.published),
    )


def refuse_second_tables(analysis: Analysis) -> None:
    """Refuse another table of patients where the file has visits or a second table of its own.

    Parameters
    ----------
    analysis : Analysis
        The analysis that a table is given to.

    Raises
    ------
    SpecError
        For what would be merged, by the numbers of other patients.
    """
    file = analysis.place
    for key, second in (("visits", analysis.visits), ("merge", analysis.merge)):
        if analysis.table is not None and second is not None and second.table is not None:
            raise SpecError(
                f"{file} [cohort.{key}]: {second.table.name} is of the patients of "
                f"{analysis.table.name}, and another table of patients is given",
                fix="write an analysis file that names both tables",
            )


def without_absent(
    analysis: Analysis, spec: CohortSpec, header: Sequence[str], needed: Sequence[str]
) -> tuple[CohortSpec, tuple[str, ...]]:
    """How to read a table that lacks columns which are described and which nothing asks for.

    Parameters
    ----------
    analysis : Analysis
        An analysis on a table of one's own.
    spec : CohortSpec
        Which column means what.
    header : sequence of str
        Columns of the table, by the analysis's names.
    needed : sequence of str
        Columns that models and analyses use.

    Returns
    -------
    CohortSpec
        Without them.
    tuple of str
        Their names.
    """
    conditions = {one.column for one in spec.where.conditions}
    asked = {*needed, *conditions, spec.treatment, analysis.starts}
    there = {*header, *asked}
    for name in asked:
        derived = spec.columns[name].derived if name in spec.columns else None
        there |= set(derived.sources) if derived else set()
    absent = _absent(spec.columns, there)
    columns = {name: column for name, column in spec.columns.items() if name not in absent}
    undescribed = {name for name in analysis.table_one if name not in spec.columns} - there
    return replace(spec, columns=columns), (*(n for n in spec.columns if n in absent), *undescribed)


def _absent(columns: Mapping[str, object], there: set[str]) -> set[str]:
    """Columns that are neither in the table nor computed from columns that are."""
    absent = {
        name for name, one in columns.items()
        if name not in there and getattr(one, "derived", None) is None
    }  # fmt: skip
    while True:
        further = {
            name for name, one in columns.items()
            if name not in absent and name not in there
            and set(getattr(getattr(one, "derived", None), "sources", ())) & absent
        }  # fmt: skip
        if not further:
            return absent
        absent |= further


def _own_column(name: str, toml: TomlTable, said: Mapping[str, Any]) -> OwnColumn:
    """One column of a map; what is wrong between its keys is recorded."""
    cut, levels = said.get("cut", ()), said.get("levels", {})
    groups = levels if isinstance(levels, tuple) else ()
    if groups and not cut:
        toml.refuse("levels", "a list names the groups of a cut, and there is none",
                    'give cut = [63], or a table such as { "1" = "male" }')  # fmt: skip
    if cut and len(groups) != len(cut) + 1:
        toml.refuse("levels", f"{len(groups)} codes for {len(cut) + 1} groups",
                    "give the analysis's code of each group, the lowest first")  # fmt: skip
    pairs = levels.items() if isinstance(levels, dict) else ()
    codes = {str(theirs): str(ours) for theirs, ours in pairs}
    source, convert = said.get("from", name), said.get("convert", "")
    return OwnColumn(name, source, convert, codes, tuple(cut), groups)

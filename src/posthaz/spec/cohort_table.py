"""How an analysis file says to read its cohort, tables merged with it and visits among them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from posthaz.cohort import CohortSpec, Column
from posthaz.cohort.merge import Merge
from posthaz.cohort.visits import Visits
from posthaz.errors import nearest
from posthaz.spec.column_table import COLUMN, read_column
from posthaz.spec.fields import (
    Field,
    UnfitError,
    choice,
    distinct,
    flag,
    label,
    number,
    several,
    table,
    text,
)
from posthaz.spec.toml_table import TomlTable
from posthaz.spec.where_table import WHERE, read_where

_VISITS_FIELDS = {
    "table": text(required=True),
    "subject": text(),
    "time": text(required=True),
    "columns": distinct(several(text(), "names of columns")),
}
VISITS = table(_VISITS_FIELDS, about=Visits)
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
    parsed = toml.read(_VISITS_FIELDS)
    if not parsed.get("columns"):
        toml.refuse("columns", "no column is named", "name what was measured at the visits")
    if not {"table", "time", "columns"} <= set(parsed):
        return None
    path = toml.file_below("table", parsed["table"], folder, root)
    if path is None:
        return None
    columns = tuple(parsed["columns"])
    return Visits(path, parsed.get("subject", ""), parsed["time"], columns)


_MERGE_FIELDS = {
    "table": text(required=True),
    "by": text(required=True),
    "columns": distinct(several(text(), "names of columns")),
}
MERGE = table(_MERGE_FIELDS, about=Merge)
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
    parsed = toml.read(_MERGE_FIELDS)
    if not {"table", "by"} <= set(parsed):
        return None
    path = toml.file_below("table", parsed["table"], folder, root)
    if path is None:
        return None
    return Merge(path, parsed["by"], tuple(parsed.get("columns", ())))


TREATMENT_KINDS = ("treatment", "exposure", "prognostic")
WEIGHT_KINDS = ("frequency", "probability", "importance")
UNITS = ("days", "weeks", "months", "years")
CODE_WORDS = {"event": 1, "censored": 0}
_COLUMN_KEYS = (
    "time", "event", "entry", "duration", "lower", "upper", "cause", "subject", "cluster", "weight"
)  # fmt: skip
_OTHER_KEYS = (
    "unit", "weight_kind", "zero_time", "resolution", "origin", "recurrent", "missing",
    "missing_values", "same_patients", "decimal",
)  # fmt: skip

_MEANING = {"anyOf": [{"enum": list(CODE_WORDS)}, {"type": "integer", "minimum": 0}]}
_FIELDS = {
    "table": text(),
    **{key: text() for key in _COLUMN_KEYS},
    "weight_kind": choice(WEIGHT_KINDS),
    "unit": choice(UNITS),
    "event_codes": table(each=Field("a meaning", lambda raw: raw, schema=_MEANING)),
    "zero_time": number(above=0),
    "resolution": number(above=0),
    "origin": number(at_least=0),
    "recurrent": choice(["first", "all"]),
    "missing": choice(["refuse", "drop"]),
    "missing_values": several(label(), "texts and numbers"),
    "same_patients": flag(),
    "decimal": choice([".", ","]),
    "columns": table(each=COLUMN),
    "merge": MERGE,
    "visits": VISITS,
    "where": WHERE,
    "landmark": number(above=0),
}
_TREATMENT_FIELDS = {
    "column": text(required=True),
    "reference": label(),
    "starts": text(),
    "favours": label(),
    "kind": choice(TREATMENT_KINDS),
}

COHORT = table(_FIELDS, about=CohortSpec)
TREATMENT = table(_TREATMENT_FIELDS)


def read_cohort_table(
    cohort: TomlTable, treatment: TomlTable, *, printed: bool = False
) -> tuple[CohortSpec, str]:
    """How to read the cohort, and the table's path as written (empty when not named).

    Parameters
    ----------
    cohort, treatment : TomlTable
        The tables ``[cohort]`` and ``[treatment]``.
    printed : bool
        Whether ``[life_table]`` holds the rows, so that no column of follow-up is named.

    Returns
    -------
    CohortSpec
        What could be read; the rest is recorded.
    str
        Path of the table, as written.

    Examples
    --------
    >>> from posthaz.errors import Findings
    >>> findings = Findings()
    >>> cohort = TomlTable({"time": "t", "event": "d"}, "x.toml", ("cohort",), findings)
    >>> treatment = TomlTable({}, "x.toml", ("treatment",), findings)
    >>> read_cohort_table(cohort, treatment)[0].unit
    'months'
    """
    if not cohort.values and not printed:
        cohort.refuse((), "it is missing or empty", "name the columns of the table: time, event")
    parsed = cohort.read(_FIELDS)
    if printed:
        _check_nothing_read(cohort)
    elif cohort.values:
        _check_follow_up(cohort)
    named = {key: parsed[key] for key in (*_COLUMN_KEYS, *_OTHER_KEYS) if key in parsed}
    columns = {name: read_column(name, inner) for name, inner in cohort.below("columns").each()}
    codes = _event_codes(cohort.below("event_codes")) if "event_codes" in parsed else {}
    arm, reference = _read_treatment(treatment, columns)
    spec = CohortSpec(
        **named,
        event_codes=codes,
        columns=columns,
        treatment=arm,
        treatment_reference=reference,
        where=read_where(cohort.below("where"), columns, of_the_table=True),
    )
    return spec, parsed.get("table", "")


def read_study_time(cohort: TomlTable, treatment: TomlTable) -> tuple[float | None, str]:
    """The landmark, and the column with the times at which treatment began.

    What is wrong with the keys is recorded by `read_cohort_table`.

    Parameters
    ----------
    cohort, treatment : TomlTable
        The tables ``[cohort]`` and ``[treatment]``.

    Returns
    -------
    float or None
        Landmark; None where there is none.
    str
        Column; empty where there is none.
    """

    def value(toml: TomlTable, key: str, field: Field, absent: Any) -> Any:
        try:
            return field.parse(toml.values[key]) if toml.has(key) else absent
        except UnfitError:
            return absent

    return (
        value(cohort, "landmark", _FIELDS["landmark"], None),
        value(treatment, "starts", _TREATMENT_FIELDS["starts"], ""),
    )


def read_favours(treatment: TomlTable, columns: Mapping[str, Column]) -> str:
    """The arm whose benefit is asked; empty where the file doesn't say.

    What is wrong with the key's type is recorded by `read_cohort_table`.

    Parameters
    ----------
    treatment : TomlTable
        The table ``[treatment]``.
    columns : mapping of str to Column
        The columns described.

    Returns
    -------
    str
        A level of the treatment.
    """
    try:
        field = _TREATMENT_FIELDS["favours"]
        favours = field.parse(treatment.values["favours"]) if treatment.has("favours") else ""
    except UnfitError:
        return ""
    column = columns.get(str(treatment.values.get("column", "")))
    if favours and column is not None and column.levels and favours not in column.levels:
        treatment.refuse(
            "favours",
            f"'{favours}' is not a level of '{column.name}' ({nearest(favours, column.levels)})",
            f"give one of {', '.join(column.levels)}: the arm whose benefit is asked",
        )
    return str(favours)


def read_kind(treatment: TomlTable) -> str:
    """What the arms are, among `TREATMENT_KINDS`; empty where the file doesn't say."""
    kind = treatment.values.get("kind", "")
    return kind if kind in TREATMENT_KINDS else ""


def _check_follow_up(cohort: TomlTable) -> None:
    """Either time and event, or lower and upper."""
    given = {key for key in ("time", "event", "lower", "upper") if cohort.has(key)}
    if cohort.has("duration"):
        if given & {"time", "lower", "upper"}:
            cohort.refuse("duration", "the end of follow-up is named too", "keep one of the two")
        if not cohort.has("entry"):
            cohort.refuse("entry", "it is missing", "give the time that duration counts from")
        given = {*given, "time"}
    exact, interval = given & {"time", "event"}, given & {"lower", "upper"}
    if exact and interval:
        cohort.refuse(
            (),
            f"names both {' and '.join(sorted(exact))} and {' and '.join(sorted(interval))}",
            "keep time and event, or lower and upper",
        )
        return
    if not given:
        cohort.refuse((), "names no follow-up", "give time and event, or lower and upper")
    for pair in (("time", "event"), ("lower", "upper")):
        if len(given & set(pair)) == 1:
            (missing,) = set(pair) - given
            (there,) = set(pair) & given
            ones = "; where every time is an event, add a column of ones" * (missing == "event")
            cohort.refuse(missing, "it is missing", f"give it beside '{there}'{ones}")


def _check_nothing_read(cohort: TomlTable) -> None:
    """Beside a life table only unit and meaning of covariates are said."""
    for key in cohort.values:
        if key in _FIELDS and key not in ("unit", "columns"):
            cohort.refuse(
                key, "[life_table] holds the rows, so no table is read", "remove one of the two"
            )


def _event_codes(codes: TomlTable) -> Mapping[str, int]:
    words = choice(list(CODE_WORDS))
    whole = number(at_least=0, whole=True)

    def parse(raw: Any) -> int:
        return CODE_WORDS[words.parse(raw)] if isinstance(raw, str) else int(whole.parse(raw))

    meaning = Field('"event", "censored", 1, 0, or 2 and above for other causes', parse)
    parsed = codes.read(dict.fromkeys(codes.values, meaning))
    if not codes.values:
        codes.refuse((), "it is empty", 'give a meaning to each code, as { "2" = "event" }')
    elif len(parsed) == len(codes.values) and 1 not in parsed.values():
        codes.refuse((), "no code means an event", 'give one code the meaning "event"')
    return parsed


def _read_treatment(treatment: TomlTable, columns: Mapping[str, Column]) -> tuple[str, str]:
    if not treatment.values:
        return "", ""
    parsed = treatment.read(_TREATMENT_FIELDS)
    arm, reference = parsed.get("column", ""), parsed.get("reference", "")
    column = columns.get(arm)
    if column is None:
        return arm, reference
    if reference and column.levels and reference not in column.levels:
        treatment.refuse(
            "reference",
            f"'{reference}' is not a level of '{arm}' ({nearest(reference, column.levels)})",
            f"give one of {', '.join(column.levels)}",
        )
    elif reference and column.reference and reference != column.reference:
        treatment.refuse(
            "reference",
            f"'{reference}' here, but '{column.reference}' in [cohort.columns.{arm}]",
            "keep one of them",
        )
    elif column.reference:
        reference = column.reference
    return arm, reference

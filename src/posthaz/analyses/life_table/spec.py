"""A life table printed in a paper, as rows of an analysis file: ``[life_table]``."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from posthaz.cohort import CohortSpec, LifeTableSpec
from posthaz.errors import nearest
from posthaz.spec.clinical_tables import ClinicalTable
from posthaz.spec.fields import Field, UnfitError, flag, number, several, table
from posthaz.spec.toml_table import TomlTable, shown

RATE_KEYS = ("number", "survival")
COUNT_KEYS = ("start", "end", "at_risk", "events", "lost")


@dataclass(frozen=True, eq=False)
class LifeTable:
    """A life table and how it is read.

    Parameters
    ----------
    rows : DataFrame
        The rows printed; what `read_life_table` takes.
    spec : LifeTableSpec
        Which column means what.
    name : str
        Name of the table in messages and reports.
    rounding_draws : int
        Draws of the rates as they were before rounding; 0 for none.
    change_upper : float
        Ratio of the hazard ratio of a later interval to that of the first, which the prior
        lets it exceed with probability 2.5 % (and undercut the inverse alike).
    """

    rows: pd.DataFrame
    spec: LifeTableSpec
    name: str = "life table"
    rounding_draws: int = 200
    change_upper: float = 3.0


def _times() -> Field:
    times = several(number(above=0), "increasing times above 0")

    def parse(raw: Any) -> tuple[float, ...]:
        found = times.parse(raw)
        if any(later <= earlier for earlier, later in pairwise(found)):
            raise UnfitError("they don't increase")
        return found

    return Field(times.expects, parse, schema=times.schema)


def _rows() -> Field:
    def parse(raw: Any) -> tuple[Mapping[str, Any], ...]:
        if not isinstance(raw, list) or not raw or not all(isinstance(row, dict) for row in raw):
            raise UnfitError
        return tuple(raw)

    schema = {"type": "array", "items": {"type": "object"}, "minItems": 1}
    expects = "a list of tables, one a row of the life table"
    return Field(expects, parse, required=True, schema=schema)


_FIELDS = {
    "times": _times(),
    "rows": _rows(),
    "percent": flag(),
    "decimals": number(at_least=0, at_most=12, whole=True),
    "rounding_draws": number(at_least=0, at_most=10000, whole=True),
    "change_upper": number(above=1),
}


def read_life_table_rows(toml: TomlTable, cohort: CohortSpec) -> LifeTable:
    """The life table of an analysis file; what is wrong with its form is recorded.

    Parameters
    ----------
    toml : TomlTable
        The table ``[life_table]``.
    cohort : CohortSpec
        Unit, columns and treatment.

    Returns
    -------
    LifeTable
        What could be read.

    Examples
    --------
    >>> from posthaz.errors import Findings
    >>> values = {"times": [12], "rows": [{"number": 90, "survival": [0.511], "dose": "high"}]}
    >>> toml = TomlTable(values, "x.toml", ("life_table",), Findings())
    >>> read_life_table_rows(toml, CohortSpec()).rows.to_dict("records")
    [{'number': 90, 'survival_12': 0.511, 'dose': 'high'}]
    """
    parsed = toml.read(_FIELDS)
    times, rows = parsed.get("times", ()), parsed.get("rows", ())
    counts = bool(rows) and not any("survival" in row for row in rows)
    if counts and toml.has("times"):
        toml.refuse("times", "rows of counts have their own start and end", "remove it")
    elif rows and not counts and not toml.has("times"):
        toml.refuse("times", "it is missing", "give the times of the survival rates")
    columns = () if counts else tuple(f"survival_{time:g}" for time in times)
    _check_covariates(toml, rows, cohort)
    frame = pd.DataFrame(
        [_row(toml, place, row, columns, counts) for place, row in enumerate(rows, start=1)]
    )
    spec = LifeTableSpec(
        times=() if counts else times,
        survival=columns,
        percent=parsed.get("percent", False),
        decimals=parsed.get("decimals"),
        unit=cohort.unit,
        columns=cohort.columns,
        treatment=cohort.treatment,
        treatment_reference=cohort.treatment_reference,
    )
    name = f"{toml.file} [{'.'.join(toml.keys)}]"
    return LifeTable(
        frame,
        spec,
        name,
        int(parsed.get("rounding_draws", 200)),
        float(parsed.get("change_upper", 3.0)),
    )


def _row(
    toml: TomlTable,
    place: int,
    row: Mapping[str, Any],
    columns: tuple[str, ...],
    counts: bool,
) -> dict[str, Any]:
    """One row as a record; `survival` spread over its columns."""
    record: dict[str, Any] = {}
    own = COUNT_KEYS if counts else RATE_KEYS
    for key in own:
        if key not in row and key != "lost":
            toml.refuse("rows", f"row {place} has no '{key}'", f"give {' and '.join(own)}")
    for key, value in row.items():
        where = f"row {place}, {key}"
        if key == "survival" and not counts:
            rates = value if isinstance(value, list) else [value]
            if len(rates) != len(columns) or not all(map(_is_number, rates)):
                what = f"{where}: found {shown(value)}"
                toml.refuse("rows", what, "give one number for each time; nan where not known")
                rates = [np.nan] * len(columns)
            record.update(zip(columns, rates, strict=True))
        elif key in own:
            if not _is_number(value):
                toml.refuse("rows", f"{where}: found {shown(value)}", "give a number")
            record[key] = value if _is_number(value) else np.nan
        else:
            record[key] = value
    return record


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _check_covariates(
    toml: TomlTable, rows: tuple[Mapping[str, Any], ...], cohort: CohortSpec
) -> None:
    """Every other key of a row is a covariate, and described."""
    for key in dict.fromkeys(key for row in rows for key in row):
        if key in (*RATE_KEYS, *COUNT_KEYS):
            continue
        if cohort.columns and key not in cohort.columns:
            known = [*RATE_KEYS, *COUNT_KEYS, *cohort.columns]
            toml.refuse(
                "rows",
                f"'{key}' is not described in [cohort.columns] ({nearest(key, known)})",
                f"add [cohort.columns.{key}] or correct the key",
            )


TABLE = ClinicalTable(read_life_table_rows, fields=table(_FIELDS, about=LifeTable))

"""Conditions on patients in an analysis file: ``{ stage = ["III"], age = { at_least = 65 } }``."""

from collections.abc import Mapping
from typing import Any

from posthaz.cohort import Column
from posthaz.cohort.where import Condition, Where
from posthaz.errors import nearest
from posthaz.spec.fields import (
    Field,
    UnfitError,
    either,
    label,
    number,
    several,
    table,
    table_schema,
)
from posthaz.spec.toml_table import TomlTable

_LIMITS = {name: number() for name in ("at_least", "above", "below", "at_most")}
_LEVELS = either(several(label(), "levels"), label())


def _parsed_condition(raw: Any) -> Mapping[str, Any]:
    if not isinstance(raw, dict):
        levels = _LEVELS.parse(raw)
        return {"levels": levels if isinstance(levels, tuple) else (levels,)}
    if not raw:
        raise UnfitError("no limit is given")
    for key in raw:
        if key not in _LIMITS:
            raise UnfitError(f"unknown limit '{key}' ({nearest(key, list(_LIMITS))})")
    try:
        limits = {key: _LIMITS[key].parse(value) for key, value in raw.items()}
    except UnfitError as error:
        raise UnfitError(str(error) or "a limit is a number") from None
    lower = max((limits[key] for key in ("at_least", "above") if key in limits), default=None)
    upper = min((limits[key] for key in ("below", "at_most") if key in limits), default=None)
    if lower is not None and upper is not None and lower > upper:
        raise UnfitError(f"nothing is above {lower:g} and below {upper:g}")
    return limits


_CONDITION = Field(
    'a list of levels, as ["III"], or limits, as { at_least = 60, below = 75 }',
    _parsed_condition,
    schema={"anyOf": [_LEVELS.schema, {**table_schema(_LIMITS), "minProperties": 1}]},
)
WHERE = table(each=_CONDITION)
"""A table of conditions."""


def read_where(
    toml: TomlTable, columns: Mapping[str, Column], *, of_the_table: bool = False
) -> Where:
    """Conditions of one table ``where``; what is wrong with it is recorded.

    Parameters
    ----------
    toml : TomlTable
        The table: a key for each covariate.
    columns : mapping of str to Column
        Covariates described in ``[cohort.columns]``; when any is, no others may be named.
    of_the_table : bool
        Whether rows of the table are chosen, by any column that it has.

    Returns
    -------
    Where
        The conditions that could be read.

    Examples
    --------
    >>> from posthaz.errors import Findings
    >>> values = {"stage": ["III"], "age": {"at_least": 65}}
    >>> toml = TomlTable(values, "x.toml", ("cohort", "where"), Findings())
    >>> [condition.column for condition in read_where(toml, {}).conditions]
    ['stage', 'age']
    """
    parsed = toml.read(dict.fromkeys(toml.values, _CONDITION))
    for name in toml.values:
        if columns and name not in columns and not of_the_table:
            toml.refuse(
                name,
                f"'{name}' is not described in [cohort.columns] ({nearest(name, list(columns))})",
                f"add [cohort.columns.{name}] or correct the name",
            )
    conditions = tuple(Condition(name, **found) for name, found in parsed.items())
    _check_levels(toml, conditions, columns)
    return Where(conditions)


def _check_levels(
    toml: TomlTable, conditions: tuple[Condition, ...], columns: Mapping[str, Column]
) -> None:
    for condition in conditions:
        declared = columns[condition.column].levels if condition.column in columns else ()
        for level in condition.levels if declared else ():
            if level not in declared:
                toml.refuse(
                    condition.column,
                    f"'{level}' is not a level of '{condition.column}' "
                    f"({nearest(level, declared)})",
                    f"give some of {', '.join(declared)}",
                )

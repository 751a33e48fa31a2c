"""The rules of an analysis file, held by the values themselves."""

from collections.abc import Mapping
from dataclasses import fields as fields_of
from typing import Any

import numpy as np

from posthaz.errors import Findings, SpecError
from posthaz.spec.fields import Field, UnfitError
from posthaz.spec.toml_table import shown


def check_values(value: Any, rules: Mapping[str, Field], optional: tuple[str, ...] = ()) -> None:
    """Refuse fields of a specification that an analysis file would refuse, and tidy the others.

    Parameters
    ----------
    value : frozen dataclass
        A specification being made.
    rules : mapping of str to Field
        The rules of its table in an analysis file.
    optional : tuple of str
        Fields that may be None.

    Raises
    ------
    SpecError
        With everything found, in the words of the file.
    """
    name = type(value).__name__
    findings = Findings()
    defaults = {field.name: field.default for field in fields_of(value)}
    for key, rule in rules.items():
        given = getattr(value, key)
        if given is defaults.get(key) or (given is None and key in optional):
            continue
        raw = as_in_a_file(given)
        if raw == []:
            continue
        try:
            object.__setattr__(value, key, rule.parse(raw))
        except (UnfitError, TypeError) as error:
            reason = f" ({error})" if isinstance(error, UnfitError) and str(error) else ""
            findings.add(f"{name}, {key}", f"found {shown(raw)}{reason}", f"give {rule.expects}")
    findings.raise_if_any(SpecError, f"{name} can't be used:")


def as_in_a_file(value: Any) -> Any:
    """A Python value as TOML would hold it: lists for tuples and arrays, plain numbers."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, list | tuple):
        return [as_in_a_file(element) for element in value]
    return value

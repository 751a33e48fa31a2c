"""Which answers an analysis file asks for, and how to sample."""

from typing import Any

from posthaz.errors import SpecError
from posthaz.spec.analysis import BaselineSpec, EstimandSpec, Sampling
from posthaz.spec.answer_fields import BASELINE_FIELDS, ESTIMAND_FIELDS, SAMPLING_FIELDS
from posthaz.spec.fields import Field, UnfitError, table, text, unavailable
from posthaz.spec.toml_table import TomlTable

_ONLY_IN_FILES = {
    "profiles": table(each=table()),
    "contrast": unavailable("every arm is contrasted with the reference of [treatment]"),
}
ESTIMANDS = table({**ESTIMAND_FIELDS, **_ONLY_IN_FILES}, about=EstimandSpec)
"""The table ``[estimands]``."""
PATH, LABEL = "path", "label"


def read_estimands(toml: TomlTable) -> EstimandSpec:
    """Which answers to give: the table ``[estimands]``.

    Parameters
    ----------
    toml : TomlTable
        The table.

    Returns
    -------
    EstimandSpec
        What could be read; the rest is recorded.
    """
    parsed = toml.read({**ESTIMAND_FIELDS, **_ONLY_IN_FILES})
    parsed.pop("profiles", None)
    profiles, labels = [], {}
    for name, profile in toml.below("profiles").each():
        values = _read_profile(profile)
        if LABEL in values:
            labels[name] = str(values.pop(LABEL))
        profiles.append((name, values))
    return EstimandSpec(**parsed, profiles=tuple(profiles), profile_labels=labels)


def read_baseline_answers(toml: TomlTable) -> BaselineSpec:
    """Which frequentist answers to set beside: the table ``[baselines]``."""
    return BaselineSpec(**toml.read(BASELINE_FIELDS))


def read_sampling(toml: TomlTable) -> Sampling:
    """How to sample: the table ``[sampling]``.

    Examples
    --------
    >>> from posthaz.errors import Findings
    >>> read_sampling(TomlTable({"chains": 2}, "x.toml", ("sampling",), Findings())).chains
    2
    """
    parsed = toml.read(SAMPLING_FIELDS)
    try:
        return Sampling(**parsed)
    except SpecError as error:
        toml.refuse("draws", error.what, error.fix)
        return Sampling()


def _read_profile(toml: TomlTable) -> dict[str, object]:
    def parse(raw: Any) -> object:
        if not isinstance(raw, str | int | float):
            raise UnfitError
        return raw

    def parse_path(raw: Any) -> object:
        if not isinstance(raw, list) or not raw or not all(isinstance(p, dict) for p in raw):
            raise UnfitError
        return [{str(key): parse(value) for key, value in piece.items()} for piece in raw]

    value = Field("text or a number", parse)
    path = Field("a list of pieces such as { from = 0, bili = 1.2 }", parse_path)
    apart = {PATH: path, LABEL: text()}
    return dict(toml.read({name: apart.get(name, value) for name in toml.values}))

"""Which answers an analysis file asks for, and how to sample."""

from typing import Any

from posthaz.spec.analysis import BaselineSpec, EstimandSpec, Sampling
from posthaz.spec.fields import (
    Field,
    UnfitError,
    choice,
    distinct,
    either,
    flag,
    number,
    several,
    table,
    unavailable,
)
from posthaz.spec.toml_table import TomlTable

_SHARE = number(above=0, below=1)

_ESTIMAND_FIELDS = {
    "survival_at": distinct(several(number(above=0), "times above 0")),
    "rmst_to": number(above=0),
    "quantiles": distinct(several(_SHARE, "numbers between 0 and 1", empty=True)),
    "thresholds": distinct(several(number(above=0), "hazard ratios above 0", empty=True)),
    "rmst_thresholds": distinct(several(number(), "numbers", empty=True)),
    "interval": _SHARE,
    "profiles": table(),
    "contrast": unavailable("every arm is contrasted with the reference of [treatment]"),
}
_COX_WORDS = ("univariable", "multivariable")


def _one_or_several(options: tuple[str, ...]) -> Field:
    one = choice(options)

    def parse(raw: Any) -> tuple[str, ...]:
        return (one.parse(raw),)

    return either(Field(one.expects, parse), distinct(several(one, "them", empty=True)))


def _weights() -> Field:
    pair = several(number(at_least=0), "two numbers")

    def parse(raw: Any) -> tuple[tuple[float, float], ...]:
        if not isinstance(raw, list):
            raise UnfitError
        pairs = tuple(pair.parse(element) for element in raw)
        if any(len(element) != 2 for element in pairs):
            raise UnfitError("not pairs")
        return pairs

    return Field("a list of pairs [rho, gamma], such as [[0, 1]]", parse)


_BASELINE_FIELDS = {
    "kaplan_meier": flag(),
    "logrank": flag(),
    "fleming_harrington": _weights(),
    "cox": _one_or_several(_COX_WORDS),
    "confidence_transform": choice(["log-log", "log", "plain"]),
}
_SAMPLING_FIELDS = {
    "seed": number(at_least=0, whole=True),
    "chains": number(at_least=1, whole=True),
    "draws": number(at_least=20, whole=True),
    "tune": number(at_least=1, whole=True),
    "target_accept": _SHARE,
    "method": choice(["nuts", "laplace", "auto", "pymc"]),
}


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
    parsed = toml.read(_ESTIMAND_FIELDS)
    parsed.pop("profiles", None)
    profiles = tuple(
        (name, _read_profile(profile)) for name, profile in toml.below("profiles").each()
    )
    return EstimandSpec(**parsed, profiles=profiles)


def read_baseline_answers(toml: TomlTable) -> BaselineSpec:
    """Which frequentist answers to set beside: the table ``[baselines]``."""
    return BaselineSpec(**toml.read(_BASELINE_FIELDS))


def read_sampling(toml: TomlTable) -> Sampling:
    """How to sample: the table ``[sampling]``.

    Examples
    --------
    >>> from posthaz.errors import Findings
    >>> read_sampling(TomlTable({"chains": 2}, "x.toml", ("sampling",), Findings())).chains
    2
    """
    return Sampling(**toml.read(_SAMPLING_FIELDS))


def _read_profile(toml: TomlTable) -> dict[str, object]:
    def parse(raw: Any) -> object:
        if not isinstance(raw, str | int | float):
            raise UnfitError
        return raw

    value = Field("text or a number", parse)
    return dict(toml.read(dict.fromkeys(toml.values, value)))

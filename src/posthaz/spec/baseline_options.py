"""The baseline hazard a model's table asks for."""

from collections.abc import Mapping
from typing import Any

from posthaz.errors import SpecError
from posthaz.hazards import BASELINES, Baseline
from posthaz.hazards.piecewise_exponential import MOST_INTERVALS, SMOOTHING
from posthaz.hazards.weibull import LOCATIONS
from posthaz.spec.fields import Field, choice, either, number, several
from posthaz.spec.toml_table import TomlTable

OPTIONS: dict[str, dict[str, Field]] = {
    "weibull": {"location": choice(LOCATIONS)},
    "gompertz": {"unit_time": number(above=0)},
    "piecewise_exponential": {
        "cuts": either(
            number(at_least=1, at_most=MOST_INTERVALS, whole=True),
            several(number(above=0), "increasing times above 0", most=MOST_INTERVALS - 1),
        ),
        "smoothing": choice(SMOOTHING),
        "order": number(at_least=1, at_most=2, whole=True),
    },
}
ALL_OPTIONS = {key: field for options in OPTIONS.values() for key, field in options.items()}


def read_baseline(toml: TomlTable, parsed: Mapping[str, Any]) -> Baseline | None:
    """The baseline hazard that a model's table asks for; `None` after recording problems.

    Parameters
    ----------
    toml : TomlTable
        The table ``[models.NAME]``.
    parsed : mapping
        Its good values; keys of `ALL_OPTIONS` among them.

    Returns
    -------
    Baseline or None
        The baseline, not yet resolved against data.

    Examples
    --------
    >>> from posthaz.errors import Findings
    >>> toml = TomlTable({}, "x.toml", ("models", "pwe"), Findings())
    >>> read_baseline(toml, {"baseline": "piecewise_exponential", "cuts": 4}).intervals
    4
    """
    kind = parsed.get("baseline")
    if kind is None:
        return None
    before = len(toml.findings)
    own = OPTIONS.get(kind, {})
    for key in ALL_OPTIONS:
        if toml.has(key) and key not in own:
            owners = [name for name, options in OPTIONS.items() if key in options]
            toml.refuse(
                key,
                f"has no meaning for the {BASELINES[kind].title} baseline",
                f"remove it; it belongs to {' and '.join(owners)}",
            )
    options = {key: parsed[key] for key in own if key in parsed}
    _spread_cuts(options)
    if "order" in options and options.get("smoothing") != "random_walk":
        toml.refuse(
            "order", "only a random walk has an order", 'add smoothing = "random_walk" or remove it'
        )
    if len(toml.findings) > before:
        return None
    try:
        return BASELINES[kind](**options)
    except SpecError as error:
        for finding in error.findings:
            toml.refuse(finding.where, finding.what, finding.fix)
    return None


def _spread_cuts(options: dict[str, Any]) -> None:
    """``cuts = 6`` asks for six intervals; a list gives the times themselves."""
    if isinstance(options.get("cuts"), int):
        options["intervals"] = options.pop("cuts")

"""The baseline hazard a model's table asks for."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from posthaz.hazards import BASELINES, Baseline
from posthaz.spec.fields import Field, UnfitError, choice, either, number, several
from posthaz.spec.toml_table import TomlTable


def _increasing_times() -> Field:
    times = several(number(above=0), "times above 0")

    def parse(raw: Any) -> tuple[float, ...]:
        cuts = times.parse(raw)
        for earlier, later in pairwise(cuts):
            if later <= earlier:
                raise UnfitError(f"{later:g} after {earlier:g} does not increase")
        return cuts

    return Field("a list of increasing times above 0", parse)


OPTIONS: dict[str, dict[str, Field]] = {
    "weibull": {"location": choice(["log_scale", "log_rate"])},
    "gompertz": {"unit_time": number(above=0)},
    "piecewise_exponential": {
        "cuts": either(number(at_least=1, whole=True), _increasing_times()),
        "smoothing": choice(["independent", "random_walk"]),
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
    _check_random_walk(toml, options)
    return None if len(toml.findings) > before else BASELINES[kind](**options)


def _spread_cuts(options: dict[str, Any]) -> None:
    """``cuts = 6`` asks for six intervals; a list gives the times themselves."""
    cuts = options.get("cuts")
    if isinstance(cuts, int):
        options["intervals"] = options.pop("cuts")
    elif cuts is not None:
        options["intervals"] = len(cuts) + 1


def _check_random_walk(toml: TomlTable, options: Mapping[str, Any]) -> None:
    walks = options.get("smoothing") == "random_walk"
    if "order" in options and not walks:
        toml.refuse(
            "order", "only a random walk has an order", 'add smoothing = "random_walk" or remove it'
        )
    needed = options.get("order", 1) + 1
    if walks and options.get("intervals", needed) < needed:
        toml.refuse(
            "cuts",
            f"gives {options['intervals']} interval(s), too few for a random walk of order "
            f"{needed - 1}",
            f"ask for {needed} intervals or more",
        )

"""A prior of an analysis file: family and values, quantiles, or a clinical statement."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from posthaz.errors import PriorError
from posthaz.priors import (
    FAMILIES,
    FEWEST_DF,
    Prior,
    enthusiastic,
    from_quantiles,
    hazard_ratio,
    historical,
    median_survival,
    sceptical,
)
from posthaz.spec.fields import (
    Field,
    UnfitError,
    choice,
    either,
    number,
    several,
    table,
    table_schema,
)
from posthaz.spec.prior_targets import Target
from posthaz.spec.toml_table import TomlTable


@dataclass(frozen=True)
class Statement:
    """One way to state a prior in clinical terms.

    Parameters
    ----------
    elicit : callable
        Makes the prior from the arguments.
    fields : mapping of str to Field
        The arguments.
    about : {"effect", "location"}
        Whether it states the effect of a covariate or the location of a baseline.
    alone : str
        Argument that may stand alone, without a table; empty when none may.
    """

    elicit: Callable[..., Prior]
    fields: Mapping[str, Field]
    about: Literal["effect", "location"] = "effect"
    alone: str = ""

    def argument_field(self) -> Field:
        """What the statement's own key holds: its arguments, or the one that stands alone."""
        needed = [name for name, field in self.fields.items() if field.required]
        example = "a table { " + ", ".join(f"{name} = ..." for name in needed) + " }"

        def parse(raw: Any) -> Mapping[str, Any]:
            if isinstance(raw, dict):
                return raw
            if not self.alone:
                raise UnfitError
            self.fields[self.alone].parse(raw)
            return {self.alone: raw}

        alone = f"{self.fields[self.alone].expects}, or " if self.alone else ""
        schemas = [table_schema(self.fields)]
        schemas += [self.fields[self.alone].schema] if self.alone else []
        return Field(alone + example, parse, schema={"anyOf": schemas})


_POSITIVE = number(above=0, required=True)
_EFFECT = {"effect": _POSITIVE, "probability": number(above=0, below=0.5)}
_MEDIAN = {"median": _POSITIVE, "upper": _POSITIVE, "level": number(above=0.5, below=1)}

STATEMENTS: dict[str, Statement] = {
    "sceptical": Statement(sceptical, _EFFECT, alone="effect"),
    "enthusiastic": Statement(enthusiastic, _EFFECT, alone="effect"),
    "hazard_ratio": Statement(hazard_ratio, _MEDIAN),
    "historical": Statement(
        historical,
        {
            "hr": _POSITIVE,
            "lower": _POSITIVE,
            "upper": _POSITIVE,
            "discount": number(above=0, at_most=1),
            "level": number(above=0, below=1),
        },
    ),
    "median_survival": Statement(median_survival, _MEDIAN, about="location"),
}


_FAMILY_FIELDS = {
    "family": choice(list(FAMILIES)),
    "values": either(several(number(), "numbers", empty=True), number()),
}
_QUANTILE_FIELDS = {
    "quantiles": table(each=number()),
    "family": choice([name for name in FAMILIES if name not in ("flat", "lkj")]),
    "df": number(above=0),
}
_EXAMPLE = '{ family = "normal", values = [0.0, 1.0] }'


def read_prior(toml: TomlTable, target: Target, form: str) -> Prior | None:
    """The prior that a table states; `None` after recording what is wrong with it.

    Parameters
    ----------
    toml : TomlTable
        The table of the prior, such as ``{ sceptical = 0.5 }``.
    target : Target
        What the prior is put on.
    form : str
        Form of the model: a hazard ratio states nothing about a time ratio.

    Returns
    -------
    Prior or None
        The prior.

    Examples
    --------
    >>> from posthaz.errors import Findings
    >>> toml = TomlTable({"sceptical": 0.5}, "x.toml", ("arm",), Findings())
    >>> print(read_prior(toml, Target("real", effect=True), "proportional_hazards"))
    normal(0, 0.4214)
    """
    before = len(toml.findings)
    ways = [key for key in (*STATEMENTS, "quantiles") if toml.has(key)]
    prior = None
    try:
        if len(ways) > 1:
            toml.refuse((), f"states the prior both by {' and by '.join(ways)}", "keep one of them")
        elif not ways:
            prior = _by_family(toml)
        elif ways[0] == "quantiles":
            prior = _by_quantiles(toml)
        else:
            prior = _by_statement(toml, ways[0], target, form)
    except PriorError as error:
        toml.refuse((), str(error), "correct the prior")
    if prior is None or len(toml.findings) > before:
        return None
    return prior if _drawn(toml, prior) and _fits(toml, prior, target) else None


def _drawn(toml: TomlTable, prior: Prior) -> bool:
    """Whether its numbers can be computed with, and drawn from, as every report does."""
    if not prior.drawable:
        df = dict(zip(prior.about.values, prior.values, strict=True))["df"]
        toml.refuse(
            (),
            f"{prior.family} with {df:g} degrees of freedom has tails beyond the numbers that a "
            "computer holds",
            f"give df of {FEWEST_DF:g} or more, or for a prior that says next to nothing a normal "
            "with a large sd",
        )
    elif trouble := prior.trouble:
        toml.refuse((), f"{trouble.where}: {trouble.what}", trouble.fix)
    return prior.drawable and prior.trouble is None


def _by_family(toml: TomlTable) -> Prior | None:
    before = len(toml.findings)
    parsed = toml.read({**_FAMILY_FIELDS, **_QUANTILE_FIELDS_UNREAD, **_STATEMENT_FIELDS})
    if "family" not in parsed:
        if len(toml.findings) == before:
            toml.refuse((), "states no prior", f"give {_EXAMPLE} or {{ sceptical = 0.5 }}")
        return None
    if len(toml.findings) > before:
        return None
    values = parsed.get("values", ())
    return Prior(parsed["family"], values if isinstance(values, tuple) else (values,))


def _by_quantiles(toml: TomlTable) -> Prior | None:
    before = len(toml.findings)
    parsed = toml.read(_QUANTILE_FIELDS)
    stated = toml.below("quantiles")
    values = stated.read({key: number() for key in stated.values})
    quantiles: dict[float, float] = {}
    for key, value in values.items():
        try:
            quantiles[float(key)] = value
        except ValueError:
            stated.refuse(key, "not a probability", 'give quantiles as { "0.025" = -1.0, ... }')
    if len(toml.findings) > before:
        return None
    return from_quantiles(quantiles, parsed.get("family", "normal"), parsed.get("df", 3.0))


def _by_statement(toml: TomlTable, name: str, target: Target, form: str) -> Prior | None:
    statement = STATEMENTS[name]
    parsed = toml.read({name: statement.argument_field()})
    misplaced = _misplaced(statement, target, form)
    if misplaced:
        toml.refuse(name, *misplaced)
    if misplaced or name not in parsed:
        return None
    before = len(toml.findings)
    inner = TomlTable(parsed[name], toml.file, (*toml.keys, name), toml.findings)
    arguments = inner.read(statement.fields)
    if len(toml.findings) > before:
        return None
    if statement.about == "location":
        arguments["parameter"] = target.location
    return statement.elicit(**arguments)


def _misplaced(statement: Statement, target: Target, form: str) -> tuple[str, str] | None:
    """Why a statement says nothing about its target, and the fix."""
    if statement.about == "location":
        if target.location:
            return None
        return (
            "a median survival states the level of the baseline hazard and nothing else",
            "put it on the baseline's level, such as log_scale, log_rate or log_hazard",
        )
    if not target.effect:
        return (
            "a hazard ratio states the effect of a covariate and nothing else",
            f"give family and values, such as {_EXAMPLE}",
        )
    if form == "accelerated_failure_time":
        return (
            "a hazard ratio says nothing about the log time ratio of an accelerated model",
            "give family and values for the log time ratio",
        )
    return None


def _fits(toml: TomlTable, prior: Prior, target: Target) -> bool:
    if prior.support == target.support:
        return True
    families = [name for name, family in FAMILIES.items() if family.support == target.support]
    lives = {
        "positive": "positive numbers only",
        "correlation": "correlations, between -1 and 1",
    }.get(target.support, "the whole real line")
    toml.refuse(
        (),
        f"family {prior.family} does not fit, since '{toml.keys[-1]}' takes {lives}",
        f"use one of {', '.join(families)}",
    )
    return False


_STATEMENT_FIELDS = {name: statement.argument_field() for name, statement in STATEMENTS.items()}
PRIOR = table({**_QUANTILE_FIELDS, **_FAMILY_FIELDS, **_STATEMENT_FIELDS})
"""The table of a prior."""
_QUANTILE_FIELDS_UNREAD = {"quantiles": _QUANTILE_FIELDS["quantiles"]}

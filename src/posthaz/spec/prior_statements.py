"""The statements a prior may be elicited from in an analysis file, with their arguments."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from posthaz.priors import (
    Prior,
    enthusiastic,
    hazard_ratio,
    historical,
    median_survival,
    sceptical,
)
from posthaz.spec.fields import Field, UnfitError, number, table_schema


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

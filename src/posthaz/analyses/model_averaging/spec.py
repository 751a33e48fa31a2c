"""One answer over the models of a file: the table ``[model_averaging]``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from posthaz.cohort import CohortSpec
from posthaz.errors import SpecError
from posthaz.spec.clinical_tables import ClinicalTable
from posthaz.spec.fields import choice, distinct, number, several, table, text
from posthaz.spec.toml_table import TomlTable

EVIDENCE, STACKING = "evidence", "stacking"
WAYS = (EVIDENCE, STACKING)
ANY, BENEFIT, HARM = "any", "benefit", "harm"
DIRECTIONS = (ANY, BENEFIT, HARM)


@dataclass(frozen=True)
class ModelAveragingSpec:
    """Over which models an answer is averaged, and with what weights.

    Parameters
    ----------
    models : tuple of str
        Models of the file; all of them when empty.
    by : tuple of {"evidence", "stacking"}
        Posterior probabilities of the models, or the weights that predict patients left out best.
    prior : mapping of str to float
        Prior weight of each model, 1 where not named.
    direction : {"any", "benefit", "harm"}
        Whether the treatment's prior, where a model has it, is cut at no effect: then only a
        benefit (a hazard ratio below 1, a time ratio above it) or only a harm is set against none.
    """

    models: tuple[str, ...] = ()
    by: tuple[str, ...] = WAYS
    prior: Mapping[str, float] = field(default_factory=dict)
    direction: Literal["any", "benefit", "harm"] = "any"

    def __post_init__(self) -> None:
        if self.direction != ANY and STACKING in self.by:
            raise SpecError(f"ModelAveragingSpec: {_NO_STACKING[0]}", fix=_NO_STACKING[1])


_NO_STACKING = (
    "stacking weights are of models as they were fitted, without a cut at no effect",
    'ask for by = ["evidence"] alone with a direction, or leave direction out',
)
_FIELDS = {
    "models": distinct(several(text(), "names of models")),
    "by": distinct(several(choice(WAYS), "ways")),
    "prior": table(each=number(above=0)),
    "direction": choice(DIRECTIONS),
}


def read_model_averaging(toml: TomlTable, cohort: CohortSpec) -> ModelAveragingSpec | None:
    """What the table ``[model_averaging]`` asks for; None after recording what is wrong with it.

    Examples
    --------
    >>> from posthaz.errors import Findings
    >>> toml = TomlTable({"by": ["stacking"]}, "x.toml", ("model_averaging",), Findings())
    >>> read_model_averaging(toml, CohortSpec(treatment="arm")).by
    ('stacking',)
    """
    before = len(toml.findings)
    parsed = toml.read(_FIELDS)
    weights = toml.below("prior")
    if "prior" in parsed:
        parsed["prior"] = weights.read(dict.fromkeys(weights.values, number(above=0)))
    named = parsed.get("models", ())
    if len(named) == 1:
        toml.refuse("models", "one model is named", "name two or more, or leave it out")
    for name in parsed.get("prior", {}):
        if named and name not in named:
            weights.refuse(name, "it is not among the models that are averaged", "remove it")
    if not cohort.treatment:
        toml.refuse((), "the file names no treatment to compare", "name it in [treatment]")
    if parsed.get("direction", ANY) != ANY and STACKING in parsed.setdefault("by", (EVIDENCE,)):
        toml.refuse("by", *_NO_STACKING)
    return None if len(toml.findings) > before else ModelAveragingSpec(**parsed)


TABLE = ClinicalTable(read_model_averaging, fields=table(_FIELDS, about=ModelAveragingSpec))

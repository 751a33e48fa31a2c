"""One answer over the models of a file: the table ``[model_averaging]``."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from posthaz.arms.departures import ratio_fault
from posthaz.cohort import Cohort, CohortSpec
from posthaz.errors import Finding, SpecError
from posthaz.spec import ModelSpec
from posthaz.spec.analysis import check_values
from posthaz.spec.clinical_tables import ClinicalTable, two_arms_faults
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
        Posterior probabilities of the models, or the weights that predict patients left out best;
        empty for both, or for evidence alone with a direction.
    prior : mapping of str to float
        Prior weight of each model, 1 where not named.
    direction : {"any", "benefit", "harm"}
        Whether the treatment's prior, where a model has it, is cut at no effect: then only a
        benefit (a hazard ratio below 1, a time ratio above it) or only a harm is set against none.
    file_models : tuple of ModelSpec
        The models of the file, to be checked.
    """

    models: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    prior: Mapping[str, float] = field(default_factory=dict)
    direction: Literal["any", "benefit", "harm"] = "any"
    file_models: tuple[ModelSpec, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        check_values(self, {name: _FIELDS[name] for name in ("models", "by", "direction")})
        if not self.by:
            object.__setattr__(self, "by", WAYS if self.direction == ANY else (EVIDENCE,))
        if self.direction != ANY and STACKING in self.by:
            raise SpecError(f"ModelAveragingSpec: {_NO_STACKING[0]}", fix=_NO_STACKING[1])

    def about(self, models: Sequence[ModelSpec]) -> "ModelAveragingSpec":
        """The same for the models of a file."""
        return replace(self, file_models=tuple(models))


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
    if parsed.get("direction", ANY) != ANY and STACKING in parsed.get("by", ()):
        toml.refuse("by", *_NO_STACKING)
    return None if len(toml.findings) > before else ModelAveragingSpec(**parsed)


def model_averaging_faults(asked: ModelAveragingSpec, cohort: Cohort) -> Iterator[Finding]:
    """A prior is cut at no effect where it is that of the treatment's one effect.

    Parameters
    ----------
    asked : ModelAveragingSpec
        What the file asks for.
    cohort : Cohort
        Its cohort.

    Yields
    ------
    Finding
        One a model in which the treatment has no such effect.
    """
    if asked.direction == ANY:
        return
    yield from two_arms_faults("[model_averaging]", cohort, "a direction is of")
    for model in asked.file_models:
        averaged = not asked.models or model.name in asked.models
        if averaged and cohort.treatment in model.variables:
            fault = ratio_fault(model, cohort.treatment, of_time_too=True)
            if fault is not None:
                fix = 'leave it out by models = [...], or give direction = "any"'
                yield Finding(f"[model_averaging] and {fault.where}", fault.what, fix)


TABLE = ClinicalTable(
    read_model_averaging, model_averaging_faults, fields=table(_FIELDS, about=ModelAveragingSpec)
)

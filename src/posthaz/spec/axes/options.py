"""Axes of the baseline's options (cuts, knots, smoothing) and of effects that change with time."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from posthaz.cohort import number_text
from posthaz.design import formula_terms
from posthaz.effects import ChangingEffect
from posthaz.errors import SpecError
from posthaz.hazards import Baseline
from posthaz.hazards.piecewise_exponential import MOST_INTERVALS
from posthaz.spec.axes.given import GivenFile
from posthaz.spec.baseline_options import all_options, counted_option
from posthaz.spec.fields import choice, either, number, several, table
from posthaz.spec.model_spec import ModelSpec
from posthaz.spec.sensitivity import Alternative, Axis, Change, reshaped
from posthaz.spec.toml_table import TomlTable

PROPORTIONAL = "proportional"


@dataclass(frozen=True)
class OptionChange(Change):
    """Another option of the baseline: the number or place of cuts or knots, the smoothing.

    Parameters
    ----------
    option : str
        Key of the option, as in ``[models.NAME]``.
    value : object
        Its value; a baseline without the option stays as it is.
    """

    option: str
    value: Any
    late: ClassVar[int] = 10

    def of_model(self, spec: ModelSpec) -> ModelSpec:
        return reshaped(spec, _with_option(spec.baseline, self.option, self.value), spec.formula)

    @property
    def words(self) -> str:
        return f"`{self.option} = {_shown(self.value)}`"


def _with_option(baseline: Any, option: str, value: Any) -> Baseline:
    if not hasattr(baseline, option):
        return baseline
    count = counted_option(type(baseline), option)
    if count and isinstance(value, int):
        return replace(baseline, **{option: (), count: value})
    return replace(baseline, **{option: value})


def option_axes(toml: TomlTable, given: GivenFile) -> tuple[Axis, ...]:
    """One axis an option of the baseline: the table ``[sensitivity.options]``.

    Parameters
    ----------
    toml : TomlTable
        The table: a list of values for each option.
    given : GivenFile
        The models, one of which has to have the option.

    Returns
    -------
    tuple of Axis
        What could be read; the rest is recorded.
    """
    found = []
    for option, values in toml.read(OPTIONS).items():
        owners = [model for model in given.met if hasattr(model.baseline, option)]
        if given.met and not owners:
            toml.refuse(
                option,
                f"no model that is varied has a baseline with '{option}'",
                "leave it out, or vary such a model",
            )
        changes = [OptionChange(option, value) for value in values]
        for change in changes:
            if owners and (fault := _fault_of_all(change, owners)):
                toml.refuse(option, f"{_shown(change.value)}: {fault.what}", fault.fix or "")
        named = [Alternative(_shown(change.value), change) for change in changes]
        found.append(Axis(option.replace("_", " "), tuple(named)))
    return tuple(found)


def _fault_of_all(change: Change, models: list[ModelSpec]) -> SpecError | None:
    """Why a change makes no model of any; None where it makes one."""
    fault = None
    for model in models:
        try:
            change.of_model(model)
        except SpecError as error:
            fault = error.findings[0] if error.findings else error
        else:
            return None
    return fault  # type: ignore[return-value]


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        return " and ".join(number_text(one, 4) for one in value)
    return str(value).replace("_", " ")


@dataclass(frozen=True)
class EffectChange(Change):
    """A term whose effect changes with time, or doesn't.

    Parameters
    ----------
    term : str
        Term of the formula; a model without it, or under the accelerated form, stays as it is.
    effect : ChangingEffect or None
        How its effect changes; None for proportional hazards.
    """

    term: str
    effect: ChangingEffect | None
    late: ClassVar[int] = 50

    def of_model(self, spec: ModelSpec) -> ModelSpec:
        if self.term not in formula_terms(spec.formula) or spec.effect.acts_on != "hazard":
            return spec
        others = tuple(one for one in spec.changing if one.term != self.term)
        crossing = spec.crossing if spec.crossing and spec.crossing.term != self.term else None
        changing = (*others, self.effect) if self.effect else others
        return replace(spec, changing=changing, crossing=crossing)

    @property
    def words(self) -> str:
        if self.effect is None:
            return f"`{self.term}` with one hazard ratio at all times"
        return (
            f"`{self.term}` with a hazard ratio that changes with time; compared is its average "
            "over the events"
        )


def changing_axes(toml: TomlTable, given: GivenFile) -> tuple[Axis, ...]:
    """One axis a term whose effect may change: the table ``[sensitivity.changing]``.

    Parameters
    ----------
    toml : TomlTable
        The table: for each term a list of numbers of intervals, of lists of times between them,
        or ``"proportional"``.
    given : GivenFile
        The models, one of which has to have the term.

    Returns
    -------
    tuple of Axis
        What could be read; the rest is recorded.
    """
    found = []
    for term, values in toml.read(dict.fromkeys(toml.values, _CHANGES)).items():
        hazard = [model for model in given.met if model.effect.acts_on == "hazard"]
        if not any(term in formula_terms(model.formula) for model in hazard):
            toml.refuse(
                term,
                f"no model that is varied has a term '{term}' under proportional hazards",
                "name a term of their formulas",
            )
            continue
        named = []
        for value in values:
            try:
                named.append(Alternative(*_effect(term, value)))
            except SpecError as error:
                toml.refuse(term, error.what, error.fix or "correct the times")
        found.append(Axis(f"effect of {term}", tuple(named)))
    return tuple(found)


def _effect(term: str, value: Any) -> tuple[str, EffectChange]:
    if value == PROPORTIONAL:
        return PROPORTIONAL, EffectChange(term, None)
    if isinstance(value, int):
        effect = ChangingEffect(term, intervals=value)
        return f"changes, {value} intervals", EffectChange(term, effect)
    effect = ChangingEffect(term, cuts=value)
    return f"changes at {_shown(value)}", EffectChange(term, effect)


OPTIONS: Mapping[str, Any] = {
    key: several(one, f"values of {key}") for key, one in all_options().items()
}
_TIMES = several(number(above=0), "increasing times above 0", most=MOST_INTERVALS - 1)
_CHANGES = several(
    either(number(at_least=2, at_most=MOST_INTERVALS, whole=True), _TIMES, choice([PROPORTIONAL])),
    'numbers of intervals, lists of times, or "proportional"',
)
CHANGING = table(each=_CHANGES)

"""Names of the model's variables."""

from posthaz.design import Design, Group
from posthaz.effects import ChangingEffect
from posthaz.errors import SpecError, nearest
from posthaz.spec.model_spec import ModelSpec

STEP_SD = "sigma"
CHANGE = "log_hazard_ratio_change"
CHANGE_SD = "change_sd"
CURE_INTERCEPT = "cure_intercept"
CURE_EFFECT = "cure_effect"


def coefficient_name(spec: ModelSpec) -> str:
    """Name of the vector of covariate effects: a log hazard ratio or a log time ratio."""
    return spec.effect.coefficient


def frailty_name(group: Group) -> str:
    """Name of the vector of frailties of a group."""
    return f"frailty_{group.name}"


def frailty_sd_name(group: Group) -> str:
    """Name of the standard deviation of a group's frailties."""
    return f"frailty_sd_{group.name}"


def change_sd_name(effect: ChangingEffect) -> str:
    """Name of the standard deviation of the steps of an effect that changes with time."""
    return f"{CHANGE_SD}_{effect.term}"


def changed_positions(spec: ModelSpec, design: Design) -> list[int]:
    """Columns of a design whose effects change with time, effect by effect."""
    return [j for effect in spec.changing for j in changing_positions(effect, design)]


def changing_positions(effect: ChangingEffect, design: Design) -> list[int]:
    """Columns of a design whose effect changes with time.

    Raises
    ------
    SpecError
        When the formula has no such term.
    """
    found = [j for j, term in enumerate(design.terms) if term == effect.term]
    if not found:
        known = list(dict.fromkeys(design.terms))
        raise SpecError(
            f"the formula '{design.formula}' has no term '{effect.term}' whose effect could "
            f"change with time; {nearest(effect.term, known)}",
            fix="name a term of the formula",
        )
    return found

"""Names of the model's variables."""

import numpy as np
import pandas as pd

from posthaz.design import Design, Group
from posthaz.effects import ChangingEffect
from posthaz.errors import SpecError, nearest
from posthaz.spec.model_spec import ModelSpec

STEP_SD = "sigma"
CHANGE = "log_hazard_ratio_change"
CHANGE_SD = "change_sd"
SHORT = "log_hazard_ratio_short"
LONG = "log_hazard_ratio_long"
FRAILTY_SD = "frailty_sd"
SLOPE_SD = "slope_sd"
CORRELATION = "correlation"
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
    return f"{FRAILTY_SD}_{group.name}"


def frailty_variance_name(group: Group) -> str:
    """Name of the variance of a group's frailties."""
    return f"frailty_variance_{group.name}"


def spread_names(sd: str) -> tuple[str, str, str]:
    """Names on which the prior of a spread may be stated: SD, variance and precision.

    Examples
    --------
    >>> spread_names("frailty_sd_centre")
    ('frailty_sd_centre', 'frailty_variance_centre', 'frailty_precision_centre')
    """
    return sd, sd.replace("_sd", "_variance", 1), sd.replace("_sd", "_precision", 1)


def varying_name(group: Group, column: str) -> str:
    """Name of the vector of a column's effects by cluster; of the frailties for no column."""
    return f"slope_{group.name}_{column}" if column else frailty_name(group)


def varying_sd_name(group: Group, column: str) -> str:
    """Name of the standard deviation of a column's effects between clusters, or of frailties."""
    return f"{SLOPE_SD}_{group.name}_{column}" if column else frailty_sd_name(group)


def correlation_name(group: Group, first: int, second: int) -> str:
    """Name of the correlation of two of what differs between clusters."""
    a, b = (group.varying[k] or "frailty" for k in (first, second))
    return f"{CORRELATION}_{group.name}_{a}_{b}"


def change_sd_name(effect: ChangingEffect) -> str:
    """Name of the standard deviation of the steps of an effect that changes with time."""
    return f"{CHANGE_SD}_{effect.term}"


def changed_positions(spec: ModelSpec, design: Design) -> list[int]:
    """Columns of a design whose effects change with time, effect by effect."""
    return [j for effect in spec.changing for j in changing_positions(effect, design)]


def changed_priors(spec: ModelSpec) -> set[str]:
    """Names of the priors that are about nothing but how effects change with time."""
    names = {CHANGE_SD, *(change_sd_name(effect) for effect in spec.changing)}
    return names & set(spec.priors)


def changing_positions(effect: ChangingEffect, design: Design) -> list[int]:
    """Columns of a design whose effect changes with time.

    Raises
    ------
    SpecError
        When the formula has no such term.
    """
    return term_positions(effect.term, design)


def crossing_positions(spec: ModelSpec, design: Design) -> list[int]:
    """Columns of a design with a short-term and a long-term hazard ratio; none for a model without.

    Raises
    ------
    SpecError
        When the formula has no such term.
    """
    return term_positions(spec.crossing.term, design) if spec.crossing else []


def crossing_values(spec: ModelSpec, design: Design, frame: pd.DataFrame) -> np.ndarray:
    """What a short-term and a long-term log hazard ratio are multiplied by, shape (row, crossing).

    An indicator is 0 or 1 wherever the model is centred, a number counts from its centre.
    """
    own = crossing_positions(spec, design)
    indicator = np.isin(design.own_matrix[:, own], (0.0, 1.0)).all(axis=0)
    return design.matrix(frame)[:, own] - np.where(indicator, 0.0, design.centre[own])


def term_positions(term: str, design: Design) -> list[int]:
    """Columns of a design that a term has; refused where the formula has no such term."""
    found = [j for j, own in enumerate(design.terms) if own == term]
    if not found:
        known = list(dict.fromkeys(design.terms))
        raise SpecError(
            f"the formula '{design.formula}' has no term '{term}' whose effect could "
            f"change with time; {nearest(term, known)}",
            fix="name a term of the formula",
        )
    return found

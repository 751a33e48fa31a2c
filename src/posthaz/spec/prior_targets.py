"""What the key of a prior stands for: a parameter of the baseline, an effect, or a spread."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from posthaz.design import formula_bars, formula_variables
from posthaz.effects import ChangingEffect
from posthaz.hazards import Baseline
from posthaz.priors.families import Support
from posthaz.spec.model_spec import ModelSpec
from posthaz.spec.names import (
    CHANGE_SD,
    CORRELATION,
    FRAILTY_SD,
    SLOPE_SD,
    STEP_SD,
    spread_names,
)

ALL_EFFECTS = "covariates"

_NAME = re.compile(r"[^\W\d][\w.]*")


@dataclass(frozen=True)
class Target:
    """What a prior is put on.

    Parameters
    ----------
    support : {"real", "positive", "correlation"}
        Where its values live.
    location : str
        Level of the parameter when a median survival may state its prior, else empty.
    effect : bool
        Whether it is the effect of covariates.
    """

    support: Support
    location: str = ""
    effect: bool = False


def baseline_targets(baseline: Baseline) -> dict[str, Target]:
    """Prior keys of a baseline: each parameter by both its names, and a random walk's step.

    Examples
    --------
    >>> from posthaz.hazards import Weibull
    >>> sorted(baseline_targets(Weibull()))
    ['log_scale', 'log_shape', 'scale', 'shape']
    """
    targets: dict[str, Target] = {}
    for parameter in baseline.parameters():
        targets[parameter.name] = Target("real", parameter.level)
        if parameter.positive_name:
            targets[parameter.positive_name] = Target("positive")
        if parameter.structure == "random_walk":
            targets[STEP_SD] = Target("positive")
    return targets


def prior_target(
    key: str, baseline: Baseline, variables: Sequence[str], spreads: Sequence[str] = ()
) -> Target | None:
    """What a prior key stands for; `None` when for nothing in the model.

    Parameters
    ----------
    key : str
        Key in ``[models.NAME.priors]``.
    baseline : Baseline
        Baseline of the model.
    variables : sequence of str
        Covariates in the model's formula. A key that names one is taken for a term or a
        coefficient; whether it is one is known once the design is learned.
    spreads : sequence of str
        Standard deviations and correlations that the model has beside its baseline's parameters,
        as `spread_keys` gives them.

    Returns
    -------
    Target or None
        What the prior is put on.

    Examples
    --------
    >>> from posthaz.hazards import Weibull
    >>> prior_target("shape", Weibull(), ["arm"]).support
    'positive'
    >>> prior_target("arm[PCI]", Weibull(), ["arm"]).effect
    True
    """
    targets = baseline_targets(baseline)
    if key in targets:
        return targets[key]
    own = [spread for spread in spreads if key == spread or key.startswith(f"{spread}_")]
    if own:
        return Target("correlation" if own[0] == CORRELATION else "positive")
    if key == ALL_EFFECTS or set(_NAME.findall(key)) & set(variables) or _names_odd(key, variables):
        return Target("real", effect=True)
    return None


def spread_keys(formula: str, changing: Sequence[ChangingEffect]) -> tuple[str, ...]:
    """Keys of the standard deviations and correlations of a formula and changing effects.

    Examples
    --------
    >>> spread_keys("arm + (1 | centre)", ())
    ('frailty_sd', 'frailty_variance', 'frailty_precision')
    """
    walks = any(effect.smoothing == "random_walk" for effect in changing)
    bars = formula_bars(formula)
    keys: tuple[str, ...] = spread_names(FRAILTY_SD) * any(bar.intercept for bar in bars)
    keys += spread_names(SLOPE_SD) * any(bar.terms for bar in bars)
    keys += (CORRELATION,) * any(len(bar.terms) + bar.intercept > 1 for bar in bars)
    whole = any(bar.terms and not bar.intercept for bar in bars)
    keys += (CORRELATION,) * (whole and CORRELATION not in keys)
    return keys + (CHANGE_SD,) * walks


def _names_odd(key: str, variables: Sequence[str]) -> bool:
    """Whether a key names a covariate whose name is not one word."""
    odd = [name for name in variables if not _NAME.fullmatch(name)]
    return any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", key) for name in odd)


def prior_keys(
    baseline: Baseline, variables: Sequence[str], spreads: Sequence[str] = ()
) -> list[str]:
    """Prior keys that a model surely knows, for the message about one it doesn't."""
    return [*baseline_targets(baseline), *spreads, *variables, ALL_EFFECTS]


def model_target(key: str, spec: ModelSpec) -> Target | None:
    """What a prior key stands for in a model; `None` when for nothing."""
    spreads = spread_keys(spec.formula, spec.changing)
    return prior_target(key, spec.baseline, formula_variables(spec.formula), spreads)


def model_keys(spec: ModelSpec) -> list[str]:
    """Prior keys that a model surely knows."""
    spreads = spread_keys(spec.formula, spec.changing)
    return prior_keys(spec.baseline, formula_variables(spec.formula), spreads)

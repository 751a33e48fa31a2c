"""Which prior each parameter gets: the analysis's own, by name, or a documented default."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from posthaz.design import Design, Group
from posthaz.effects.cure import INTERCEPT
from posthaz.errors import Finding, Findings, PriorError, nearest
from posthaz.hazards import Parameter
from posthaz.priors import Prior
from posthaz.spec.model_spec import ModelSpec
from posthaz.spec.names import (
    CHANGE_SD,
    CORRELATION,
    FRAILTY_SD,
    SLOPE_SD,
    STEP_SD,
    change_sd_name,
    correlation_name,
    spread_names,
    varying_sd_name,
)
from posthaz.spec.shrinkage import nominal_sd, shrinkage_scales, shrunken_columns

_STEP_SD = Prior("half_normal", (0.5,), "default: steps of the log hazard")
_CHANGE_SD = Prior("half_normal", (0.5,), "default: steps of a log hazard ratio over time")
_CURE_INTERCEPT = Prior("normal", (0.0, 1.5), "default: shares from 0.05 to 0.95")
_CURE_EFFECT = "default: odds ratio 0.14 to 7.1 with 95 % probability, per 0/1 or per SD"
_BETWEEN = "default: spread between clusters"
_LKJ = 2.0
_LIVES = {
    "real": "lives on the real numbers",
    "positive": "lives on the positive numbers",
    "correlation": "is of a correlation",
}


@dataclass(frozen=True)
class ChosenPriors:
    """A prior for every parameter of one model.

    Parameters
    ----------
    baseline : mapping of str to Prior
        By the name it is stated on: ``log_shape``, or ``shape`` for a prior on the exponential.
    coefficients : tuple of Prior
        One a design column, on the user's scale.
    scales : mapping of str to Prior
        Standard deviations of random-walk steps, frailties, effects that differ between clusters
        and coefficients that shrink together; correlations of what differs between clusters, each
        with the marginal of their LKJ prior.
    cure : tuple of Prior
        Of the cured share: its intercept, then one a column.
    """

    baseline: Mapping[str, Prior]
    coefficients: tuple[Prior, ...]
    scales: Mapping[str, Prior]
    cure: tuple[Prior, ...] = ()

    @property
    def every(self) -> tuple[Prior, ...]:
        """All of them."""
        return (*self.baseline.values(), *self.coefficients, *self.scales.values(), *self.cure)

    @property
    def drawable(self) -> bool:
        """Whether draws of every prior are numbers that a computer holds."""
        return all(prior.drawable for prior in self.every)


def choose_priors(
    spec: ModelSpec, design: Design, crude_rate: float, origin: float = 0.0
) -> ChosenPriors:
    """Prior of every parameter of a model.

    Parameters
    ----------
    spec : ModelSpec
        The model, resolved.
    design : Design
        Its design.
    crude_rate : float
        Events per unit of time at risk; the default prior of the hazard's level is centred
        on it with a standard deviation of 2.5 on the log scale.
    origin : float, optional
        Where follow-up begins on the time scale; a Gompertz hazard, whose level is that at time 0,
        has a wider prior of it where that lies before.

    Returns
    -------
    ChosenPriors
        Named in the analysis where it names one, by coefficient before term before covariate
        before ``covariates``; otherwise normal with mean 0 and standard deviation 1 on the log
        ratio of a 0/1 column, and of one standard deviation of any other column.

    Raises
    ------
    PriorError
        For a prior on something the model doesn't have, or of a family that doesn't fit.

    Examples
    --------
    >>> import pandas as pd
    >>> from posthaz.design import learn_design
    >>> from posthaz.hazards import Exponential
    >>> design = learn_design(pd.DataFrame({"x": [0.0, 1.0, 1.0]}), "x")
    >>> spec = ModelSpec("m", Exponential(), "x")
    >>> str(choose_priors(spec, design, 0.1).coefficients[0])
    'normal(0, 1)'
    """
    findings = Findings()
    used: set[str] = set()
    baseline = {}
    for parameter in spec.baseline.parameters():
        if parameter.structure == "random_walk" and parameter.positive_name in spec.priors:
            findings.add(
                f"prior on '{parameter.positive_name}'",
                "a random walk has its prior on the mean log hazard",
                f"state it on '{parameter.name}', or leave the smoothing out",
            )
            used.add(parameter.positive_name)
            continue
        name, prior = _baseline_prior(parameter, spec, crude_rate, origin)
        used.add(name)
        _check_support(
            name, prior, "positive" if name == parameter.positive_name else "real", findings
        )
        baseline[name] = prior
    shrunken = shrunken_columns(spec.shrinkage, design)
    matrix = design.own_matrix
    coefficients = tuple(
        _shared_prior(spec, float(design.scale[j]), len(shrunken))
        if j in shrunken
        else _coefficient_prior(j, spec, design, used, matrix[:, j])
        for j in range(len(design.columns))
    )
    for label, prior in zip(design.columns, coefficients, strict=True):
        _check_support(label, prior, "real", findings)
    scales = _scale_priors(spec, design, used, findings)
    for name, prior in spec.priors.items():
        if trouble := prior.trouble:
            what = f"{trouble.where}: {trouble.what}"
            findings.add(f"prior on '{name}'", what, trouble.fix)
    for name, prior in scales.items():
        wanted = "correlation" if name.startswith(f"{CORRELATION}_") else "positive"
        _check_support(name, prior, wanted, findings)
    _check_unused(spec, design, used, [*baseline, *scales], findings)
    findings.raise_if_any(PriorError, f"The priors of model '{spec.name}' can't be used:")
    cure = _cure_priors(spec, design, findings)
    findings.raise_if_any(PriorError, f"The priors of model '{spec.name}' can't be used:")
    return ChosenPriors(baseline, coefficients, scales, cure)


def _cure_priors(spec: ModelSpec, design: Design, findings: Findings) -> tuple[Prior, ...]:
    """Priors of the cured share: its intercept, then its columns."""
    if spec.cure is None or design.cure is None:
        return ()
    own, stated, used = design.cure, spec.cure.priors, {"covariates"}
    found = [stated.get(INTERCEPT, _CURE_INTERCEPT)]
    used.add(INTERCEPT)
    for label, term, unit in zip(own.columns, own.terms, own.unit, strict=True):
        keys = [key for key in (label, term, "covariates") if key in stated]
        used.update(keys[:1])
        found.append(stated[keys[0]] if keys else Prior("normal", (0.0, 1.0 / unit), _CURE_EFFECT))
    for key in stated:
        if key not in used:
            what = (
                f"the cured share has no such parameter; {nearest(key, [*own.columns, INTERCEPT])}"
            )
            findings.add(
                f"cure prior on '{key}'", what, "name its intercept or a term of its formula"
            )
    for name, prior in zip((INTERCEPT, *own.columns), found, strict=True):
        _check_support(f"cure {name}", prior, "real", findings)
    return tuple(found)


def _baseline_prior(
    parameter: Parameter, spec: ModelSpec, crude_rate: float, origin: float
) -> tuple[str, Prior]:
    for name in (parameter.name, parameter.positive_name, parameter.default_on):
        if name and name in spec.priors:
            return name, spec.priors[name]
    if parameter.level:
        sign = 1.0 if parameter.level == "rate" else -1.0
        centre = sign * math.log(crude_rate)
        if parameter.level == "median":
            centre += math.log(math.log(2.0))
        words = "default: centred on the crude event rate"
        sd = spec.baseline.level_sd(origin)
        if parameter.default_on:
            return parameter.default_on, Prior("normal", (-centre, sd), words)
        return parameter.name, Prior("normal", (centre, sd), words)
    return parameter.name, replace(parameter.default, origin="default")


def _coefficient_prior(
    j: int, spec: ModelSpec, design: Design, used: set[str], column: np.ndarray
) -> Prior:
    variables = [name for name in design.variables if name == design.terms[j]]
    for key in (design.columns[j], design.terms[j], *variables, "covariates"):
        if key in spec.priors:
            used.add(key)
            return spec.priors[key]
    indicator = np.isin(column, (0.0, 1.0)).all()
    origin = f"default: {spec.effect.abbreviation} 0.14 to 7.1 with 95 % probability"
    if indicator:
        return Prior("normal", (0.0, 1.0), origin)
    per_sd = f"{origin}, per standard deviation ({design.scale[j]:.3g})"
    return Prior("normal", (0.0, 1.0 / float(design.scale[j])), per_sd)


def _shared_prior(spec: ModelSpec, column_sd: float, size: int) -> Prior:
    """Normal that stands for the shared prior of a coefficient, whose own scale is a parameter."""
    assert spec.shrinkage is not None
    sd, meaning = nominal_sd(spec.shrinkage, column_sd, size)
    return Prior("normal", (0.0, sd), f"shrinks with others; {meaning}")


def _scale_priors(
    spec: ModelSpec, design: Design, used: set[str], findings: Findings
) -> dict[str, Prior]:
    scales: dict[str, Prior] = {}
    if any(parameter.structure == "random_walk" for parameter in spec.baseline.parameters()):
        scales[STEP_SD] = spec.priors.get(STEP_SD, _STEP_SD)
        used.add(STEP_SD)
    for group in design.groups:
        scales |= _cluster_priors(spec, group, used, findings)
    for effect in spec.changing:
        if effect.smoothing == "random_walk":
            name = change_sd_name(effect)
            stated = [key for key in (name, CHANGE_SD) if key in spec.priors]
            scales[name] = spec.priors[stated[0]] if stated else _CHANGE_SD
            used.update(stated[:1])
    for name, prior in shrinkage_scales(spec.shrinkage).items():
        scales[name] = spec.priors.get(name, prior)
        used.add(name)
    return scales


def _cluster_priors(
    spec: ModelSpec, group: Group, used: set[str], findings: Findings
) -> dict[str, Prior]:
    """Priors of what differs between the clusters of one column."""
    found: dict[str, Prior] = {}
    units = [1.0] * group.intercept + [*(group.slopes.unit if group.slopes else ())]
    for column, unit in zip(group.varying, units, strict=True):
        sd = varying_sd_name(group, column)
        shared = SLOPE_SD if column else FRAILTY_SD
        keys = [(sd, sd), *((f"{shared}_{group.name}", sd),) * bool(column), (shared, sd)]
        ways = [
            (key, name)
            for key, name in (
                pair for own in keys for pair in zip(*map(spread_names, own), strict=True)
            )
            if key in spec.priors
        ]
        if len({name for _, name in ways}) > 1:
            both = " and ".join(f"'{key}'" for key, _ in ways)
            what = f"{both} state one spread, with a prior each"
            findings.add(f"prior on '{ways[0][0]}'", what, "keep one of them")
        used.update(key for key, _ in ways)
        key, name = ways[0] if ways else ("", sd)
        words = _BETWEEN if unit == 1.0 else f"{_BETWEEN}, per standard deviation ({unit:.3g})"
        found[name] = spec.priors[key] if key else Prior("half_normal", (0.5 / unit,), words)
    for block in group.blocks:
        keys = [key for key in (f"{CORRELATION}_{group.name}", CORRELATION) if key in spec.priors]
        used.update(keys[:1])
        default = Prior("lkj", (_LKJ,), "default: weak correlations")
        stated = spec.priors[keys[0]] if keys else default
        more = len(block) - 2
        if more and stated.family == "lkj":
            words = f"marginal of LKJ with eta {stated.values[0]:g} over {len(block)} effects"
            stated = Prior("lkj", (stated.values[0] + 0.5 * more,), words)
        found |= {correlation_name(group, a, b): stated for a, b in combinations(block, 2)}
    return found


def _check_support(name: str, prior: Prior, wanted: str, findings: Findings) -> None:
    if prior.support != wanted:
        findings.add(
            f"prior on '{name}'",
            f"{prior.family} {_LIVES[prior.support]}, '{name}' {_LIVES[wanted]}",
            'choose family = "lkj"'
            if wanted == "correlation"
            else "choose another family, or state the prior on the other scale (with or without "
            "log_)",
        )


def _check_unused(
    spec: ModelSpec, design: Design, used: set[str], parameters: list[str], findings: Findings
) -> None:
    known = [*parameters, *design.columns, *design.terms, "covariates"]
    for key in spec.priors:
        if key not in used and key != "covariates":
            findings.extend(
                [
                    Finding(
                        f"prior on '{key}'",
                        f"the model has no such parameter; {nearest(key, known)}",
                        "name a parameter of the baseline, a term of the formula or a coefficient",
                    )
                ]
            )

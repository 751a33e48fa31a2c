"""The priors of a fit by the names a reader knows, each with the draws it is about."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
import xarray as xr

from posthaz.design import Design
from posthaz.priors import Prior, prior_log_density
from posthaz.spec import (
    CURE_EFFECT,
    CURE_INTERCEPT,
    LONG,
    SHORT,
    ChosenPriors,
    ModelSpec,
    coefficient_name,
    crossing_positions,
    shrunken_columns,
)


@dataclass(frozen=True, eq=False)
class NamedPrior:
    """One prior and the posterior of what it is about.

    Parameters
    ----------
    name : str
        Coefficient, or parameter the prior is stated on; ``name[label]`` for one of several
        parameters under one prior.
    prior : Prior
        The prior.
    draws : ndarray of float, shape (chain, draw)
        Posterior of the parameter.
    """

    name: str
    prior: Prior
    draws: np.ndarray


def named_priors(
    spec: ModelSpec, design: Design, priors: ChosenPriors, posterior: xr.Dataset
) -> Iterator[NamedPrior]:
    """Every prior that the analysis states or chooses, but for coefficients that shrink together.

    Parameters
    ----------
    spec, design, priors : ModelSpec, Design, ChosenPriors
        A fit's.
    posterior : Dataset
        Its group ``posterior``.

    Yields
    ------
    NamedPrior
        Coefficients first, then the baseline's parameters, then standard deviations.
    """
    shrunken = shrunken_columns(spec.shrinkage, design)
    for j, (label, prior) in enumerate(zip(design.columns, priors.coefficients, strict=True)):
        if j not in shrunken:
            yield NamedPrior(label, prior, _coefficient(spec, design, posterior, j))
    for k, j in enumerate(crossing_positions(spec, design)):
        draws = posterior[LONG].isel(crossing=k)
        yield NamedPrior(f"{LONG}[{design.columns[j]}]", priors.coefficients[j], _array(draws))
    walking = {p.name for p in spec.baseline.parameters() if p.structure == "random_walk"}
    for name, prior in priors.baseline.items():
        draws = posterior[name]
        if name in walking:  # the prior is on the mean of the walk
            kept = ("chain", "draw", "stratum")
            draws = draws.mean([dim for dim in draws.dims if dim not in kept])
        yield from _each(name, prior, draws)
    if priors.cure:
        intercept, *slopes = priors.cure
        yield from _each(CURE_INTERCEPT, intercept, posterior[CURE_INTERCEPT])
        for j, prior in enumerate(slopes):
            label = f"{CURE_EFFECT}[{posterior[CURE_EFFECT]['cure_covariate'].to_numpy()[j]}]"
            yield NamedPrior(label, prior, _array(posterior[CURE_EFFECT].isel(cure_covariate=j)))
    for name, prior in priors.scales.items():
        if name in posterior:
            yield from _each(name, prior, posterior[name])


def _coefficient(spec: ModelSpec, design: Design, posterior: xr.Dataset, j: int) -> np.ndarray:
    """Draws of what the prior of a coefficient is about: the short-term one where there are two."""
    own = crossing_positions(spec, design)
    if j in own:
        return _array(posterior[SHORT].isel(crossing=own.index(j)))
    return _array(posterior[coefficient_name(spec)].isel(covariate=j))


def _each(name: str, prior: Prior, draws: xr.DataArray) -> Iterator[NamedPrior]:
    """A prior that each element of a parameter has, by the element's label."""
    own = [dim for dim in draws.dims if dim not in ("chain", "draw")]
    if not own:
        yield NamedPrior(name, prior, _array(draws))
        return
    for element in product(*(draws[dim].to_numpy() for dim in own)):
        chosen = draws.sel(dict(zip(own, element, strict=True)))
        label = ", ".join(str(part) for part in element)
        yield NamedPrior(f"{name}[{label}]", prior, _array(chosen))


def labelled_log_priors(
    spec: ModelSpec, design: Design, priors: ChosenPriors, groups: Mapping[str, xr.Dataset]
) -> xr.Dataset:
    """Group ``log_prior`` with the effects under their own name and labels, one each.

    They are sampled in standardised columns, joined by family of their priors; power scaling
    wants the prior of one effect by its name.
    """
    coefficient = coefficient_name(spec)
    kept = [n for n in groups["log_prior"].data_vars if not str(n).startswith(f"{coefficient}_sc")]
    log_prior = groups["log_prior"][kept]
    shrunken = shrunken_columns(spec.shrinkage, design)
    own = [j for j in range(len(design.columns)) if j not in shrunken]
    if not own:
        return log_prior
    draws = groups["posterior"][coefficient].isel(covariate=own)
    arrays = [
        prior_log_density(
            priors.coefficients[j], _coefficient(spec, design, groups["posterior"], j)
        )
        for j in own
    ]
    return log_prior.assign({coefficient: draws.copy(data=np.stack(arrays, axis=-1))})


def _array(draws: xr.DataArray) -> np.ndarray:
    return draws.transpose("chain", "draw").to_numpy().astype(float)

"""Frailties and effects that differ between clusters, as PyMC variables."""

import numpy as np

from posthaz.design import Design, Group
from posthaz.effects.frailty import log_gamma_density
from posthaz.hazards import Array
from posthaz.model.distributions import prior_variable, scale_variable
from posthaz.model.graph import pm, pt
from posthaz.model.informed import informed_normal, informed_standard
from posthaz.spec import (
    ChosenPriors,
    ModelSpec,
    correlation_name,
    frailty_name,
    frailty_sd_name,
    frailty_variance_name,
    spread_names,
    varying_name,
    varying_sd_name,
)

_START = 0.3


def cluster_predictor(
    spec: ModelSpec, group: Group, design: Design, priors: ChosenPriors, event: np.ndarray
) -> Array:
    """What a row's cluster adds to its linear predictor, in the enclosing model.

    Parameters
    ----------
    spec : ModelSpec
        The model.
    group : Group
        Clusters of its design.
    design : Design
        The design.
    priors : ChosenPriors
        Priors of standard deviations and correlations.
    event : ndarray of float, shape (row,)
        1 where a row has an event: how much is known of each cluster.

    Returns
    -------
    TensorVariable
        Shape (row,).
    """
    cluster = design.cluster(group, design.frame)
    number: Array = pm.Data(f"{frailty_name(group)}_number", cluster, dims=("row",))
    if spec.frailty.is_gamma:
        return _gamma(group, priors, _events(cluster, event, group))[number]
    if group.slopes is None:
        spread = _spread(frailty_sd_name(group), priors)
        name, dims = frailty_name(group), (group.name,)
        effects = informed_normal(f"{name}_standard", spread, _events(cluster, event, group), dims)
        frailty: Array = pm.Deterministic(name, effects, dims=dims)
        return frailty[number]
    return _normal(group, design, priors, event)


def _events(cluster: np.ndarray, weight: np.ndarray, group: Group) -> np.ndarray:
    """Weighted events of each cluster."""
    return np.bincount(cluster, weights=weight, minlength=len(group.levels))


def _spread(name: str, priors: ChosenPriors) -> Array:
    """Standard deviation of a frailty, whichever way its prior is stated."""
    _, variance, precision = spread_names(name)
    if variance in priors.scales:
        stated = prior_variable(variance, priors.scales[variance], _START**2)
        return pm.Deterministic(name, pt.sqrt(stated))
    if precision in priors.scales:
        stated = prior_variable(precision, priors.scales[precision], _START**-2)
        return pm.Deterministic(name, stated**-0.5)
    return scale_variable(name, priors.scales[name])


def _gamma(group: Group, priors: ChosenPriors, events: np.ndarray) -> Array:
    """Logarithms of gamma frailties, in coordinates of unit scale whatever their variance is."""
    name, dims = frailty_name(group), (group.name,)
    spread = _spread(frailty_sd_name(group), priors)
    if frailty_variance_name(group) not in priors.scales:
        pm.Deterministic(frailty_variance_name(group), spread**2)
    told: Array = pm.Data(f"{name}_standard_information", events)
    root: Array = pt.sqrt(1.0 + spread**2 * told)
    scale = spread / root

    def density(value: Array, spread: Array, scale: Array) -> Array:
        return log_gamma_density(value * scale, spread**2, pt, pt.gammaln) + pt.log(scale)

    def draw(
        spread: np.ndarray,
        scale: np.ndarray,
        rng: np.random.Generator | None = None,
        size: tuple[int, ...] | None = None,
    ) -> np.ndarray:
        shape = np.broadcast_shapes(np.shape(spread), np.shape(scale)) if size is None else size
        frailty = np.asarray((rng or np.random.default_rng()).gamma(spread**-2.0, size=shape))
        return np.log(np.maximum(frailty * spread**2, np.finfo(float).tiny)) / scale

    standard = pm.CustomDist(
        f"{name}_standard",
        spread,
        scale,
        logp=density,
        random=draw,
        signature="(),()->()",
        initval=np.zeros(len(group.levels)),
        dims=dims,
    )
    return pm.Deterministic(name, standard * scale, dims=dims)


def _normal(group: Group, design: Design, priors: ChosenPriors, event: np.ndarray) -> Array:
    """Frailty and effects of clusters, those of one bracket correlated, times their columns."""
    assert group.slopes is not None
    cluster = design.cluster(group, design.frame)
    columns = group.slopes.matrix(design.frame)
    if group.intercept:
        columns = np.hstack([np.ones((len(columns), 1)), columns])
    number: Array = pm.modelcontext(None)[f"{frailty_name(group)}_number"]
    spreads, standard = [], []
    for k, column in enumerate(group.varying):
        spread = _spread(varying_sd_name(group, column), priors)
        told = _events(cluster, event * columns[:, k] ** 2, group)
        name, dims = varying_name(group, column), (group.name,)
        spreads.append(spread)
        standard.append(informed_standard(f"{name}_standard", spread, told, dims))
    for block in group.blocks:
        mixed = _correlated(group, block, [standard[k] for k in block], priors)
        for k, own in zip(block, mixed, strict=True):
            standard[k] = own
    added: Array = pt.zeros(())
    for k, column in enumerate(group.varying):
        name = varying_name(group, column)
        own: Array = pm.Deterministic(name, spreads[k] * standard[k], dims=(group.name,))
        if not column:
            added = added + own[number]
            continue
        values: Array = pm.Data(f"{name}_column", columns[:, k], dims=("row",))
        added = added + own[number] * values
    return added


def _correlated(
    group: Group, block: tuple[int, ...], standard: list[Array], priors: ChosenPriors
) -> list[Array]:
    """Independent standard normals made correlated, LKJ, by their partial correlations.

    The partial correlation of two effects given those before is beta on (-1, 1), with a parameter
    that falls by a half with each effect before (Lewandowski, Kurowicka and Joe 2009).
    """
    size = len(block)
    factor: list[list[Array]] = [[1.0]]
    for i in range(1, size):
        left: Array = 1.0
        row: list[Array] = []
        for j in range(i):
            name = correlation_name(group, block[j], block[i])
            (marginal,) = priors.scales[name].values
            shape: Array = pm.Data(f"prior_{name}", np.array(marginal - 0.5 * j))
            share = pm.Beta(f"{name}_standard", shape, shape, initval=0.5)
            partial = 2.0 * share - 1.0
            row.append(partial * pt.sqrt(left))
            left = left * (1.0 - partial**2)
        row.append(pt.sqrt(left))
        factor.append(row)
        for j in range(i):
            value = sum(a * b for a, b in zip(factor[i], factor[j], strict=False))
            pm.Deterministic(correlation_name(group, block[j], block[i]), value)
    return [
        sum((a * z for a, z in zip(row, standard, strict=False)), pt.zeros(())) for row in factor
    ]

"""The posterior under another prior of the effect, from fits there are and bridges between them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from scipy.special import logsumexp
from scipy.stats import norm

from posthaz.analyses.borrowing.priors import NormalMixture, power_prior
from posthaz.arms.departures import ratio_fault
from posthaz.cohort import Cohort
from posthaz.errors import PriorError
from posthaz.inference import Fit, fit, fit_many, smoothed_weights
from posthaz.priors import Prior, prior_quantile
from posthaz.spec import ModelSpec, Sampling, choose_priors, coefficient_name

_STEPS = 3
_ITERATIONS, _TOLERANCE = 500, 1e-8


def bridge_fits(
    spec: ModelSpec, cohort: Cohort, sampling: Sampling, history: Prior, spread: float
) -> list[Fit]:
    """Fits under power priors that lead from the cohort's own answer to the history's.

    Where cohort and history disagree, the draws of a fit without history hardly reach the
    posterior that borrows in full; draws of these reach it and all between.

    Parameters
    ----------
    spec : ModelSpec
        The model; the prior of its treatment effect is replaced.
    cohort : Cohort
        The current cohort.
    sampling : Sampling
        How to sample.
    history : Prior
        Normal: historical log hazard ratio.
    spread : float
        Standard deviation of the cohort's own log hazard ratio.

    Returns
    -------
    list of Fit
        From the discount at which the history knows as much as the cohort to full borrowing.
    """
    even = min((history.values[1] / spread) ** 2, 0.5)
    tasks = []
    for discount in np.geomspace(even, 1.0, _STEPS):
        one = power_prior(history, float(discount))
        prior = Prior("normal", (float(one.mean[0]), float(one.sd[0])), one.label)
        tasks.append((with_effect_prior(spec, cohort.treatment, prior), cohort))
    return fit_many(tasks, sampling)


def with_effect_prior(spec: ModelSpec, treatment: str, prior: Prior) -> ModelSpec:
    """The model with another prior of its treatment effect, however its own was named."""
    others = {k: p for k, p in spec.priors.items() if not k.startswith(f"{treatment}[")}
    return replace(spec, priors={**others, treatment: prior})


def pooled_density(log_density: np.ndarray, sizes: Sequence[int]) -> np.ndarray:
    """Log density from which pooled draws of several posteriors come, up to a constant.

    The posteriors share a likelihood and differ in prior, so only priors enter, each divided by
    its evidence, which the draws give themselves.

    Parameters
    ----------
    log_density : ndarray of float, shape (fit, draw)
        Log density of each fit's prior at all pooled draws.
    sizes : sequence of int
        Draws that came from each fit.

    Returns
    -------
    ndarray of float, shape (draw,)
        Log of the pooled density over the likelihood (Shirts and Chodera, J Chem Phys
        2008;129:124105).

    Examples
    --------
    >>> alone = np.array([[-1.0, -2.0]])
    >>> pooled_density(alone, [2]).round(3)
    array([-0.307, -1.307])
    """
    log_sizes = np.log(np.asarray(sizes, dtype=float))[:, None]
    evidence = np.zeros((len(log_density), 1))
    for _ in range(_ITERATIONS):
        pooled = logsumexp(log_sizes + log_density - evidence, axis=0)
        found = logsumexp(log_density - pooled, axis=1, keepdims=True)
        found = found - found[0]
        step = float(np.max(np.abs(found - evidence)))
        evidence = found
        if step < _TOLERANCE:
            break
    return np.asarray(logsumexp(log_sizes + log_density - evidence, axis=0))


_WIDE = 3.0
_TRUSTED = 0.7
_OUTER = (0.025, 0.975)


@dataclass(frozen=True, eq=False)
class Reweighted:
    """A posterior under another prior of the treatment effect.

    Parameters
    ----------
    fit : Fit
        Draws resampled by weight; every estimand takes it.
    mixture : NormalMixture
        The prior.
    component : ndarray of float, shape (component,)
        Posterior weights of the mixture's components.
    khat : float
        Pareto shape of the importance weights; above 0.7 they can't be trusted.
    effective : float
        Effective size of the weighted draws.
    """

    fit: Fit
    mixture: NormalMixture
    component: np.ndarray
    khat: float
    effective: float

    @property
    def trusted(self) -> bool:
        """Whether the weights can be trusted."""
        return self.khat < _TRUSTED

    @property
    def borrowed(self) -> float:
        """How much is borrowed, from 0 to 1.

        The posterior mean of the discount, or of being commensurate; of a meta-analytic prior the
        posterior weight of the components that know the history.
        """
        value = self.mixture.value
        if value is None:
            return float("nan")
        if self.mixture.mixed_over == "heterogeneity":
            return float(self.component[np.isfinite(value)].sum())
        return float(self.component @ value)


def effect_column(result: Fit) -> int:
    """Position of the treatment's one coefficient among the covariates of a fit.

    Parameters
    ----------
    result : Fit
        A fit.

    Returns
    -------
    int
        Column of the design.

    Raises
    ------
    PriorError
        When the treatment has not exactly one coefficient that is a hazard ratio in everybody.
    """
    if fault := ratio_fault(result.spec, result.treatment):
        raise PriorError(f"borrowing, {fault.where}: {fault.what}", fix=fault.fix)
    columns = [k for k, term in enumerate(result.design.terms) if term == result.treatment]
    if not result.treatment or len(columns) != 1:
        raise PriorError(
            "borrowing needs a treatment of two arms in the formula, with one coefficient; "
            f"found {len(columns)}",
            fix="name it in [treatment] and in the model's formula",
        )
    return columns[0]


def reference_fit(
    spec: ModelSpec,
    cohort: Cohort,
    sampling: Sampling,
    progress: Callable[[int, int], None] | None = None,
) -> Fit:
    """Fit of a cohort with a wide normal prior, sd 3, of its treatment effect.

    Parameters
    ----------
    spec : ModelSpec
        The model; the prior of its treatment effect is replaced.
    cohort : Cohort
        The current cohort.
    sampling : Sampling
        How to sample.
    progress : callable, optional
        Called with (draws done, draws in all).

    Returns
    -------
    Fit
        What `posterior_under` starts from.
    """
    prior = Prior("normal", (0.0, _WIDE), "wide, to be replaced by the borrowing priors")
    wide = with_effect_prior(spec, cohort.treatment, prior)
    result = fit(wide, cohort, sampling, progress)
    effect_column(result)
    return result


def posterior_under(
    reference: Fit | Sequence[Fit], mixture: NormalMixture, seed: int = 0
) -> Reweighted:
    """The posterior under a mixture prior of the treatment effect.

    Parameters
    ----------
    reference : Fit or sequence of Fit
        Result of `reference_fit`; or several fits of one model that differ in the normal prior
        of the treatment effect, whose draws are pooled.
    mixture : NormalMixture
        The prior.
    seed : int
        Seed of the resampling.

    Returns
    -------
    Reweighted
        As many draws as the first fit has, in proportion to the ratio of the priors,
        Pareto-smoothed.
    """
    fits = [reference] if isinstance(reference, Fit) else list(reference)
    posteriors = [one.draws["posterior"].to_dataset() for one in fits]
    effects = [effect_draws(one) for one in fits]
    effect = np.concatenate(effects)
    priors = np.stack([norm.logpdf(effect, *_effect_prior(one)) for one in fits])
    log_ratio = mixture.log_density(effect) - pooled_density(priors, [len(one) for one in effects])
    log_weight, khat = smoothed_weights(log_ratio - log_ratio.max())
    weight = np.exp(log_weight - logsumexp(log_weight))
    random = np.random.default_rng(seed)
    points = (np.arange(len(effects[0])) + random.uniform()) / len(effects[0])
    chosen = np.searchsorted(np.cumsum(weight), points).clip(0, weight.size - 1)
    random.shuffle(chosen)
    shares = mixture.log_densities(effect)
    shares = np.exp(shares - logsumexp(shares, axis=1, keepdims=True))
    return Reweighted(
        fit=replace(fits[0], draws=_resampled(fits[0].draws, posteriors, chosen)),
        mixture=mixture,
        component=weight @ shares,
        khat=khat,
        effective=float(1.0 / np.sum(weight**2)),
    )


def effect_draws(result: Fit) -> np.ndarray:
    """Draws of the treatment's log hazard ratio, shape (chain x draw,)."""
    draws = result.draws["posterior"][coefficient_name(result.spec)].to_numpy()
    return draws[..., effect_column(result)].ravel()


def initial_prior(spec: ModelSpec, reference: Fit) -> Prior:
    """The model's own prior of the treatment effect, or the normal with its outer quantiles.

    Parameters
    ----------
    spec : ModelSpec
        The model.
    reference : Fit
        Result of `reference_fit`.

    Returns
    -------
    Prior
        Normal; that of the reference where the model's own is flat.
    """
    column = effect_column(reference)
    own = replace(reference.spec, priors=spec.priors)
    prior = choose_priors(own, reference.design, 1.0).coefficients[column]
    if prior.family == "normal":
        return prior
    if prior.family == "flat":
        return reference.priors.coefficients[column]
    low, high = (prior_quantile(prior, p) for p in _OUTER)
    sd = (high - low) / float(norm.ppf(_OUTER[1]) - norm.ppf(_OUTER[0]))
    return Prior("normal", ((low + high) / 2.0, sd), f"stands for {prior}")


def _effect_prior(result: Fit) -> tuple[float, float]:
    prior = result.priors.coefficients[effect_column(result)]
    mean, spread = prior.values
    return mean, spread


def _resampled(
    draws: xr.DataTree, posteriors: Sequence[xr.Dataset], chosen: np.ndarray
) -> xr.DataTree:
    first = posteriors[0]
    variables = {}
    for name, variable in first.data_vars.items():
        stacked = [posterior[name].to_numpy() for posterior in posteriors]
        rows = [array.reshape(-1, *variable.shape[2:]) for array in stacked]
        variables[name] = (
            variable.dims,
            np.concatenate(rows)[chosen].reshape(variable.shape),
        )
    made = xr.Dataset(variables, coords=first.coords)
    return xr.DataTree.from_dict(
        {"/posterior": made, "/constant_data": draws["constant_data"].to_dataset()}
    )

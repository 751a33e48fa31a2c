"""The posterior under another prior of the treatment effect, from one fit."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from scipy.special import logsumexp
from scipy.stats import norm

from posthaz.borrowing.mixture import NormalMixture
from posthaz.cohort import Cohort
from posthaz.errors import PriorError
from posthaz.inference import Fit, fit, smoothed_weights
from posthaz.priors import Prior
from posthaz.spec import ModelSpec, Sampling, coefficient_name

_WIDE = 3.0
_TRUSTED = 0.7


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
        When the treatment has not exactly one coefficient.
    """
    columns = [k for k, term in enumerate(result.design.terms) if term == result.treatment]
    if not result.treatment or len(columns) != 1:
        raise PriorError(
            "borrowing needs a treatment of two arms in the formula, with one coefficient; "
            f"found {len(columns)}. Mend: name it in [treatment] and in the model's formula."
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
    wide = replace(spec, priors={**spec.priors, cohort.treatment: prior})
    result = fit(wide, cohort, sampling, progress)
    effect_column(result)
    return result


def posterior_under(reference: Fit, mixture: NormalMixture, seed: int = 0) -> Reweighted:
    """The posterior under a mixture prior of the treatment effect.

    Parameters
    ----------
    reference : Fit
        Result of `reference_fit`.
    mixture : NormalMixture
        The prior.
    seed : int
        Seed of the resampling.

    Returns
    -------
    Reweighted
        Draws in proportion to the ratio of the priors, Pareto-smoothed.
    """
    column = effect_column(reference)
    posterior = reference.draws["posterior"].to_dataset()
    effect = posterior[coefficient_name(reference.spec)].to_numpy()[..., column]
    log_ratio = (mixture.log_density(effect) - norm.logpdf(effect, 0.0, _WIDE)).ravel()
    log_weight, khat = smoothed_weights(log_ratio - log_ratio.max())
    weight = np.exp(log_weight - logsumexp(log_weight))
    random = np.random.default_rng(seed)
    points = (np.arange(weight.size) + random.uniform()) / weight.size
    chosen = np.searchsorted(np.cumsum(weight), points).clip(0, weight.size - 1)
    random.shuffle(chosen)
    shares = mixture.log_densities(effect.ravel())
    shares = np.exp(shares - logsumexp(shares, axis=1, keepdims=True))
    return Reweighted(
        fit=replace(reference, draws=_resampled(reference.draws, posterior, chosen)),
        mixture=mixture,
        component=weight @ shares,
        khat=khat,
        effective=float(1.0 / np.sum(weight**2)),
    )


def _resampled(draws: xr.DataTree, posterior: xr.Dataset, chosen: np.ndarray) -> xr.DataTree:
    chains, kept = posterior.sizes["chain"], posterior.sizes["draw"]
    variables = {}
    for name, variable in posterior.data_vars.items():
        array = variable.to_numpy().reshape(chains * kept, *variable.shape[2:])[chosen]
        variables[name] = (variable.dims, array.reshape(variable.shape))
    made = xr.Dataset(variables, coords=posterior.coords)
    return xr.DataTree.from_dict(
        {"/posterior": made, "/constant_data": draws["constant_data"].to_dataset()}
    )

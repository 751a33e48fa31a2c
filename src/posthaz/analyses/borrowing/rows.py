"""Borrowing from historical patients: their rows weighted, or their baseline tied to ours."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from scipy.special import logsumexp
from scipy.stats import beta as beta_distribution

from posthaz.analyses.borrowing.pooled import STUDY, pooled_rows
from posthaz.cohort import Cohort
from posthaz.design import learn_design
from posthaz.errors import ConvergenceError
from posthaz.inference import Fit, fit_many
from posthaz.priors import Prior
from posthaz.spec import ModelSpec, Sampling, choose_priors, resolve

_NODES = 12


@dataclass(frozen=True, eq=False)
class Mixed:
    """A posterior that mixes fits, each with its posterior probability.

    Parameters
    ----------
    fit : Fit
        Draws of the mixture; every estimand takes it.
    value : ndarray of float, shape (component,)
        What the components differ in: the discount, or 1 and 0 for commensurate or not.
    probability : ndarray of float, shape (component,)
        Posterior probabilities.
    """

    fit: Fit
    value: np.ndarray
    probability: np.ndarray

    @property
    def borrowed(self) -> float:
        """Posterior mean of `value`."""
        return float(self.probability @ self.value)


def power_fits(
    spec: ModelSpec,
    current: Cohort,
    history: Cohort,
    discounts: Sequence[float],
    sampling: Sampling | None = None,
) -> list[Fit]:
    """Fits under fixed-discount power priors of historical patients.

    Baseline and effects are shared, unless the formula has ``study``. Cuts, priors and coding
    are those of the current cohort at every discount, so that 0 is the current cohort alone and
    1 the pooled fit.

    Parameters
    ----------
    spec : ModelSpec
        The model.
    current, history : Cohort
        The cohorts.
    discounts : sequence of float
        Powers, from 0 to 1.
    sampling : Sampling, optional
        How to sample; Laplace weights with chains as fallback when not given.

    Returns
    -------
    list of Fit
        One a discount.
    """
    fixed = settled(spec, current, history)
    tasks = [(fixed, pooled_rows(current, history, discount)) for discount in discounts]
    return fit_many(tasks, sampling or Sampling(method="auto"))


def normalised_power_fit(
    spec: ModelSpec,
    current: Cohort,
    history: Cohort,
    alpha: float = 1.0,
    beta: float = 1.0,
    sampling: Sampling | None = None,
) -> Mixed:
    """Fit under a normalised power prior of historical patients, the discount unknown.

    The posterior of the discount needs the normalising constant of the power prior at each
    discount: the evidence of the historical rows alone. Both evidences come from the importance
    weights of the Laplace approximation, at 12 quadrature nodes.

    Parameters
    ----------
    spec : ModelSpec
        The model, with proper priors.
    current, history : Cohort
        The cohorts.
    alpha, beta : float
        Beta prior of the discount.
    sampling : Sampling, optional
        How to sample; its method is ``"laplace"``.

    Returns
    -------
    Mixed
        The mixture over discounts.

    Raises
    ------
    ConvergenceError
        When the evidence can't be had by importance weights.
    """
    nodes, share = np.polynomial.legendre.leggauss(_NODES)
    discount = np.clip(beta_distribution.ppf((nodes + 1.0) / 2.0, alpha, beta), 1e-6, 1.0)
    fixed, sampling = settled(spec, current, history), _by_weights(sampling)
    both = fit_many([(fixed, pooled_rows(current, history, a)) for a in discount], sampling)
    past = fit_many([(fixed, pooled_rows(current, history, a, 0.0)) for a in discount], sampling)
    log_weight = np.log(share) + _evidence(both) - _evidence(past)
    return mixed(both, discount, log_weight, sampling.seed)


def commensurate_fit(
    spec: ModelSpec,
    current: Cohort,
    history: Cohort,
    spike: float = 0.05,
    slab: float = 1.0,
    probability: float = 0.5,
    sampling: Sampling | None = None,
) -> Mixed:
    """Fit in which the baselines of current and historical patients are near, or not.

    Parameters
    ----------
    spec : ModelSpec
        The model, with proper priors and without ``study`` in its formula, which is added.
    current, history : Cohort
        The cohorts; the history may have the reference arm only.
    spike, slab : float
        Standard deviation of the log hazard ratio between the studies when they are
        commensurate, and when they are not.
    probability : float
        Prior probability that they are.
    sampling : Sampling, optional
        How to sample; its method is ``"laplace"``.

    Returns
    -------
    Mixed
        The mixture, spike first (Hobbs et al., Bayesian Anal 2012;7:639-674).
    """
    sampling = _by_weights(sampling)
    pooled = pooled_rows(current, history)
    formula = STUDY if spec.formula.strip() == "1" else f"{spec.formula} + {STUDY}"
    fixed = settled(spec, current, history)
    tasks = [
        (
            replace(
                fixed, formula=formula, priors={**fixed.priors, STUDY: Prior("normal", (0.0, sd))}
            ),
            pooled,
        )
        for sd in (spike, slab)
    ]
    fits = fit_many(tasks, sampling)
    log_weight = np.log([probability, 1.0 - probability]) + _evidence(fits)
    return mixed(fits, np.array([1.0, 0.0]), log_weight, sampling.seed)


def mixed(fits: Sequence[Fit], value: np.ndarray, log_weight: np.ndarray, seed: int) -> Mixed:
    """Mix fits of one shape in proportion to weights.

    Parameters
    ----------
    fits : sequence of Fit
        The components.
    value : ndarray of float, shape (component,)
        What they differ in.
    log_weight : ndarray of float, shape (component,)
        Log weights, up to a constant.
    seed : int
        Seed of the mixing.

    Returns
    -------
    Mixed
        Each draw taken from one of the fits.
    """
    probability = np.exp(log_weight - logsumexp(log_weight))
    posteriors = [one.draws["posterior"].to_dataset() for one in fits]
    shape = tuple(posteriors[0].sizes[dim] for dim in ("chain", "draw"))
    chosen = np.random.default_rng(seed).choice(len(fits), size=shape, p=probability)
    variables = {}
    for name, variable in posteriors[0].data_vars.items():
        stacked = np.stack([posterior[name].to_numpy() for posterior in posteriors])
        index = chosen.reshape(1, *shape, *[1] * (variable.ndim - 2))
        variables[name] = (variable.dims, np.take_along_axis(stacked, index, axis=0)[0])
    draws = xr.DataTree.from_dict(
        {
            "/posterior": xr.Dataset(variables, coords=posteriors[0].coords),
            "/constant_data": fits[0].draws["constant_data"].to_dataset(),
        }
    )
    return Mixed(replace(fits[0], draws=draws), value, probability)


def settled(spec: ModelSpec, current: Cohort, history: Cohort) -> ModelSpec:
    """The model with cuts and priors as the current cohort alone would give them."""
    events = current.event | current.interval_censored
    resolved = resolve(spec, current.exit[events], current.weight[events], current.origin)
    pooled = pooled_rows(current, history)
    known = pooled if STUDY in spec.formula else current
    design = learn_design(known.covariates, resolved.formula, resolved.centre, known.patient_weight)
    exposure = float(np.sum(current.weight * (current.exit - current.entry)))
    rate = float(current.weight[events].sum()) / exposure
    priors = choose_priors(resolved, design, rate, current.origin)
    chosen = dict(zip(design.columns, priors.coefficients, strict=True))
    return replace(resolved, priors={**priors.baseline, **priors.scales, **chosen})


def _by_weights(sampling: Sampling | None) -> Sampling:
    return replace(sampling or Sampling(), method="laplace")


def _evidence(fits: Sequence[Fit]) -> np.ndarray:
    found = [one.provenance.log_evidence for one in fits]
    if any(one is None for one in found):
        raise ConvergenceError(
            "borrowing: the evidence of a component can't be had, since its Laplace "
            "weights can't be trusted",
            fix="use a model without random walk or frailty, or a fixed discount",
        )
    return np.array(found, dtype=float)

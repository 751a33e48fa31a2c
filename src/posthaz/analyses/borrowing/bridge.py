"""Fits between no borrowing and full borrowing, and how their posteriors are pooled."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.special import logsumexp

from posthaz.analyses.borrowing.priors import power_prior
from posthaz.cohort import Cohort
from posthaz.inference import Fit, fit_many
from posthaz.priors import Prior
from posthaz.spec import ModelSpec, Sampling

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

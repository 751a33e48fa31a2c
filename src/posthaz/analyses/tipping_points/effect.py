"""The treatment's log hazard ratio of one fit: draws, prior, and what the data alone say."""

from dataclasses import dataclass

import numpy as np

from posthaz.arms.arm_model import effect_draws
from posthaz.inference import Fit
from posthaz.priors import Prior, prior_log_density

_LEAST_LEFT = 0.05


@dataclass(frozen=True, eq=False)
class TreatmentEffect:
    """A treatment's log hazard ratio in one fit.

    Parameters
    ----------
    term : str
        Name of the coefficient.
    draws : ndarray of float, shape (draw,)
        Posterior draws, chains joined.
    prior : Prior
        Its prior.
    estimate, error : float
        Mean and standard deviation of a normal likelihood that gives the posterior's mean and
        standard deviation together with this prior: what the data say without it.
    """

    term: str
    draws: np.ndarray
    prior: Prior
    estimate: float
    error: float


def treatment_effect(fit: Fit) -> TreatmentEffect:
    """The one coefficient that the treatment has in a fit.

    Parameters
    ----------
    fit : Fit
        A fit under proportional hazards, with two arms.

    Returns
    -------
    TreatmentEffect
        Its draws and prior.

    Raises
    ------
    SpecError
        When the model has no single log hazard ratio of the treatment.

    Examples
    --------
    >>> import posthaz as ph
    >>> spec = ph.ModelSpec("m", ph.Exponential(), "arm")
    >>> fit = ph.fit(spec, ph.simulated_example(), method="laplace", draws=100)
    >>> treatment_effect(fit).term
    'arm[B]'
    """
    column, draws = effect_draws(fit)
    prior = fit.priors.coefficients[column]
    estimate, error = without_prior(draws, prior)
    return TreatmentEffect(fit.design.columns[column], draws.astype(float), prior, estimate, error)


def without_prior(draws: np.ndarray, prior: Prior) -> tuple[float, float]:
    """Mean and standard deviation of the normal likelihood behind draws under a prior.

    Parameters
    ----------
    draws : ndarray of float, shape (draw,)
        Posterior draws.
    prior : Prior
        The prior they were drawn under; slope and curvature of its log density at the mean of the
        draws stand in for it where it isn't normal.

    Returns
    -------
    (float, float)
        Exact for a normal posterior and prior.

    Examples
    --------
    >>> import numpy as np
    >>> from posthaz.priors import Prior
    >>> draws = np.random.default_rng(1).normal(-0.25, np.sqrt(0.5), 200_000)
    >>> estimate, error = without_prior(draws, Prior("normal", (0.0, 1.0)))
    >>> round(estimate, 1), round(error, 1)
    (-0.5, 1.0)
    """
    mean, sd = float(np.mean(draws)), float(np.std(draws, ddof=1))
    step = 1e-3 * sd
    below, here, above = prior_log_density(prior, np.array([mean - step, mean, mean + step]))
    slope, bend = (above - below) / (2 * step), -(above - 2 * here + below) / step**2
    left = max(1.0 - sd**2 * bend, _LEAST_LEFT)
    return float(mean - sd**2 * slope / left), float(sd / np.sqrt(left))

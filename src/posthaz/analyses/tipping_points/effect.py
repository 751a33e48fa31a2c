"""The treatment's log hazard ratio of one fit: draws, prior, and what the data alone say."""

from dataclasses import dataclass

import numpy as np

from posthaz.arms.departures import ratio_fault
from posthaz.design import formula_terms
from posthaz.errors import Finding, SpecError
from posthaz.inference import Fit
from posthaz.priors import Prior, prior_log_density
from posthaz.spec import coefficient_name, shrunken_columns

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
    fault = effect_fault(fit)
    if fault is not None:
        raise SpecError(f"{fault.where}: {fault.what}", fix=fault.fix)
    (column,) = (j for j, term in enumerate(fit.design.terms) if term == fit.treatment)
    posterior = fit.draws["posterior"].to_dataset()[coefficient_name(fit.spec)]
    draws = posterior.isel(covariate=column).transpose("chain", "draw").to_numpy().ravel()
    prior = fit.priors.coefficients[column]
    estimate, error = without_prior(draws, prior)
    return TreatmentEffect(fit.design.columns[column], draws.astype(float), prior, estimate, error)


def effect_fault(fit: Fit) -> Finding | None:
    """Why a fit has no single log hazard ratio of the treatment; nothing where it has."""
    own = [j for j, term in enumerate(fit.design.terms) if term == fit.treatment]
    if not fit.treatment or not own:
        return _fault(
            fit, "its formula has no term for the treatment alone", "add the treatment as a term"
        )
    if fault := ratio_fault(fit.spec, fit.treatment):
        return fault
    if len(own) > 1:
        return _fault(
            fit,
            f"the treatment has {len(own) + 1} arms, and this compares two",
            "keep two arms by [cohort.where]",
        )
    terms = [one for one in formula_terms(fit.spec.formula) if one != fit.treatment]
    if any(fit.treatment in term.split(":") for term in terms):
        return _fault(
            fit,
            "the treatment interacts with a covariate, so that it has no single hazard ratio",
            "make a model without the interaction the first one",
        )
    if own[0] in shrunken_columns(fit.spec.shrinkage, fit.design):
        return _fault(
            fit,
            "the treatment's effect is shrunken together with others and has no prior of its own",
            "leave the treatment out of the shrinkage",
        )
    return None


def _fault(fit: Fit, what: str, fix: str) -> Finding:
    return Finding(f"model '{fit.spec.name}'", what, fix)


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

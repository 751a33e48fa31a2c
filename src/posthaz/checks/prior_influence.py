"""How far each prior moves its estimate, and whether prior and data are in conflict."""

from typing import Any

import numpy as np
import pandas as pd
from arviz_stats import base

from posthaz.inference import Fit, NamedPrior, mcse_mean, named_priors
from posthaz.priors import Prior, prior_log_density, prior_probability_below, prior_quantile

COLUMNS = (
    *("model", "parameter", "family", "values", "origin", "default"),
    *("median", "sd", "without_prior", "moved", "prior_tail", "learnt"),
    *("prior_sensitivity", "likelihood_sensitivity"),
)
MOST_MOVED = 0.25
LEAST_TAIL = 0.05

SCALING = (0.99, 1.01)
_LEAST_LEARNT = 0.1
_NOISE = 3.0
# its annotations are narrower than what it takes
_stats: Any = base.array_stats  # pyright: ignore[reportPrivateImportUsage]


def prior_influence(fit: Fit) -> pd.DataFrame:
    """What each prior of a model does to the posterior of its parameter.

    Parameters
    ----------
    fit : Fit
        A fit.

    Returns
    -------
    DataFrame
        One row a prior, or a parameter where one prior is that of several. Coefficients that
        shrink together have no rows of their own, only their spread. Columns:

        ``model``, ``parameter``
            Model; coefficient, or parameter the prior is stated on.
        ``family``, ``values``, ``origin``, ``default``
            The prior; where it is from; whether the analysis left it to posthaz.
        ``median``, ``sd``
            Of the posterior, on the scale of the parameter (a log hazard ratio for effects).
        ``without_prior``
            About where the posterior would stand without this prior, all others kept.
        ``moved``
            How far the prior moves the estimate, in posterior standard deviations: the
            difference of posterior mean and ``without_prior``; below 0 where it pulls down.
        ``prior_tail``
            Two-sided probability a priori of a value as far out as the posterior median; for a
            standard deviation, which may well be near 0, of one at least as large. Missing for
            a flat prior.
        ``learnt``
            Share of the prior's variance that the data took away; near 0, they say nothing.
        ``prior_sensitivity``, ``likelihood_sensitivity``
            By how much the posterior changes where this prior, or the likelihood, is raised to
            a power near 1 (Kallioinen et al. 2024); 0.05 is much. The second is missing where a
            fit holds no log-likelihood.

    Notes
    -----
    A normal prior factor of variance ``t`` around ``u`` is divided out of a posterior of mean
    ``m`` and variance ``s`` exactly by ``m + s (m - u) / t / (1 - s / t)``; for other priors
    slope and curvature of the log density at the posterior mean stand in. Where less than a
    tenth is learnt the divisor is held at a tenth, so that the number is a lower bound.

    References
    ----------
    Kallioinen N et al. (2024), Statistics and Computing 34:57, doi:10.1007/s11222-023-10366-5.

    Examples
    --------
    >>> import posthaz as ph
    >>> from posthaz.checks import prior_influence
    >>> spec = ph.ModelSpec(
    ...     "m", ph.Exponential(), "arm", priors={"arm": ph.Prior("normal", (0.0, 0.1))}
    ... )
    >>> fit = ph.fit(spec, ph.simulated_example(), method="laplace", draws=500)
    >>> bool(prior_influence(fit).set_index("parameter")["moved"].iloc[0] > 1.0)
    True
    """
    posterior = fit.draws["posterior"].to_dataset()
    likelihood = likelihood_weights(fit)
    rows = [
        {"model": fit.spec.name, **_row(one, likelihood)}
        for one in named_priors(fit.spec, fit.design, fit.priors, posterior)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def prior_conflicts(influence: pd.DataFrame, *, defaults_only: bool = False) -> pd.DataFrame:
    """Priors that a reader must know of, those that move their estimate most first.

    Parameters
    ----------
    influence : DataFrame
        Result of `prior_influence`, of one model or several stacked.
    defaults_only : bool
        Whether to leave out priors that the analysis states itself.

    Returns
    -------
    DataFrame
        Rows in which the prior moves the estimate by more than a quarter of its posterior
        standard deviation (``reason`` "moved"), the posterior median lies where the prior has
        less than 5 % probability ("tail"), or both ("moved, tail"). Columns of `influence`, and
        ``reason``.

    Examples
    --------
    >>> frame = pd.DataFrame({"moved": [0.1, -0.6], "prior_tail": [0.5, 0.01], "default": True})
    >>> prior_conflicts(frame)["reason"].tolist()
    ['moved, tail']
    """
    moved = influence["moved"].abs() > MOST_MOVED
    tail = influence["prior_tail"] < LEAST_TAIL
    words = [
        ", ".join(word for word, holds in (("moved", a), ("tail", b)) if holds)
        for a, b in zip(moved, tail, strict=True)
    ]
    found = influence.assign(reason=words)[moved | tail]
    if defaults_only:
        found = found[found["default"].astype(bool)]
    order = found["moved"].abs().sort_values(ascending=False, kind="stable").index
    return found.loc[order].reset_index(drop=True)


def _row(one: NamedPrior, likelihood: tuple[np.ndarray, np.ndarray] | None) -> dict[str, object]:
    draws, prior = one.draws, one.prior
    mean, sd, median = float(draws.mean()), float(draws.std(ddof=1)), float(np.median(draws))
    moved = _moved(prior, mean, sd, mcse_mean(draws))
    log_prior = prior_log_density(prior, draws)
    flat = prior.family == "flat"
    by_prior = 0.0 if flat else sensitivity_of(draws, weights_of_scaling(log_prior))
    by_data = np.nan if likelihood is None else sensitivity_of(draws, likelihood)
    return {
        "parameter": one.name,
        "family": prior.family,
        "values": " ".join(f"{value:.6g}" for value in prior.values),
        "origin": prior.origin,
        "default": prior.origin.startswith("default"),
        "median": median,
        "sd": sd,
        "without_prior": mean - moved * sd,
        "moved": moved,
        "prior_tail": np.nan if flat else _tail(prior, median),
        "learnt": 1.0 if flat else _learnt(prior, sd),
        "prior_sensitivity": by_prior,
        "likelihood_sensitivity": by_data,
    }


def _moved(prior: Prior, mean: float, sd: float, error: float) -> float:
    """Posterior mean minus what it would be without the prior, in posterior standard deviations."""
    if prior.family == "flat" or sd == 0.0:
        return 0.0
    step = 1e-3 * sd
    below, here, above = prior_log_density(prior, np.array([mean - step, mean, mean + step]))
    slope = (above - below) / (2.0 * step)
    bend = -(above - 2.0 * here + below) / step**2
    if not np.isfinite([slope, bend]).all() or abs(slope) <= _NOISE * abs(bend) * error:
        return 0.0  # the mean is not known to differ from where the prior pulls it
    return float(sd * slope / max(1.0 - sd**2 * bend, _LEAST_LEARNT))


def _tail(prior: Prior, median: float) -> float:
    below = prior_probability_below(prior, median)
    if prior.support == "positive" and prior.family not in ("gamma", "lognormal"):
        return 1.0 - below  # the prior is densest at 0, which is no tail
    return 2.0 * min(below, 1.0 - below)


def _learnt(prior: Prior, sd: float) -> float:
    """One minus the ratio of variances, the prior's by its quartiles, which always exist."""
    lower, upper = (prior_quantile(prior, p) for p in (0.25, 0.75))
    return float(1.0 - (sd / ((upper - lower) / 1.349)) ** 2)


def likelihood_weights(fit: Fit) -> tuple[np.ndarray, np.ndarray] | None:
    """Weights of the draws where the likelihood is scaled; None where a fit keeps none.

    Parameters
    ----------
    fit : Fit
        A fit.

    Returns
    -------
    tuple of ndarray or None
        As `weights_of_scaling`.
    """
    # a large cohort keeps the log-likelihood of one patient of each kind, its draws thinned
    grouped = "subjects" in fit.draws["constant_data"].to_dataset()
    if grouped or "log_likelihood" not in fit.draws.children:
        return None
    pointwise = fit.draws["log_likelihood"].to_dataset()["time"]
    own = [dim for dim in pointwise.dims if dim not in ("chain", "draw")]
    return weights_of_scaling(pointwise.sum(own).transpose("chain", "draw").to_numpy())


def weights_of_scaling(log_density: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weights of the draws where a factor of the posterior is raised to powers around 1.

    Parameters
    ----------
    log_density : ndarray of float, shape (chain, draw)
        Log of the factor.

    Returns
    -------
    tuple of ndarray, each of shape (chain, draw)
        Weights for each power of `SCALING`, smoothed, adding up to 1.
    """
    made = []
    for power in SCALING:
        try:
            logs = np.asarray(_stats.power_scale_lw(log_density, alpha=power, axis=(0, 1)))
        except ValueError:  # draws that stick, or a flat end: equal ratios have no tail to smooth
            logs = (power - 1.0) * log_density
        weights = np.exp(logs - logs.max())
        made.append(weights / weights.sum())
    return made[0], made[1]


def sensitivity_of(draws: np.ndarray, weights: tuple[np.ndarray, np.ndarray]) -> float:
    """Change of a posterior under `weights_of_scaling`, 0 for a constant; shape (chain, draw)."""
    if np.ptp(draws) == 0.0:
        return 0.0
    return float(_stats.power_scale_sense(draws, *weights, *SCALING, chain_axis=0, draw_axis=1))

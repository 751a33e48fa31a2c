"""Which prior matters for which answer: power scaling of each prior and of the likelihood."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from posthaz.checks.prior_influence import (
    SCALING,
    likelihood_weights,
    sensitivity_of,
    weights_of_scaling,
)
from posthaz.inference import Fit, named_priors
from posthaz.priors import prior_log_density

POWER_COLUMNS = ("model", "scaled", "answer", "profile", "time", "sensitivity", "per_doubling",
                 "verdict")  # fmt: skip
MUCH = 0.05
LIKELIHOOD = "likelihood"
CONFLICT, DECIDES = "prior and data disagree", "the prior decides"
Answer = tuple[str, str, float, np.ndarray]
"""Name, profile and time of an answer, and its draws, shape (chain, draw)."""


def power_scaling(fit: Fit, answers: Iterable[Answer]) -> pd.DataFrame:
    """How each reported answer changes where one prior, or the likelihood, weighs more or less.

    Parameters
    ----------
    fit : Fit
        A fit, by `posthaz.fit`.
    answers : iterable of (str, str, float, ndarray)
        Name, profile and time of each answer, and its draws of shape (chain, draw).

    Returns
    -------
    DataFrame
        Columns ``model, scaled, answer, profile, time, sensitivity, per_doubling, verdict``, one
        row an answer and a prior (those of one statement together), or ``likelihood``, which is
        missing where the fit keeps no log-likelihood. ``sensitivity`` is the change of the
        posterior under powers near 1 (0.05 is much); ``per_doubling`` by how many posterior
        standard deviations the mean would move were the weight doubled, in first order.
        ``verdict`` is that of Kallioinen et al.: a prior that matters where the likelihood does
        too disagrees with the data; one that matters alone decides.

    References
    ----------
    Kallioinen N et al. (2024), Statistics and Computing 34:57, doi:10.1007/s11222-023-10366-5.

    Examples
    --------
    >>> import posthaz as ph
    >>> from posthaz.checks import power_scaling
    >>> spec = ph.ModelSpec(
    ...     "m", ph.Exponential(), "arm", priors={"arm": ph.Prior("normal", (1.0, 0.1))}
    ... )
    >>> fit = ph.fit(spec, ph.simulated_example(), method="laplace", draws=500)
    >>> draws = fit.draws["posterior"]["log_hazard_ratio"].isel(covariate=0).to_numpy()
    >>> found = power_scaling(fit, [("log hazard ratio", "arm[B]", 0.0, draws)])
    >>> found.set_index("scaled")["verdict"]["arm"]
    'prior and data disagree'
    """
    weights = dict(_scaled(fit))
    rows = []
    for name, profile, time, draws in answers:
        values = np.asarray(draws, dtype=float)
        found = {one: sensitivity_of(values, own) for one, own in weights.items()}
        by_data = found.get(LIKELIHOOD, np.nan)
        for one, value in found.items():
            moved = _per_doubling(values, weights[one])
            verdict = "" if one == LIKELIHOOD else _verdict(value, by_data)
            rows.append((fit.spec.name, one, name, profile, time, value, moved, verdict))
    return pd.DataFrame(rows, columns=list(POWER_COLUMNS))


def _scaled(fit: Fit) -> Iterable[tuple[str, tuple[np.ndarray, np.ndarray]]]:
    """Weights of the draws under each scaled factor of the posterior, by name."""
    posterior = fit.draws["posterior"].to_dataset()
    factors: dict[str, np.ndarray] = {}
    for one in named_priors(fit.spec, fit.design, fit.priors, posterior):
        if one.prior.family == "flat":
            continue
        statement = one.name.partition("[")[0]
        density = prior_log_density(one.prior, one.draws)
        factors[statement] = factors.get(statement, 0.0) + density
    for name, density in factors.items():
        yield name, weights_of_scaling(density)
    likelihood = likelihood_weights(fit)
    if likelihood is not None:
        yield LIKELIHOOD, likelihood


def _per_doubling(values: np.ndarray, weights: tuple[np.ndarray, np.ndarray]) -> float:
    sd = float(values.std(ddof=1))
    if sd == 0.0:
        return 0.0
    low, high = (float(np.sum(own * values)) for own in weights)
    return (high - low) / (np.log2(SCALING[1]) - np.log2(SCALING[0])) / sd


def _verdict(by_prior: float, by_data: float) -> str:
    if not by_prior >= MUCH or np.isnan(by_data):
        return ""
    return CONFLICT if by_data >= MUCH else DECIDES


def mattering(table: pd.DataFrame) -> Mapping[str, pd.DataFrame]:
    """Rows of the priors that matter for an answer, by prior, the one that matters most first.

    Examples
    --------
    >>> rows = [("m", "arm", "rmst", "", 0.0, 0.2, -0.3, CONFLICT)]
    >>> list(mattering(pd.DataFrame(rows, columns=list(POWER_COLUMNS))))
    ['arm']
    """
    own = table[(table["scaled"] != LIKELIHOOD) & (table["sensitivity"] >= MUCH)]
    ordered = own.sort_values("sensitivity", ascending=False, kind="stable")
    return {str(name): rows for name, rows in ordered.groupby("scaled", sort=False)}

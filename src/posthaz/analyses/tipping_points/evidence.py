"""Weight of evidence: the Bayes factor of an effect against none, over widths of the prior."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import norm

from posthaz.analyses.tipping_points.pool import Pool
from posthaz.priors import Prior

EVIDENCE_COLUMNS = ("prior_sd", "savage_dickey", "by_weights", "closed_form", "bound", "khat")
_NARROW = 0.1
_BAND = 1.06


def evidence_of_effect(pool: Pool, sds: Sequence[float]) -> pd.DataFrame:
    """How much more probable the data are with an effect than with none.

    Parameters
    ----------
    pool : Pool
        Draws of the treatment's effect.
    sds : sequence of float
        Standard deviations of normal priors around no effect, on the log hazard ratio.

    Returns
    -------
    DataFrame
        Columns `EVIDENCE_COLUMNS`: Bayes factors above 1 speak for an effect.
        ``savage_dickey`` is the prior density at no effect over the posterior's, by a kernel;
        ``by_weights`` the evidence for the prior over that for a spike a tenth as wide as the
        likelihood; ``closed_form`` that of a normal likelihood; ``bound`` the largest that any
        prior can give with that likelihood (Edwards, Lindman and Savage 1963).
    """
    estimate, error = pool.effect.estimate, pool.effect.error
    spike = Prior("normal", (0.0, _NARROW * error))
    rows = []
    for sd in sds:
        prior = Prior("normal", (0.0, float(sd)))
        found = pool.under(prior)
        width = _BAND * found.sd * found.effective**-0.2
        kernel = float(found.weights @ norm.pdf(0.0, found.draws, width))
        # a kernel widens the posterior by its own variance, which is taken out again
        spread = found.sd**2
        kernel *= _narrowed(found.mean, spread, width)
        closed = norm.pdf(estimate, 0.0, np.hypot(error, sd)) / norm.pdf(estimate, 0.0, error)
        rows.append((
            float(sd), norm.pdf(0.0, 0.0, sd) / kernel if kernel > 0 else np.inf,
            float(np.exp(pool.log_evidence(prior) - pool.log_evidence(spike))),
            float(closed), float(np.exp(0.5 * (estimate / error) ** 2)), found.khat,
        ))  # fmt: skip
    return pd.DataFrame(rows, columns=list(EVIDENCE_COLUMNS))


def _narrowed(mean: float, variance: float, width: float) -> float:
    """Ratio of a normal density at 0 to that of the same normal widened by a kernel."""
    exact = norm.logpdf(0.0, mean, np.sqrt(variance))
    widened = norm.logpdf(0.0, mean, np.sqrt(variance + width**2))
    return float(np.exp(exact - widened))

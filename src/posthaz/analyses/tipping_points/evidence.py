"""Weight of evidence: the Bayes factor of an effect against none, over widths of the prior."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import ndtri
from scipy.stats import norm

from posthaz.analyses.tipping_points.pool import Pool
from posthaz.evidence import PrintedRatio, credibility
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


SCEPTICISM_COLUMNS = (
    "method", "kind", "excludes_1", "prior_median_hr", "prior_sd", "limit_hr", "khat",
)  # fmt: skip
_WIDEST = 10.0
_NARROWEST = 0.02


def scepticism(pool: Pool, level: float = 0.95) -> pd.DataFrame:
    """The prior at which the posterior interval just reaches a hazard ratio of 1.

    Where the interval excludes 1 under a prior that says nothing, it is a sceptic's: centred at no
    effect, its interval ending at `limit_hr` on the side of the effect. Where it doesn't, it is an
    advocate's: its interval runs from 1 to `limit_hr` (Matthews, R Soc Open Sci 2018;5:171047).

    Parameters
    ----------
    pool : Pool
        Draws of the treatment's effect.
    level : float
        Probability of the intervals.

    Returns
    -------
    DataFrame
        Columns `SCEPTICISM_COLUMNS`: one row by the closed form (normal likelihood), one by the
        cohort's own posterior. Numbers are missing where no such prior is found.
    """
    sure, side = (1.0 + level) / 2.0, -1.0 if pool.effect.estimate < 0 else 1.0
    vague = pool.under(Prior("normal", (0.0, _WIDEST)))
    z = abs(pool.effect.estimate) / pool.effect.error
    beyond = float(ndtri(sure)) < z
    limit = vague.quantile(sure if side < 0 else 1.0 - sure)
    own = side * limit > 0 if vague.trusted else beyond
    closed, searched = (_Sought(pool, side, one, sure) for one in (beyond, own))
    size = searched.solved(searched.closed(level))
    rows = [closed.row("closed form", closed.closed(level)), searched.row("posterior", size)]
    return pd.DataFrame(rows, columns=list(SCEPTICISM_COLUMNS))


@dataclass(frozen=True, eq=False)
class _Sought:
    """A prior of one shape and unknown size: a sceptic's sd, or an advocate's median."""

    pool: Pool
    side: float
    sceptical: bool
    sure: float

    def prior(self, size: float) -> Prior:
        quantile = float(ndtri(self.sure))
        mean, sd = (0.0, size) if self.sceptical else (self.side * size, size / quantile)
        return Prior("normal", (mean, sd))

    def closed(self, level: float) -> float:
        """The size by the formulas for a normal likelihood."""
        estimate, error = self.pool.effect.estimate, self.pool.effect.error
        reach = float(ndtri(self.sure)) * error
        hr, lower, upper = (float(np.exp(estimate + step * reach)) for step in (0, -1, 1))
        found = credibility(PrintedRatio(hr, lower, upper, level))
        return found.critical_sd if self.sceptical else abs(np.log(found.advocacy_limit)) / 2.0

    def beyond(self, size: float) -> float:
        """How far the posterior interval's nearer end lies beyond a log hazard ratio of 0."""
        found = self.pool.under(self.prior(size))
        return self.side * found.quantile(self.sure if self.side < 0 else 1.0 - self.sure)

    def solved(self, guess: float) -> float:
        """The size at which the interval ends at 1, nearest to a guess; missing where none is."""
        guess = guess if np.isfinite(guess) and guess > 0 else 0.5
        grid = np.geomspace(max(guess / 4, _NARROWEST), min(guess * 4, _WIDEST), 25)
        values = np.array([self.beyond(one) for one in grid])
        turns = np.flatnonzero(np.sign(values[:-1]) != np.sign(values[1:]))
        if not len(turns):
            return float("nan")
        nearest = turns[int(np.argmin(np.abs(np.log(grid[turns] / guess))))]
        root: Any = brentq(self.beyond, grid[nearest], grid[nearest + 1], xtol=1e-6)
        return float(root)

    def row(self, method: str, size: float) -> tuple[object, ...]:
        kind = "sceptic" if self.sceptical else "advocate"
        if not np.isfinite(size):
            return method, kind, self.sceptical, np.nan, np.nan, np.nan, np.nan
        mean, sd = self.prior(size).values
        limit = float(np.exp(mean + self.side * float(ndtri(self.sure)) * sd))
        found = self.pool.under(self.prior(size))
        khat = np.nan if method == "closed form" else found.khat
        return method, kind, self.sceptical, float(np.exp(mean)), sd, limit, khat

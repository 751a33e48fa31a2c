"""Reverse Bayes: the sceptic whom the data just don't convince, or the advocate they need."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import ndtri

from posthaz.analyses.tipping_points.pool import Pool
from posthaz.evidence import PrintedRatio, credibility
from posthaz.priors import Prior

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

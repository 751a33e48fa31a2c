"""The critical prior: probability of benefit over the mean and spread of the prior."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from posthaz.analyses.tipping_points.pool import Pool, closed_probability
from posthaz.priors import Prior

MAP_COLUMNS = (
    "prior_hr", "prior_sd", "threshold", "probability", "closed_form", "khat", "effective",
)  # fmt: skip
CRITICAL_COLUMNS = ("prior_sd", "threshold", "level", "prior_hr", "closed_form")


def map_priors(hrs: Sequence[float], sds: Sequence[float]) -> list[Prior]:
    """A normal prior on the log hazard ratio for every median and standard deviation.

    Examples
    --------
    >>> [str(one) for one in map_priors([1.0], [0.5, 1.0])]
    ['normal(0, 0.5)', 'normal(0, 1)']
    """
    return [Prior("normal", (float(np.log(hr)), float(sd))) for hr in hrs for sd in sds]


def prior_map(
    pool: Pool, hrs: Sequence[float], sds: Sequence[float], thresholds: Sequence[float]
) -> pd.DataFrame:
    """Posterior probability of benefit under every normal prior of a grid.

    Parameters
    ----------
    pool : Pool
        Draws of the treatment's effect.
    hrs, sds : sequence of float
        Median hazard ratios of the prior, and its standard deviations on the log hazard ratio.
    thresholds : sequence of float
        Hazard ratios to stay below.

    Returns
    -------
    DataFrame
        Columns `MAP_COLUMNS`: ``probability`` by reweighted draws (missing where the weights
        can't be trusted), ``closed_form`` from normal likelihood and prior.
    """
    rows = []
    for prior in map_priors(hrs, sds):
        found = pool.under(prior)
        mean, sd = prior.values
        for threshold in thresholds:
            value = float(np.log(threshold))
            share = found.below(value) if found.trusted else np.nan
            closed = closed_probability(pool, mean, sd, value)
            rows.append((np.exp(mean), sd, threshold, share, closed, found.khat, found.effective))
    return pd.DataFrame(rows, columns=list(MAP_COLUMNS))


def critical_priors(table: pd.DataFrame, levels: Sequence[float]) -> pd.DataFrame:
    """For each spread of the prior, its median hazard ratio at which a probability is reached.

    Parameters
    ----------
    table : DataFrame
        Result of `prior_map`.
    levels : sequence of float
        Probabilities.

    Returns
    -------
    DataFrame
        Columns `CRITICAL_COLUMNS`; missing where no median of the map reaches the probability, or
        all do.

    Examples
    --------
    >>> rows = {"prior_hr": [0.5, 2.0], "prior_sd": 1.0, "threshold": 1.0,
    ...         "probability": [0.99, 0.91], "closed_form": [0.98, 0.90]}
    >>> float(critical_priors(pd.DataFrame(rows), [0.95])["prior_hr"].iloc[0].round(3))
    1.0
    """
    rows = []
    for (sd, threshold), own in table.groupby(["prior_sd", "threshold"], sort=False):
        own = own.sort_values("prior_hr")
        for level in levels:
            found = [_crossing(own, name, level) for name in ("probability", "closed_form")]
            rows.append((sd, threshold, level, *found))
    return pd.DataFrame(rows, columns=list(CRITICAL_COLUMNS))


def _crossing(rows: pd.DataFrame, name: str, level: float) -> float:
    """Median hazard ratio at which a probability falls to a level."""
    known = rows[rows[name].notna()]
    share = np.minimum.accumulate(known[name].to_numpy(dtype=float))  # more harm, less benefit
    if not len(share) or not share[-1] <= level <= share[0]:
        return float("nan")
    log_hr = np.log(known["prior_hr"].to_numpy(dtype=float))
    return float(np.exp(np.interp(level, share[::-1], log_hr[::-1])))

"""What the rounding of a life table's printed rates does to the posterior."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.special import logsumexp

from posthaz.cohort import Cohort
from posthaz.inference import (
    Fit,
    fit,
    flat_draws,
    hazard_of,
    smoothed_weights,
)
from posthaz.model import follow_up_data, log_likelihood
from posthaz.spec import coefficient_name

_TRUSTED = 0.7
_REFITS = 20
_REFIT_DRAWS = 250
_MOST_DRAWS = 4000


@dataclass(frozen=True, eq=False)
class Rounding:
    """Posterior with and without the uncertainty from rounding.

    Parameters
    ----------
    table : DataFrame
        Columns ``term, mean, sd, lower, upper`` (as printed), ``mixed_mean, mixed_sd,
        mixed_lower, mixed_upper`` (averaged over the rates that may have been), on the log
        scale, and ``rounding_sd`` (standard deviation of the posterior mean over such rates)
        with its ``share`` of the posterior's standard deviation.
    draws : int
        Sets of unrounded rates.
    khat : float
        Worst Pareto k of the weights, NaN when the sets were refitted.
    method : str
        How it was computed.
    """

    table: pd.DataFrame
    draws: int
    khat: float
    method: str


def rounding_effect(
    original: Fit, cohort: Cohort, unrounded: Sequence[Cohort], level: float = 0.95
) -> Rounding:
    """Posterior of the coefficients, averaged over the rates that round to the printed ones.

    The likelihood of other rates is that of other weights on the same rows, so that the draws
    of the fit, reweighted, are draws of the posterior under them; their mixture carries the
    uncertainty. Where the weights can't be trusted, sets are refitted by Laplace.

    Parameters
    ----------
    original : Fit
        Fit to the printed rates.
    cohort : Cohort
        The cohort it was fitted to.
    unrounded : sequence of Cohort
        Result of `unrounded_life_tables`.
    level : float
        Probability of the intervals.

    Returns
    -------
    Rounding
        One row a coefficient.
    """
    values = flat_draws(original.draws["posterior"].to_dataset(), _MOST_DRAWS)
    likelihood = _unit_likelihood(original, unrounded[0], values)
    printed = _printed_weights(cohort, unrounded[0])
    shifts = [likelihood @ (other.weight - printed) for other in unrounded]
    smoothed = [smoothed_weights(shift - shift.max()) for shift in shifts]
    khat = max(shape for _, shape in smoothed)
    draws = values[coefficient_name(original.spec)]
    if khat < _TRUSTED:
        weights = np.stack([np.exp(log - logsumexp(log)) for log, _ in smoothed])
        table = _table(original.design.columns, draws, [(draws, w) for w in weights], level)
        method = "the draws reweighted to each set of rates"
        return Rounding(table, len(unrounded), khat, method)
    refits = [_refitted(original, other) for other in unrounded[:_REFITS]]
    parts = [(refit, np.full(len(refit), 1.0 / len(refit))) for refit in refits]
    table = _table(original.design.columns, draws, parts, level)
    return Rounding(table, len(refits), float("nan"), "refits by Laplace to each set of rates")


def _unit_likelihood(original: Fit, rows: Cohort, values: dict[str, np.ndarray]) -> np.ndarray:
    """Log-likelihood of one patient of each row, shape (draw, row)."""
    spec, design = original.spec, original.design
    hazard = hazard_of(spec, design, values, rows.covariates)
    unit = replace(rows, weight=np.ones(len(rows)))
    data = {name: array[:, None] for name, array in follow_up_data(unit).items()}
    return log_likelihood(hazard, data, np)[..., 0]


def _printed_weights(cohort: Cohort, rows: Cohort) -> np.ndarray:
    """Weights as printed of rows among which some may weigh nothing."""
    keys = zip(cohort.row_number, cohort.lower, cohort.upper, strict=True)
    known = dict(zip(keys, cohort.weight, strict=True))
    wanted = zip(rows.row_number, rows.lower, rows.upper, strict=True)
    return np.array([known.get(key, 0.0) for key in wanted])


def _refitted(original: Fit, other: Cohort) -> np.ndarray:
    again = fit(original.spec, other, method="laplace", draws=_REFIT_DRAWS)
    return flat_draws(again.draws["posterior"].to_dataset())[coefficient_name(original.spec)]


def _table(
    terms: Sequence[str],
    draws: np.ndarray,
    parts: Sequence[tuple[np.ndarray, np.ndarray]],
    level: float,
) -> pd.DataFrame:
    tail = (1.0 - level) / 2.0
    rows = []
    pooled = np.concatenate([values for values, _ in parts])
    weight = np.concatenate([w for _, w in parts]) / len(parts)
    for place, term in enumerate(terms):
        own, mixed = draws[:, place], pooled[:, place]
        means = np.array([w @ values[:, place] for values, w in parts])
        mean = float(weight @ mixed)
        spread = float(np.sqrt(weight @ (mixed - mean) ** 2))
        order = np.argsort(mixed)
        reached = np.cumsum(weight[order])
        limits = [mixed[order][np.searchsorted(reached, q)] for q in (tail, 1.0 - tail)]
        rows.append(
            {
                "term": term,
                "mean": float(own.mean()),
                "sd": float(own.std(ddof=1)),
                "lower": float(np.quantile(own, tail)),
                "upper": float(np.quantile(own, 1.0 - tail)),
                "mixed_mean": mean,
                "mixed_sd": spread,
                "mixed_lower": float(limits[0]),
                "mixed_upper": float(limits[1]),
                "rounding_sd": float(means.std(ddof=1)) if len(means) > 1 else float("nan"),
            }
        )
    frame = pd.DataFrame(rows)
    return frame.assign(share=frame["rounding_sd"] / frame["sd"])

"""How much each candidate matters in one model of all of them."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from posthaz.inference import Fit
from posthaz.spec import coefficient_name

SMALLEST = float(np.log(1.1))
_DRAWS = 200
_COLUMNS = ["candidate", "p_relevant", "p_sign", "relevance", "rank", "reached"]


def candidate_relevance(
    fit: Fit, candidates: Mapping[str, Sequence[str]], smallest: float = SMALLEST
) -> pd.DataFrame:
    """Probability that each candidate matters, and what the prediction loses without it.

    Parameters
    ----------
    fit : Fit
        Fit of a model with all candidates.
    candidates : mapping of str to sequence of str
        Columns of the design of each candidate.
    smallest : float, optional
        Smallest standard deviation, over patients, of a candidate's part of the log hazard that
        matters; for one column it is the log hazard ratio per standard deviation.

    Returns
    -------
    DataFrame
        Columns ``candidate, p_relevant, p_sign, relevance, rank, reached``. `p_relevant` is the
        posterior probability that the candidate matters. `p_sign` is that of the likelier sign,
        NaN for several columns. `relevance` is the share of the variance of the linear predictor
        that the other columns can't take over when it is projected on them. `rank` is the order
        in which projection on ever more candidates picks them, and `reached` the share of the
        variance explained by then (projection as by Goutis and Robert 1998; Piironen, Paasiniemi
        and Vehtari 2020, on the linear predictor).
    """
    columns = list(fit.design.columns)
    matrix = fit.design.matrix(fit.design.frame.loc[fit.design.weight > 0])
    matrix = matrix - matrix.mean(axis=0)
    posterior = fit.draws["posterior"][coefficient_name(fit.spec)].to_numpy()
    draws = posterior.reshape(-1, len(columns))
    places = {name: [columns.index(c) for c in own] for name, own in candidates.items()}
    kept = [j for j in range(len(columns)) if not any(j in own for own in places.values())]
    thinned = draws[np.linspace(0, len(draws) - 1, min(_DRAWS, len(draws))).astype(int)]
    predictor = matrix @ thinned.T
    path = _path(matrix, predictor, kept, places)
    rows = []
    for name, own in places.items():
        spread = np.std(matrix[:, own] @ draws[:, own].T, axis=0)
        others = [j for j in range(len(columns)) if j not in own]
        positive = float((draws[:, own[0]] > 0).mean())
        rank, reached = path[name]
        rows.append(
            {
                "candidate": name,
                "p_relevant": float((spread > smallest).mean()),
                "p_sign": max(positive, 1 - positive) if len(own) == 1 else float("nan"),
                "relevance": 1.0 - _explained(matrix[:, others], predictor),
                "rank": rank,
                "reached": reached,
            }
        )
    return pd.DataFrame(rows, columns=_COLUMNS)


def _explained(matrix: np.ndarray, predictor: np.ndarray) -> float:
    """Mean over draws of the share of the predictor's variance that columns reproduce."""
    if not matrix.shape[1]:
        return 0.0
    weights = np.linalg.lstsq(matrix, predictor, rcond=None)[0]
    left = np.sum((predictor - matrix @ weights) ** 2, axis=0)
    return float(np.mean(1.0 - left / np.sum(predictor**2, axis=0)))


def _path(
    matrix: np.ndarray,
    predictor: np.ndarray,
    kept: list[int],
    places: Mapping[str, list[int]],
) -> dict[str, tuple[int, float]]:
    """Rank of each candidate in a forward search, and the share explained by then."""
    found: dict[str, tuple[int, float]] = {}
    inside, left = list(kept), dict(places)
    while left:
        shares = {
            name: _explained(matrix[:, [*inside, *own]], predictor) for name, own in left.items()
        }
        best = max(shares, key=lambda name: shares[name])
        inside += left.pop(best)
        found[best] = (len(found) + 1, shares[best])
    return found

"""A propensity score as a value: the probability of the treated arm of every patient."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.special import expit

from posthaz.adjust.logistic import rowwise
from posthaz.adjust.separation import Separation
from posthaz.cohort import Cohort
from posthaz.errors import AdjustmentError


@dataclass(frozen=True, eq=False)
class PropensityScore:
    """Propensity score of every patient; made by `propensity_score`.

    Parameters
    ----------
    cohort : Cohort
        The patients, one row each.
    formula : str
        Covariates of the score.
    logit : ndarray of float, shape (row,)
        Log odds of the treated arm (the second of ``cohort.arms``).
    table : DataFrame
        Columns ``term, estimate, std_error``, the intercept first.
    matrix : ndarray of float, shape (row, term)
        Columns of the model, a column of ones first.
    covariance : ndarray of float, shape (term, term)
        Of the estimates.
    loglik : float
        Log-likelihood.
    estimate : {"logistic", "firth", "bayesian"}
        How the coefficients were estimated.
    separated : Separation or None
        What separates the arms, where anything does.
    """

    cohort: Cohort
    formula: str
    logit: np.ndarray
    table: pd.DataFrame
    matrix: np.ndarray
    covariance: np.ndarray
    loglik: float
    estimate: str
    separated: Separation | None

    @property
    def probability(self) -> np.ndarray:
        """Probability of the treated arm, shape (row,)."""
        return expit(self.logit)

    @property
    def treated(self) -> np.ndarray:
        """Whether each patient is in the treated arm, shape (row,), bool."""
        return self.cohort.arm == self.cohort.arms[1]


def require_score(value: object, taker: str) -> None:
    """Refuse anything but a propensity score.

    Parameters
    ----------
    value : object
        What was given.
    taker : str
        The function that it was given to.

    Raises
    ------
    AdjustmentError
        When it is a table, a cohort, or anything else.
    """
    if not isinstance(value, PropensityScore):
        kind = {"DataFrame": "a table", "Cohort": "a cohort"}.get(
            type(value).__name__, f"a {type(value).__name__}"
        )
        raise AdjustmentError(
            f"{taker} takes a propensity score, and was given {kind}",
            fix='make one of a cohort, as propensity_score(cohort, ["age", "stage"])',
        )


def score_draws(score: PropensityScore, draws: int, seed: int) -> tuple[PropensityScore, ...]:
    """Scores under coefficients drawn from the normal approximation to their posterior.

    Parameters
    ----------
    score : PropensityScore
        A score; one of ``estimate="bayesian"`` for draws from a posterior.
    draws : int
        Number of draws.
    seed : int
        Seed.

    Returns
    -------
    tuple of PropensityScore
        One a draw.

    Examples
    --------
    >>> import posthaz as ph
    >>> score = ph.propensity_score(ph.simulated_example(), ["dose_gy"], estimate="bayesian")
    >>> len(score_draws(score, 3, seed=1))
    3
    """
    random = np.random.default_rng(seed)
    centre = score.table["estimate"].to_numpy()
    drawn = random.multivariate_normal(centre, score.covariance, size=draws, method="eigh")
    return tuple(replace(score, logit=rowwise(score.matrix, values)) for values in drawn)

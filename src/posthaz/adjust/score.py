"""A propensity score as a value, and whether covariates separate the arms so that there is none."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import csr_array, eye_array, hstack
from scipy.special import expit

from posthaz.adjust.logistic import rowwise
from posthaz.cohort import Cohort
from posthaz.errors import AdjustmentError

_POSITIVE = 1e-3
_LARGEST = 1e6


@dataclass(frozen=True)
class Separation:
    """A combination of columns that tells the arms apart.

    Parameters
    ----------
    columns : tuple of str
        Columns in the combination; a column is enough when there is one.
    complete : bool
        Whether every patient is told apart; otherwise only some are, and the others lie on the
        border.
    told_apart : int
        Number of patients strictly on their own arm's side.
    """

    columns: tuple[str, ...]
    complete: bool
    told_apart: int


def separation(
    matrix: np.ndarray, treated: np.ndarray, columns: tuple[str, ...]
) -> Separation | None:
    """A combination of columns that separates the arms, or None where their ranges overlap.

    The maximum likelihood estimate is finite exactly when there is none (Albert and Anderson
    1984); whether there is one is a linear programme (Konis 2007).

    Parameters
    ----------
    matrix : ndarray of float, shape (row, column)
        Columns of the model, without intercept.
    treated : ndarray of bool, shape (row,)
        The arm.
    columns : tuple of str
        Names of the columns.

    Returns
    -------
    Separation or None
        What separates.

    Examples
    --------
    >>> import numpy as np
    >>> dose = np.array([[50.0], [60.0], [66.0], [70.0]])
    >>> separation(dose, np.array([False, False, True, True]), ("dose",))
    Separation(columns=('dose',), complete=True, told_apart=4)
    >>> separation(dose, np.array([False, True, False, True]), ("dose",)) is None
    True
    """
    spread = matrix.std(axis=0)
    standard = (matrix - matrix.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    full = np.column_stack([np.ones(len(matrix)), standard])
    signed = np.where(treated, 1.0, -1.0)[:, None] * full
    apart = _told_apart(signed)
    if not apart.any():
        return None
    involved = _smallest(signed, apart)
    return Separation(
        columns=tuple(name for name, use in zip(columns, involved, strict=True) if use),
        complete=bool(apart.all()),
        told_apart=int(apart.sum()),
    )


def _told_apart(signed: np.ndarray) -> np.ndarray:
    """Rows that some combination puts strictly on their own side, no row being on the wrong one."""
    rows, terms = signed.shape
    found = linprog(
        np.append(np.zeros(terms), -np.ones(rows)),
        A_ub=hstack([csr_array(-signed), eye_array(rows)]),
        b_ub=np.zeros(rows),
        bounds=[(-_LARGEST, _LARGEST)] * terms + [(0.0, 1.0)] * rows,
        method="highs",
    )
    return np.zeros(rows, dtype=bool) if found.x is None else found.x[terms:] > _POSITIVE


def _smallest(signed: np.ndarray, apart: np.ndarray) -> np.ndarray:
    """Columns of the combination with the smallest coefficients that does the same."""
    terms = signed.shape[1]
    size = np.append(0.0, np.ones(terms - 1))  # the intercept is in every combination
    found = linprog(
        np.concatenate([size, size]),
        A_ub=np.hstack([-signed, signed]),
        b_ub=-apart.astype(float),
        bounds=(0.0, None),
        method="highs",
    )
    if found.x is None:
        return np.ones(terms - 1, dtype=bool)
    return np.abs(found.x[:terms] - found.x[terms:])[1:] > _POSITIVE


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
